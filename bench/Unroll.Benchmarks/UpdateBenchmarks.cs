using BenchmarkDotNet.Attributes;
using Unroll.Execution;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Layers;
using Unroll.Losses;
using Unroll.Models.Training;
using Unroll.Optimizers;
using Unroll.Tests.Support;

namespace Unroll.Benchmarks;

/// <summary>One update of all weights of a Dense layer, with a gradient for each.</summary>
public class UpdateBenchmarks
{
    private readonly Arena _arena = new();
    private TrainingState? _state;
    private GradientStore? _gradients;

    [Params("sgd", "sgd(momentum=0.9)", "rmsprop", "adam")]
    public string Name { get; set; } = "";

    [Params(8_000, 1_280_000)]
    public int Weights { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var model = new Sequential(seed: 1) { new Dense(100) };
        model.Build(Weights / 100);
        _gradients = new GradientStore(_arena, model.Layers);
        Parameter kernel = model.Layers[0].Parameters[0];
        Floats.Values(new System.Random(1), Weights, scale: 0.01f).CopyTo(_gradients.Total(kernel).Span);
        _state = new TrainingState(Optimizer.FromName(Name), new CompiledLoss(new BinaryCrossentropy(), null), new CompiledMetrics(null, null));
        _state.BuildOptimizer(model.Layers[0].Parameters, _arena);
    }

    [GlobalCleanup]
    public void Cleanup() => _arena.Free();

    [Benchmark]
    public void Update() => _state!.Update(VectorWidths.Best, _gradients!);
}
