using Unroll.Layers;
using Unroll.Losses;
using Unroll.Optimizers;
using Xunit;

namespace Unroll.Tests.Golden;

/// <summary>Losses, activations and logs as real Keras computed them.</summary>
public class SmallFunctionTests
{
    [Fact]
    public void BinaryCrossentropyOfProbabilities()
    {
        float[] y = [1, 0, 1, 1], p = [.9f, .2f, .4f, 1f];
        double[] expected = [0.105360545, 0.223143533, 0.9162907, 1.19e-07];
        var loss = new BinaryCrossentropy();
        for (int i = 0; i < 4; i++) Assert.Equal(expected[i], loss.Evaluate(p[i], y[i], isFused: false).Loss, 1e-6);
        Assert.Equal(0.311198741, y.Select((wanted, i) => loss.Evaluate(p[i], wanted, isFused: false).Loss).Average(), 1e-7);
    }

    [Fact]
    public void BinaryCrossentropyOfLogits()
    {
        float[] y = [1, 0, 1, 1], z = [2, -1, -.3f, 50];
        double[] expected = [0.126928046, 0.313261658, 0.854355276, 0];
        for (int i = 0; i < 4; i++) Assert.Equal(expected[i], new BinaryCrossentropy().Evaluate(z[i], y[i], isFused: true).Loss, 1e-7);
    }

    [Fact]
    public void LogitLossIsFiniteForAnyLogit()
    {
        foreach (float z in new[] { -1e30f, -200f, 200f, 1e30f })
        {
            (double loss, float p, double gradient) = new BinaryCrossentropy().Evaluate(z, 1, isFused: true);
            Assert.True(double.IsFinite(loss) && double.IsFinite(gradient) && p is >= 0 and <= 1, $"{z}: {loss}, {p}, {gradient}");
        }
    }

    [Theory]
    [InlineData("hard_sigmoid", new[] { 0, 0, .333333343, .5, .583333313, .933333337, 1 })]
    [InlineData("relu", new[] { 0, 0, 0, 0, .5, 2.6, 3.5 })]
    [InlineData("linear", new[] { -4, -3, -1, 0, .5, 2.6, 3.5 })]
    public void Activations(string activation, double[] expected)
    {
        var model = new Sequential { new Dense(1, activation) };
        model.Build(1);
        model.SetWeights([[1f], [0f]]);
        float[,] x = { { -4 }, { -3 }, { -1 }, { 0 }, { .5f }, { 2.6f }, { 3.5f } };
        GoldenWeights.AssertClose(expected, [.. model.Predict(x)], 1e-7);
    }

    /// <summary>Keras' own example of running logs: batches of 16 from 70 rows, learning rate 0.</summary>
    [Fact]
    public void RunningLogs()
    {
        (float[,] x, int[] y, Sequential model) = Example();
        model.Compile(new SGD(0), "binary_crossentropy", ["accuracy"]);
        var watch = new Watch();
        History history = model.Fit(x, y, batchSize: 16, verbose: 0, callbacks: [watch], shuffle: false);
        double[] losses = [0.7119875, 0.7829405, 0.7928742, 0.7816160, 0.8149164];
        double[] accuracies = [.5625, .5, .5, .5, .4714286];
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(losses[i], watch.Logs[i].Loss, 1e-6);
            Assert.Equal(accuracies[i], watch.Logs[i].Accuracy, 1e-6);
        }

        Assert.Equal(0.8149164, history["loss"][0], 1e-6);
        Assert.Equal(0.4714286, history["accuracy"][0], 1e-6);
        Assert.Equal(["accuracy", "loss"], history.Names);
        (double loss, double accuracy) = model.Evaluate(x, y, batchSize: 16, verbose: 0);
        Assert.Equal(0.8149164, loss, 1e-6);
        Assert.Equal(0.4714286, accuracy, 1e-6);
    }

    /// <summary>Keras' recorded two epochs with learning rate 0.1.</summary>
    [Fact]
    public void TwoEpochsOfGradientDescent()
    {
        (float[,] x, int[] y, Sequential model) = Example();
        model.Compile(new SGD(0.1), "binary_crossentropy", ["accuracy"]);
        History history = model.Fit(x, y, batchSize: 16, epochs: 2, verbose: 0, shuffle: false);
        Assert.Equal(0.8088621497154236, history["loss"][0], 1e-6);
        Assert.Equal(0.7890843152999878, history["loss"][1], 1e-6);
        Assert.Equal(0.4714285731315613, history["accuracy"][1], 1e-6);
    }

    internal static (float[,] X, int[] Y, Sequential Model) Example()
    {
        var x = new float[70, 3];
        var y = new int[70];
        for (int i = 0; i < 70; i++)
        {
            for (int j = 0; j < 3; j++) x[i, j] = (float)Math.Sin(0.7 * (3 * i + j));
            y[i] = Math.Cos(1.3 * i) > 0 ? 1 : 0;
        }

        var model = new Sequential { new Dense(1, "sigmoid") };
        model.Build(3);
        model.SetWeights([[.5f, -1, 2], [.1f]]);
        return (x, y, model);
    }

    private sealed class Watch : Callback
    {
        public List<(double Loss, double Accuracy)> Logs { get; } = [];

        public override void OnTrainBatchEnd(int batch, IReadOnlyDictionary<string, double> logs) => Logs.Add((logs["loss"], logs["accuracy"]));
    }
}
