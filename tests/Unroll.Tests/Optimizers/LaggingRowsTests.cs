using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Layers;
using Unroll.Losses;
using Unroll.Optimizers;
using Unroll.Plan;
using Unroll.Random;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Tests.Optimizers;

/// <summary>
/// Rows of large tables are updated when they are used. Whoever looks at the model sees the bits of an optimizer that
/// visits every row at every step: here, one that is driven by hand and knows of no rows.
/// </summary>
public class LaggingRowsTests
{
    private const int Vocabulary = 1 << 14, Width = 64, Steps = 6, Samples = 40, BatchSize = 8, Epochs = 6;
    private const int StepsPerEpoch = Samples / BatchSize;

    private static readonly (int[,] X, float[] Y) Data = Load();

    /// <summary>The first layer projects its embedding, the others leave that to it.</summary>
    public static TheoryData<string, string> Models { get; } = new()
    {
        { "lstm", "adam" },
        { "simple_rnn", "adam" },
        { "simple_rnn", "adam(learning_rate=0.1, beta_1=0.5)" },
        { "simple_rnn", "adam(amsgrad=true)" },
        { "lstm", "rmsprop" },
        { "simple_rnn", "rmsprop" },
        { "simple_rnn", "sgd(momentum=0.9)" },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void AFitGivesTheBitsOfTheDenseUpdate(string layer, string optimizer)
    {
        float[][][] expected = Dense(layer, optimizer);
        foreach (VectorWidth width in Enum.GetValues<VectorWidth>())
        {
            Sequential model = Create(layer, optimizer);
            model.Width = width;
            Fit(model, Epochs);
            AssertSame(expected[^1], model.GetWeights());
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void FitsValidationAndPredictionBetweenStepsSeeTheWeightsAsTheyAre(string layer, string optimizer)
    {
        float[][][] expected = Dense(layer, optimizer);
        Sequential model = Create(layer, optimizer), other = Create(layer, optimizer);
        int steps = 0;
        var watch = new Watch(() =>
        {
            steps++;
            if (steps % 4 == 1) AssertSame(expected[steps - 1], model.GetWeights());
            if (steps % 4 != 3) return;
            other.SetWeights(expected[steps - 1]);
            Assert.Equal(other.Predict(Data.X).ToArray(), model.Predict(Data.X).ToArray());
        });
        History history = Fit(model, 2, watch, validate: true);
        other.SetWeights(expected[2 * StepsPerEpoch - 1]);
        Assert.Equal(other.Evaluate(Data.X, Data.Y, verbose: 0).Loss, history["val_loss"][^1]);
        AssertSame(expected[2 * StepsPerEpoch - 1], model.GetWeights());
        Fit(model, Epochs - 2, watch);
        AssertSame(expected[^1], model.GetWeights());
        Assert.Equal(Epochs * StepsPerEpoch, steps);
    }

    [Fact]
    public void ACancelledFitLeavesTheWeightsOfItsLastStep()
    {
        float[][][] expected = Dense("simple_rnn", "adam");
        Sequential model = Create("simple_rnn", "adam");
        using var source = new CancellationTokenSource();
        int steps = 0;
        var stop = new Watch(() =>
        {
            if (++steps == 7) source.Cancel();
        });
        Assert.Throws<OperationCanceledException>(() => Fit(model, Epochs, stop, cancellationToken: source.Token));
        AssertSame(expected[6], model.GetWeights());
    }

    /// <summary>New weights in the midst of a fit keep the optimizer's state: the lagging rows' state is made up for first.</summary>
    [Fact]
    public void WeightsMayBeReplacedDuringAFit()
    {
        Sequential model = Create("simple_rnn", "adam");
        IReadOnlyList<float[]> first = model.GetWeights();
        float[][][] expected = Dense("simple_rnn", "adam", (step, dense) =>
        {
            if (step == 8) dense.SetWeights(first);
        });
        int steps = 0;
        Fit(model, Epochs, new Watch(() =>
        {
            if (++steps == 8) model.SetWeights(first);
        }));
        AssertSame(expected[^1], model.GetWeights());
    }

    /// <summary>The weights after every step of an optimizer without rows.</summary>
    private static float[][][] Dense(string layer, string optimizer, Action<int, Sequential>? afterStep = null)
    {
        Sequential model = Create(layer, optimizer);
        Optimizer rule = model.Optimizer!;
        var arena = new Arena();
        Parameter[] parameters = [.. model.Layers.SelectMany(each => each.Parameters)];
        OptimizedWeight[] weights = [.. parameters.Select(parameter => new OptimizedWeight(rule, parameter, arena))];
        Inputs x = Data.X;
        Targets y = Data.Y;
        using ModelSession session = TrainingSession.Create(model, x, BatchSize, new BinaryCrossentropy());
        var result = new float[Epochs * StepsPerEpoch][][];
        int[] rows = [.. Enumerable.Range(0, Samples)];
        for (int step = 0; step < result.Length; step++)
        {
            int inEpoch = step % StepsPerEpoch;
            session.Train(x, y, rows.AsMemory(inEpoch * BatchSize, BatchSize), step / StepsPerEpoch, inEpoch);
            Assert.NotNull(session.Gradients!.UsedRows(parameters[0])); // else there would be nothing to compare
            foreach (OptimizedWeight weight in weights)
            {
                weight.Gradient = session.Gradients.Total(weight.Parameter);
                rule.Update(model.Width, step + 1, weight);
            }

            afterStep?.Invoke(step + 1, model);
            result[step] = [.. model.GetWeights()];
        }

        arena.Free();
        return result;
    }

    private static History Fit(
        Sequential model, int epochs, Callback? callback = null, bool validate = false, CancellationToken cancellationToken = default) => model.Fit(
            Data.X, Data.Y, BatchSize, epochs, verbose: 0, callbacks: callback is null ? [] : [callback],
            validationData: validate ? (Data.X, Data.Y) : null, shuffle: false, cancellationToken: cancellationToken);

    private static Sequential Create(string layer, string optimizer)
    {
        var model = new Sequential(seed: 3) { new Embedding(Vocabulary, Width), layer == "lstm" ? new LSTM(3) : new SimpleRNN(Width), new Dense(1, "sigmoid") };
        model.Compile(optimizer, "binary_crossentropy");
        return model;
    }

    private static void AssertSame(float[][] expected, IReadOnlyList<float[]> actual)
    {
        for (int i = 0; i < expected.Length; i++)
            Assert.True(expected[i].AsSpan().SequenceEqual(actual[i]), $"Weight {i} differs at {expected[i].AsSpan().CommonPrefixLength(actual[i])}.");
    }

    /// <summary>A few words are in every batch, many in few.</summary>
    private static (int[,] X, float[] Y) Load()
    {
        var random = new Philox(1, RandomPurpose.Shuffle);
        var x = new int[Samples, Steps];
        var y = new float[Samples];
        for (int i = 0; i < Samples; i++)
        {
            y[i] = i % 2;
            for (int t = 0; t < Steps; t++) x[i, t] = (int)Math.Pow(Vocabulary, random.NextDouble()) % Vocabulary;
        }

        return (x, y);
    }

    private sealed class Watch(Action afterBatch) : Callback
    {
        public override void OnTrainBatchEnd(int batch, IReadOnlyDictionary<string, double> logs) => afterBatch();
    }
}
