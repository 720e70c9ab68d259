using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Layers;
using Unroll.Losses;
using Unroll.Models.Training;
using Unroll.OpenDoors.Tests;
using Unroll.Optimizers;
using Unroll.Plan;
using Unroll.Testing;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Tests.Models;

/// <summary>A warm training step allocates nothing: no garbage collection ever interrupts an epoch.</summary>
public class AllocationTests
{
    private const int Rows = 50, Steps = 6, WarmSteps = 60, MeasuredSteps = 30;

    public static TheoryData<string, string, int> Cases => new()
    {
        { "SimpleRNN", "rmsprop", 1 },
        { "LSTM", "adam", 1 },
        { "LSTM dropout", "adam", 1 },
        { "GRU", "sgd(momentum=0.9)", 1 },
        { "GRU before", "adam", 1 },
        { "wide embedding", "rmsprop", 1 },
        { "SimpleRNN restricted", "nadam(clipnorm=1, use_ema=true)", 1 },
        { "cell", "adam", 1 },
        { "SimpleRNN", "adamw(global_clipnorm=1)", 1 },
        { "SimpleRNN", "adamax(cosine_decay(0.1, 1000), clipvalue=1)", 1 },
        { "LSTM", "lion(weight_decay=0.01)", 1 },
        { "LSTM", "lamb", 1 },
        { "LSTM", "ftrl", 1 },
        { "LSTM", "adafactor", 1 },
        { "LSTM", "muon(exclude_layers=[dense])", 1 },
        { "LSTM", "adam(gradient_accumulation_steps=2, clipnorm=1, use_ema=true)", 1 },
        { "LSTM", "adam", 2 },
        { "wide embedding", "adam", 2 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void AWarmStepAllocatesNothing(string name, string optimizer, int threads)
    {
        Layer recurrent = name switch
        {
            "SimpleRNN" => new SimpleRNN(3),
            "LSTM dropout" => new LSTM(3) { Dropout = 0.3, RecurrentDropout = 0.4 },
            "SimpleRNN restricted" => new SimpleRNN(3) { KernelRegularizer = "l2", RecurrentRegularizer = "l1", RecurrentConstraint = "max_norm", BiasConstraint = "non_neg" },
            "cell" => new RNN(new MinimalGatedUnit(3) { Dropout = 0.3, RecurrentDropout = 0.4 }),
            "GRU" => new GRU(3),
            "GRU before" => new GRU(3) { ResetAfter = false },
            _ => new LSTM(3),
        };
        var model = new Sequential(seed: 1) { new Embedding(30, name == "wide embedding" ? 40 : 4) { MaskZero = true }, recurrent, new Dense(1, "sigmoid") };
        var ids = new int[Rows, Steps];
        var labels = new int[Rows];
        for (int i = 0; i < Rows * Steps; i++) ids[i / Steps, i % Steps] = i * 7 % 30;
        for (int i = 0; i < Rows; i++) labels[i] = i % 2;
        Inputs inputs = ids;
        Targets targets = labels;
        model.CheckInputs(inputs);
        var arena = new Arena();
        var state = new TrainingState(Optimizer.FromName(optimizer), new CompiledLoss(new BinaryCrossentropy(), null), new CompiledMetrics(["accuracy"], null));
        state.Settle(model.OutputNames);
        state.BuildOptimizer([.. model.Layers.SelectMany(layer => layer.Parameters)], arena);
        using ModelSession session = TrainingSession.Create(model, inputs, Rows, new BinaryCrossentropy(), new ExecutionOptions(threads, VectorWidths.Best));
        var means = new RunningMeans(state, session, targets, model.OutputNames);
        int[] rows = [.. Enumerable.Range(0, Rows)];
        for (int step = 0; step < WarmSteps; step++) Step(step);
        Assert.Equal(0, Allocations.Of(() =>
        {
            for (int step = 0; step < MeasuredSteps; step++) Step(WarmSteps + step);
        }));

        void Step(int step)
        {
            session.Train(inputs, targets, rows, 0, step);
            means.Add(rows);
            state.Update(VectorWidths.Best, session.Gradients!);
        }
    }
}
