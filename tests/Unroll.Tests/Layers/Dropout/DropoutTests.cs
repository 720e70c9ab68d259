using Unroll.Layers;
using Unroll.Random;
using Unroll.Tests.Support;
using Xunit;
using static Unroll.Tests.Layers.LayerChecks;

namespace Unroll.Tests.Layers.Drops;

public class DropoutTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gradients(bool mask)
    {
        Check(33, mask, new SpatialDropout1D(0.4), new LSTM(3) { ReturnSequences = true }, new Dropout(0.3), new GRU(4), new Dropout(0.5) { Seed = 3 });
        Check(7, mask, new Dropout(0.5), new SimpleRNN(3) { ReturnSequences = true }, new SpatialDropout1D(0.5) { Seed = 9 });
        Check(33, mask, new Dropout(0), new SimpleRNN(3), new Dropout(0));
    }

    [Fact]
    public void Gradients_of_a_first_layer()
    {
        var random = new Philox(6, RandomPurpose.Shuffle);
        var x = new float[9, Steps, 4];
        foreach (ref float value in System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref x[0, 0, 0], x.Length)) value = (float)random.NextNormal();
        ReferenceCheck.Run(new Sequential(seed: 3) { new SpatialDropout1D(0.3), new GRU(5), new Dense(1, "sigmoid") }, x, Labels(9, 1, random));
    }

    [Fact]
    public void Prediction_does_not_drop()
    {
        float[,] x = { { 1, -2, 3 }, { 4, 5, -6 } };
        var model = new Sequential { new Dropout(0.9) };
        Assert.Equal([1, -2, 3, 4, 5, -6], model.Predict(x).ToArray());
    }

    /// <summary>With rate 1 nothing is left, in training alone: the gradient of the kernel is 0, the loss that of p = 1/2.</summary>
    [Fact]
    public void Everything_can_be_dropped()
    {
        var model = new Sequential { new Dropout(1), new Dense(1, "sigmoid") };
        float[,] x = { { 1, 2, 3 }, { 4, 5, 6 } };
        model.Build(3);
        (double[] losses, float[][] gradients) = ReferenceCheck.Step(model, x, new float[] { 0, 1 }, model.Width, 1, default);
        Assert.Equal(Math.Log(2), losses[0], 1e-7);
        Assert.Equal([0, 0, 0], gradients[0]);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void Rates_are_checked(double rate)
    {
        Assert.Contains("argument 'rate'", Assert.Throws<ArgumentOutOfRangeException>(() => new Dropout(rate)).Message, StringComparison.Ordinal);
        Assert.Contains("argument 'rate'", Assert.Throws<ArgumentOutOfRangeException>(() => new SpatialDropout1D(rate)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Features_alone_have_no_time_to_drop() => Assert.Contains(
        "SpatialDropout1D 'spatial_dropout1d' takes [batch, time, features]",
        Assert.Throws<ArgumentException>(() => new Sequential { new SpatialDropout1D(0.5) }.Predict(new float[2, 3])).Message, StringComparison.Ordinal);
}
