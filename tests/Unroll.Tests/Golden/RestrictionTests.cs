using Unroll.Configuration;
using Unroll.Constraints;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Layers;
using Unroll.Losses;
using Unroll.Optimizers;
using Unroll.Plan;
using Unroll.Regularizers;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Tests.Golden;

/// <summary>Regularizers and constraints as real Keras computed them, and what they do in training.</summary>
public class RestrictionTests
{
    private static readonly float[] Weights = [1, -2, 2, 2, -2, .5f];
    private static readonly int[,] Ids = { { 1, 2, 3, 0 }, { 4, 5, 0, 0 }, { 2, 2, 1, 3 } };
    private static readonly int[] Labels = [1, 0, 1];

    [Theory]
    [InlineData("max_norm", new[] { .666666687, -1.392621279, 1.333333373, 1.392621279, -1.333333373, .34815532 })]
    [InlineData("max_norm(2, axis=1)", new[] { .89442718, -1.788854361, 1.414213538, 1.414213538, -1.940285087, .485071272 })]
    [InlineData("max_norm(2, axis=-1)", new[] { .89442718, -1.788854361, 1.414213538, 1.414213538, -1.940285087, .485071272 })]
    [InlineData("unit_norm", new[] { .333333343, -.696310639, .666666687, .696310639, -.666666687, .17407766 })]
    [InlineData("min_max_norm(.5, 1.5, .5)", new[] { .75, -1.52223289, 1.5, 1.52223289, -1.5, .380558223 })]
    [InlineData("non_neg", new[] { 1, 0, 2, 2, 0, .5 })]
    public void Constraints(string name, double[] expected)
    {
        float[] weights = [.. Weights];
        Constraint.FromName(name).Apply(weights, [3, 2]);
        GoldenWeights.AssertClose(expected, weights, 3e-7);
    }

    [Theory]
    [InlineData("l1(0.1)", 0.95)]
    [InlineData("l2(0.1)", 1.725)]
    [InlineData("l1_l2(0.1, 0.2)", 4.4)]
    [InlineData("l1l2", 0)]
    public void Penalties(string name, double expected)
    {
        int[] shape = [Weights.Length];
        var arena = new Arena();
        Block weights = arena.Allocate(16), gradient = arena.Allocate(16);
        Weights.CopyTo(weights.Span);
        Regularizer regularizer = name;
        Assert.Equal(expected, regularizer.Penalty(weights, Weights.Length, shape), 1e-6);

        // The gradient against central differences; at 0 the magnitude has none.
        regularizer.AddGradient(VectorWidths.Best, gradient, weights, Weights.Length, shape);
        Assert.Equal(0, gradient.Span[6]);
        var other = new float[Weights.Length];
        regularizer.AddGradient(Weights, shape, other);
        Assert.Equal(other, gradient.Span[..Weights.Length].ToArray());
        Assert.Equal(regularizer.Penalty(weights, Weights.Length, shape), regularizer.Penalty(Weights, shape));
        for (int i = 0; i < Weights.Length; i++)
        {
            const float Step = 1f / 64;
            weights.Span[i] = Weights[i] + Step;
            double above = regularizer.Penalty(weights, Weights.Length, shape);
            weights.Span[i] = Weights[i] - Step;
            double below = regularizer.Penalty(weights, Weights.Length, shape);
            weights.Span[i] = Weights[i];
            Assert.Equal((above - below) / (2 * Step), gradient.Span[i], 1e-6);
        }

        arena.Free();
    }

    /// <summary>The penalties of all weights are in the loss of training and evaluation, their gradients in every row.</summary>
    [Fact]
    public void PenaltiesCountInLossAndGradient()
    {
        Sequential plain = Model(null), regularized = Model(new L1L2(0.01, 0.02));
        plain.Compile(new SGD(0), "bce");
        regularized.Compile(new SGD(0), "bce");
        double penalty = regularized.GetWeights().Sum(weight => weight.Sum(w => 0.01 * Math.Abs(w) + 0.02 * w * w));
        Assert.Equal(plain.Evaluate(Ids, Labels, verbose: 0).Loss + penalty, regularized.Evaluate(Ids, Labels, verbose: 0).Loss, 1e-6);
        Assert.Equal(
            plain.Fit(Ids, Labels, batchSize: 2, verbose: 0)["loss"][0] + penalty, regularized.Fit(Ids, Labels, batchSize: 2, verbose: 0)["loss"][0], 1e-6);

        (float[][] expected, float[][] actual) = (Gradients(plain), Gradients(regularized));
        IReadOnlyList<float[]> weights = plain.GetWeights();
        for (int w = 0; w < weights.Count; w++)
        {
            double[] sum = [.. expected[w].Zip(weights[w], (g, x) => g + 0.01 * Math.Sign(x) + 2 * 0.02 * x)];
            GoldenWeights.AssertClose(sum, actual[w], 1e-7);
        }
    }

    /// <summary>Columns of the kernels are no longer than allowed after every step; first values are left alone.</summary>
    [Fact]
    public void ConstraintsHoldAfterEachStep()
    {
        var model = new Sequential
        {
            new Embedding(6, 2) { EmbeddingsConstraint = new MaxNorm(0.01) { Axis = 1 } },
            new LSTM(3) { KernelConstraint = new UnitNorm(), RecurrentConstraint = "max_norm(0.5)", BiasConstraint = "non_neg" },
            new Dense(1, "sigmoid") { KernelConstraint = new MinMaxNorm(0.25, 0.5) },
        };
        Assert.True(model.GetWeights()[0].Max() > 0.01);
        model.Compile("adam", "binary_crossentropy");
        model.Fit(Ids, Labels, verbose: 0);
        IReadOnlyList<float[]> weights = model.GetWeights();
        Assert.All(weights[0].Chunk(2), row => Assert.True(Norm(row) <= 0.01001));
        for (int column = 0; column < 12; column++)
        {
            Assert.Equal(1, Norm([.. weights[1].Where((_, i) => i % 12 == column)]), 1e-5);
            Assert.True(Norm([.. weights[2].Where((_, i) => i % 12 == column)]) <= 0.50001);
        }

        Assert.All(weights[3], bias => Assert.True(bias >= 0));
        Assert.InRange(Norm(weights[4]), 0.2499, 0.5001);
    }

    [Fact]
    public void FrozenLayersStayAndCostNothing()
    {
        Sequential model = Model(null);
        model.Layers[0].Trainable = false;
        float[] table = model.GetWeights()[0], kernel = model.GetWeights()[1];
        model.Compile(new Adam { WeightDecay = 0.1 }, "binary_crossentropy");
        model.Fit(Ids, Labels, verbose: 0);
        Assert.Equal(table, model.GetWeights()[0]);
        Assert.NotEqual(kernel, model.GetWeights()[1]);
        string summary = model.Summary();
        Assert.Contains("Non-trainable params: 12 ", summary, StringComparison.Ordinal);
        Assert.Contains("Trainable params: 13 ", summary, StringComparison.Ordinal);
        Assert.Contains("Optimizer params: 28 ", summary, StringComparison.Ordinal);

        model.Layers[0].Trainable = true;
        Assert.Contains("Compile()", Assert.Throws<InvalidOperationException>(() => model.Fit(Ids, Labels, verbose: 0)).Message, StringComparison.Ordinal);
        model.Compile("adam", "binary_crossentropy");
        model.Fit(Ids, Labels, verbose: 0);
        Assert.NotEqual(table, model.GetWeights()[0]);
    }

    /// <summary>Gradients above a frozen layer have the bits that they have without it being frozen.</summary>
    [Fact]
    public void FreezingChangesNoOtherGradient()
    {
        Sequential free = Model(null), frozen = Model(null);
        frozen.Layers[0].Trainable = false;
        frozen.Layers[1].Trainable = false;
        Assert.Equal(Gradients(free)[4], Gradients(frozen)[4]);
        frozen.Layers[2].Trainable = false;
        frozen.Compile(loss: "binary_crossentropy");
        string before = frozen.Fingerprint();
        frozen.Fit(Ids, Labels, verbose: 0);
        Assert.Equal(before, frozen.Fingerprint());
    }

    [Theory]
    [InlineData("embedding(6, 2, trainable=false)", false)]
    [InlineData("embedding(6, 2)", true)]
    public void LayersAreFrozenByName(string text, bool expected) =>
        Assert.Equal(expected, Catalog.CreateLayer(ObjectConfig.Parse(text)).Trainable);

    [Fact]
    public void WrongArgumentsAreNamed()
    {
        static void Refuses(string message, Action action) =>
            Assert.StartsWith(message, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);
        Refuses("L2: argument 'l2' is -1; it must be 0 or more.", () => Regularizer.FromName("l2(-1)"));
        Refuses("Regularizer 'l3' is unknown", () => Regularizer.FromName("l3"));
        Refuses("MaxNorm: argument 'max_value' is -1; it must be 0 or more.", () => Constraint.FromName("max_norm(-1)"));
        Refuses("MinMaxNorm: argument 'rate' is 2; it must be between 0 and 1.", () => Constraint.FromName("min_max_norm(rate=2)"));
        Refuses("MaxNorm: argument 'axis' is 1, but the weight 'dense: bias' has 1 dimension(s).", () => new Sequential { new Dense(2) { BiasConstraint = new MaxNorm { Axis = 1 } } }.Build(3));
    }

    private static Sequential Model(Regularizer? regularizer)
    {
        var model = new Sequential
        {
            new Embedding(6, 2) { MaskZero = true, EmbeddingsRegularizer = regularizer },
            new SimpleRNN(2) { KernelRegularizer = regularizer, RecurrentRegularizer = regularizer, BiasRegularizer = regularizer },
            new Dense(1, "sigmoid") { UseBias = true, KernelRegularizer = regularizer, BiasRegularizer = regularizer },
        };
        model.SetWeights([.. model.GetWeights().Select((weight, k) => GoldenWeights.W(0.5 + k, weight.Length))]);
        return model;
    }

    private static float[][] Gradients(Sequential model)
    {
        using ModelSession session = TrainingSession.Create(model, Ids, 3, new BinaryCrossentropy());
        session.Train(Ids, Labels, new[] { 0, 1, 2 }, 0, 0);
        return [.. model.Layers.SelectMany(layer => layer.Parameters).Select(parameter => session.Gradients!.Total(parameter).Slice(0, parameter.Count).Span.ToArray())];
    }

    private static double Norm(float[] values) => Math.Sqrt(values.Sum(value => (double)value * value));
}
