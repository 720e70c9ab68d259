using Unroll.Layers;
using Unroll.Losses;
using Unroll.Plan;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Tests.Layers;

public class SoftmaxTests
{
    private static readonly int[,] Ids = { { 1, 2, 3, 0 }, { 4, 5, 0, 0 }, { 2, 2, 1, 3 }, { 1, 1, 1, 1 } };
    private static readonly int[] Labels = [0, 2, 1, 0];

    [Fact]
    public void IsTheQuotientOfExponentials()
    {
        Sequential logits = Create("linear"), model = Create("softmax");
        float[] z = [.. logits.Predict(Ids)], p = [.. model.Predict(Ids)];
        for (int row = 0; row < 4; row++)
        {
            double[] e = [.. z.Skip(3 * row).Take(3).Select(value => Math.Exp(value))];
            for (int j = 0; j < 3; j++) Assert.Equal(e[j] / e.Sum(), p[3 * row + j], 1e-7);
        }
    }

    [Fact]
    public void IsTheSameAsALayerOfItsOwn()
    {
        Sequential dense = Create("softmax"), alone = Create("linear");
        alone.Add(new ActivationLayer("softmax"));
        Assert.Equal([.. dense.Predict(Ids)], (float[])[.. alone.Predict(Ids)]);
        foreach (string loss in new[] { "categorical_crossentropy", "mse" })
        {
            dense.Compile("sgd(0.5)", loss);
            alone.Compile("sgd(0.5)", loss);
            float[,] targets = { { 1, 0, 0 }, { 0, 0, 1 }, { 0, 1, 0 }, { 1, 0, 0 } };
            Assert.Equal(dense.Fit(Ids, targets, epochs: 3, verbose: 0)["loss"], alone.Fit(Ids, targets, epochs: 3, verbose: 0)["loss"]);
            Assert.Equal(dense.Fingerprint(), alone.Fingerprint());
        }
    }

    /// <summary>Behind softmax the loss works on logits: the same bits as without softmax and with logits.</summary>
    [Fact]
    public void IsLeftToTheLoss()
    {
        Sequential logits = Create("linear"), model = Create("softmax");
        logits.Compile("adam", new SparseCategoricalCrossentropy { FromLogits = true }, ["accuracy"]);
        model.Compile("adam", "sparse_categorical_crossentropy", ["accuracy"]);
        History expected = logits.Fit(Ids, Labels, epochs: 3, verbose: 0), actual = model.Fit(Ids, Labels, epochs: 3, verbose: 0);
        Assert.Equal(expected["loss"], actual["loss"]);
        Assert.Equal(expected["accuracy"], actual["accuracy"]);
        Assert.Equal(logits.Fingerprint(), model.Fingerprint());
    }

    /// <summary>A loss that does not take it over gets the true gradient: against central differences.</summary>
    [Fact]
    public void HasItsGradient()
    {
        Sequential model = Create("softmax");
        float[,] targets = { { 1, 0, 0 }, { 0, 0, 1 }, { 0, 1, 0 }, { 1, 0, 0 } };
        (double _, float[][] gradients) = Step(model, targets);
        IReadOnlyList<float[]> weights = model.GetWeights();
        for (int w = 0; w < weights.Count; w++)
        {
            for (int i = 0; i < weights[w].Length; i += 2)
            {
                const float Size = 1f / 256;
                float value = weights[w][i];
                weights[w][i] = value + Size;
                model.SetWeights(weights);
                double above = Step(model, targets).Loss;
                weights[w][i] = value - Size;
                model.SetWeights(weights);
                double below = Step(model, targets).Loss;
                weights[w][i] = value;
                Assert.Equal((above - below) / (2 * Size), gradients[w][i], 3e-5);
            }
        }
    }

    private static (double Loss, float[][] Gradients) Step(Sequential model, Targets targets)
    {
        using ModelSession session = TrainingSession.Create(model, Ids, 4, new MeanSquaredError());
        double loss = session.Train(Ids, targets, new[] { 0, 1, 2, 3 }, 0, 0).ToArray().Average(row => row.Loss);
        return (loss, [.. model.Layers.SelectMany(layer => layer.Parameters).Select(parameter => session.Gradients!.Total(parameter).Slice(0, parameter.Count).Span.ToArray())]);
    }

    private static Sequential Create(string activation)
    {
        var model = new Sequential { new Embedding(6, 2), new GRU(2), new Dense(3, activation) };
        var random = new System.Random(3);
        model.SetWeights([.. model.GetWeights().Select(weight => Floats.Values(random, weight.Length))]);
        return model;
    }
}
