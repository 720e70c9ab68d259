using BenchmarkDotNet.Attributes;
using Unroll.Execution;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Layers;
using Unroll.Plan;
using Unroll.Tests.Support;

namespace Unroll.Benchmarks;

/// <summary>A recurrent layer on 32 rows of 80 steps of 8 features: forward, and forward with backward.</summary>
public class RecurrentBenchmarks
{
    private const int Lanes = BatchGroup.MaxLanes, Steps = 80, Features = 8;
    private readonly Arena _arena = new();
    private GroupRunner? _runner;

    [Params("SimpleRNN", "LSTM", "GRU")]
    public string Cell { get; set; } = "";

    [Params(8, 32, 128)]
    public int Units { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        RecurrentLayer layer = Cell switch { "LSTM" => new LSTM(Units), "GRU" => new GRU(Units), _ => new SimpleRNN(Units) };
        var model = new Sequential(seed: 1) { new Embedding(100, Features), layer };
        model.Build(Steps);
        var random = new System.Random(1);
        var ids = new int[Lanes, Steps];
        for (int i = 0; i < Lanes * Steps; i++) ids[i / Steps, i % Steps] = random.Next(100);
        var plan = new GraphPlan(model.Graph!, [new LaneShape(Steps)]);
        var flow = new GradientFlow(plan, model.TrainableParameters.ToHashSet(), [true]);
        var gradients = new GradientStore(_arena, model.Layers);
        LayerProgram[] programs = new PlanPrograms(plan, _arena, VectorWidths.Best, 1, gradients, flow, Lanes).Create(_ => false);
        foreach (LayerProgram program in programs) program.Prepare();
        _runner = new GroupRunner(plan, programs, flow, ids, [false], new ActivityPenalty?[programs.Length], _arena);
        _runner.Load(ids, Enumerable.Range(0, Lanes).ToArray(), 0, Lanes, Lanes);
        _runner.Group.Training = true;
        _runner.Forward(0, 1);
        Block gradient = _runner.Frames[1].Output.Gradient;
        Floats.Values(random, gradient.Length, scale: 0.01f).CopyTo(gradient.Span);
    }

    [GlobalCleanup]
    public void Cleanup() => _arena.Free();

    [Benchmark(Baseline = true)]
    public void Forward() => _runner!.Forward(1, 2);

    [Benchmark]
    public void ForwardAndBackward()
    {
        _runner!.Forward(1, 2);
        _runner.Backward(1, 2);
    }
}
