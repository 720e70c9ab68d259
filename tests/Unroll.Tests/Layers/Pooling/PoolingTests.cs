using Unroll.Layers;
using Unroll.Tests.Golden;
using Unroll.Tests.Support;
using Xunit;
using static Unroll.Tests.Layers.LayerChecks;

namespace Unroll.Tests.Layers.Pooling;

public class PoolingTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gradients(bool mask)
    {
        foreach (int batch in new[] { 1, 7, 33 })
        {
            Check(batch, mask, new GlobalAveragePooling1D());
            Check(batch, mask, new LSTM(3) { ReturnSequences = true }, new GlobalAveragePooling1D());
            Check(batch, mask, new LSTM(3) { ReturnSequences = true }, new GlobalMaxPooling1D());
            Check(batch, mask, new Bidirectional(new GRU(2) { ReturnSequences = true }) { MergeMode = MergeMode.Sum }, new GlobalMaxPooling1D());
        }
    }

    /// <summary>Keras' own numbers.</summary>
    [Fact]
    public void Means_of_Keras()
    {
        float[] values = GoldenWeights.W(0.1, 24);
        bool[] mask = [true, true, false, true, false, false, true, true];
        float[,,] x = new float[2, 4, 3], masked = new float[2, 4, 3];
        for (int i = 0; i < 24; i++)
        {
            x[i / 12, i / 3 % 4, i % 3] = 2 * values[i];
            masked[i / 12, i / 3 % 4, i % 3] = mask[i / 3] ? 2 * values[i] : 0;
        }

        Floats.AssertNear(
            [0.3708138, 0.3193463, 0.2246568, -0.0295175, 0.1087235, 0.2322493],
            new Sequential { new GlobalAveragePooling1D() }.Predict(x).ToArray(), 1e-6, "no mask");
        Floats.AssertNear(
            [0.2503412, 0.2803287, 0.272375, 0.7294116, 0.8377949, 0.8327867],
            new Sequential { new Masking(), new GlobalAveragePooling1D() }.Predict(masked).ToArray(), 1e-6, "mask");
    }

    [Fact]
    public void The_largest_value_of_masked_steps_counts_and_the_mean_of_none_is_0()
    {
        float[,,] x = { { { -1, 2 }, { -3, 1 }, { 0, 0 } }, { { 0, 0 }, { 0, 0 }, { 0, 0 } } };
        Assert.Equal([0, 2, 0, 0], new Sequential { new Masking(), new GlobalMaxPooling1D() }.Predict(x).ToArray());
        Assert.Equal([-2, 1.5f, 0, 0], new Sequential { new Masking(), new GlobalAveragePooling1D() }.Predict(x).ToArray());
    }
}
