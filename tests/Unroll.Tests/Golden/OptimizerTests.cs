using Unroll.Execution;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Layers;
using Unroll.Losses;
using Unroll.Models.Training;
using Unroll.Optimizers;
using Unroll.Schedules;
using Xunit;

namespace Unroll.Tests.Golden;

/// <summary>Three steps of every optimizer as real Keras computed them, at every vector width.</summary>
public class OptimizerTests
{
    private static readonly float[][] Gradients = [[.1f, -.2f, .3f, 0], [-.05f, .4f, .3f, 1e-4f], [2, .1f, -.3f, 0]];

    public static TheoryData<string, double[]> Recorded { get; } = new()
    {
        { "sgd(0.1)", [0.795000017, -2.02999997, 0.469999999, -9.99999975e-06] },
        { "sgd(0.1, momentum=0.9)", [0.782400012, -2.03180003, 0.3917, -1.9e-05] },
        { "sgd(0.1, momentum=0.9, nesterov=true)", [0.599160016, -2.05861998, 0.372530013, -2.71e-05] },
        { "rmsprop(0.01)", [0.951540411, -2.00427341, 0.464645326, -0.00314658368] },
        { "rmsprop(0.01, momentum=0.5)", [0.93519628, -1.99484229, 0.429457635, -0.00471987575] },
        { "rmsprop(0.01, centered=true)", [0.948163092, -2.00310349, 0.460566938, -0.00314814295] },
        { "adam(0.01)", [0.98084414, -1.99781764, 0.477380455, -0.0127889607] },
        { "adam(0.01, amsgrad=true)", [0.98084414, -1.99781764, 0.477380455, -0.012786258] },
        { "adamw(0.01)", [0.98072511, -1.99757826, 0.477321655, -0.012788672] },
        { "nadam(0.01)", [0.982612133, -2.00093389, 0.486867785, -0.0110584963] },
        { "adagrad(0.01)", [0.988613367, -2.00375366, 0.492380023, -3.16227579e-06] },
        { "adadelta(1.0)", [0.997326255, -2.00098372, 0.49859798, -9.97509342e-05] },
        { "lion(0.01)", [0.99000001, -2.00999999, 0.49000001, -0.0199999996] },
        { "ftrl(0.1, l1_regularization_strength=0.01, l2_regularization_strength=0.1)", [-0.0700040236, -0.328495383, 0.0563611276, 0] },
        { "sgd(0.1, clipnorm=0)", [0.795000017, -2.02999997, 0.469999999, -9.99999975e-06] },
        { "adamax(0.01)", [0.984136164, -1.9956466, 0.477380097, -0.00857893005] },
        { "sgd(0.1, clipnorm=0.2)", [0.976890266, -2.00621796, 0.47498706, -3.98014845e-06] },
        { "sgd(0.1, global_clipnorm=0.2)", [0.976890266, -2.00621796, 0.47498706, -3.98014845e-06] },
        { "sgd(0.1, clipvalue=0.15)", [0.980000019, -2.00999999, 0.484999985, -9.99999975e-06] },
        { "sgd(exponential_decay(0.1, 2, 0.5))", [0.893535495, -2.01328444, 0.463786811, -7.07106801e-06] },
        { "sgd(0.1, use_ema=true, ema_momentum=0.9, ema_overwrite_frequency=2)", [.7905, -1.994, .497, -1e-6] },
    };

    [Theory]
    [MemberData(nameof(Recorded))]
    public void MatchesKeras(string optimizer, double[] expected)
    {
        foreach (VectorWidth width in Enum.GetValues<VectorWidth>())
        {
            using var run = new Run(optimizer, width);
            for (int step = 0; step < 3; step++) run.Step(Gradients[step]);
            AssertWeights(expected, run.Weights, $"{optimizer} at {width}");
        }
    }

    /// <summary>Weights after each step, then the average, which takes the weights' place when the fit ends.</summary>
    [Fact]
    public void AveragesOverwriteTheWeights()
    {
        double[][] expected = [[.99, -1.98, .47, 0], [.9905, -1.984, .467, -1e-6], [.7905, -1.994, .497, -1e-6]];
        using var run = new Run(new SGD(0.1) { UseEma = true, EmaMomentum = 0.9, EmaOverwriteFrequency = 2 }, VectorWidths.Best);
        for (int step = 0; step < 3; step++)
        {
            run.Step(Gradients[step]);
            AssertWeights(expected[step], run.Weights, $"Step {step + 1}");
        }

        run.State.Finish();
        AssertWeights([.9705, -1.985, .47, -1e-6], run.Weights, "Average");
        Assert.Single(run.State.OptimizerVariables);
    }

    [Fact]
    public void TheLearningRateCanBeReadAndSet()
    {
        using var run = new Run(new SGD(0.1), VectorWidths.Best);
        Assert.Equal(0.1f, run.State.LearningRate);
        run.State.LearningRate = 0;
        run.Step(Gradients[0]);
        AssertWeights([1, -2, 0.5, 0], run.Weights, "Rate 0");
        using var scheduled = new Run(new SGD(new ExponentialDecay(0.1, 2, 0.5)), VectorWidths.Best);
        scheduled.Step(Gradients[0]);
        scheduled.Step(Gradients[1]);
        Assert.Equal(0.05f, scheduled.State.LearningRate);
        Assert.Contains("ExponentialDecay", Assert.Throws<InvalidOperationException>(() => scheduled.State.LearningRate = 1).Message, StringComparison.Ordinal);
    }

    private static void AssertWeights(double[] expected, float[] actual, string what)
    {
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= 1e-6, $"{what}, element {i}: {actual[i]} instead of {expected[i]}.");
    }

    [Theory]
    [InlineData("adam", 4, 10)]
    [InlineData("rmsprop", 4, 6)]
    [InlineData("sgd", 4, 2)]
    [InlineData("sgd(momentum=0.9)", 4, 6)]
    [InlineData("sgd(use_ema=true)", 4, 6)]
    [InlineData("nadam", 4, 11)]
    [InlineData("adam(cosine_decay(0.1, 10))", 4, 9)]
    [InlineData("lion(gradient_accumulation_steps=2)", 4, 10)]
    [InlineData("adafactor", 4, 11)] // 4 row means, 1 column mean, 4 squares
    public void CountsItsVariablesAsKerasDoes(string name, int weights, long expected)
    {
        using var run = new Run(name, VectorWidths.Best);
        Assert.Equal((weights, expected), (run.Weights.Length, run.State.OptimizerVariableCount));
    }

    [Fact]
    public void ClipsInOneWayOnly() =>
        Assert.StartsWith(
            "SGD: only one of the arguments clipnorm, global_clipnorm and clipvalue can be given",
            Assert.Throws<ArgumentException>(() => new SGD(0.1) { Clipnorm = 1, Clipvalue = 1 }).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("adam(learning_rate=-1)", "Adam: argument 'learning_rate' is -1; it must be 0 or more.")]
    [InlineData("adam(beta_1=1)", "Adam: argument 'beta_1' is 1; it must be at least 0 and below 1.")]
    [InlineData("adam(epsilon=-1)", "Adam: argument 'epsilon' is -1; it must be 0 or more.")]
    [InlineData("rmsprop(rho=2)", "RMSprop: argument 'rho' is 2; it must be at least 0 and below 1.")]
    [InlineData("adamw(weight_decay=-1)", "AdamW: argument 'weight_decay' is -1; it must be 0 or more.")]
    [InlineData("sgd(clipnorm=-1)", "SGD: argument 'clipnorm' is -1; it must be 0 or more.")]
    [InlineData("sgd(momentum=1.1)", "SGD: argument 'momentum' is 1.1; it must be between 0 and 1.")]
    [InlineData("sgd(clipnorm=1, clipvalue=1)", "SGD: only one of the arguments clipnorm, global_clipnorm and clipvalue can be given")]
    [InlineData("sgd(ema_momentum=2)", "SGD: argument 'ema_momentum' is 2; it must be between 0 and 1.")]
    [InlineData("sgd(ema_overwrite_frequency=0)", "SGD: argument 'ema_overwrite_frequency' is 0; it must be 1 or more.")]
    [InlineData("sgd(gradient_accumulation_steps=1)", "SGD: argument 'gradient_accumulation_steps' is 1; it must be 2 or more.")]
    [InlineData("sgd(loss_scale_factor=0)", "SGD: argument 'loss_scale_factor' is 0; it must be above 0.")]
    [InlineData("ftrl(learning_rate_power=1)", "Ftrl: argument 'learning_rate_power' is 1; it must be 0 or less.")]
    [InlineData("muon(exclude_layers=['('])", "Muon: argument 'exclude_layers' is")]
    [InlineData("sgd(exponential(0.1))", "Schedule 'exponential' is unknown")]
    [InlineData("adm", "Optimizer 'adm' is unknown; did you mean 'Adam'? Known: SGD, RMSprop, Adam, AdamW,")]
    public void RefusesWrongArguments(string name, string message) =>
        Assert.StartsWith(message, Assert.ThrowsAny<ArgumentException>(() => Optimizer.FromName(name)).Message, StringComparison.Ordinal);

    /// <summary>A model with the four weights w₀, whose gradients are given instead of computed.</summary>
    private sealed class Run : IDisposable
    {
        private readonly Arena _arena = new();
        private readonly Sequential _model = new() { new Dense(1) { UseBias = false } };
        private readonly GradientStore _gradients;
        private readonly VectorWidth _width;

        public Run(Optimizer optimizer, VectorWidth width)
        {
            _width = width;
            _model.Build(4);
            _model.SetWeights([[1, -2, 0.5f, 0]]);
            _gradients = new GradientStore(_arena, _model.Layers);
            State = new TrainingState(optimizer, new CompiledLoss(new BinaryCrossentropy(), null), new CompiledMetrics(null, null));
            State.BuildOptimizer(_model.Layers[0].Parameters, _model.Arena);
        }

        public TrainingState State { get; }

        public float[] Weights => _model.GetWeights()[0];

        public void Step(float[] gradient)
        {
            gradient.CopyTo(_gradients.Total(_model.Layers[0].Parameters[0]).Span);
            State.Update(_width, _gradients);
        }

        public void Dispose() => _arena.Free();
    }
}
