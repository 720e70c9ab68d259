using BenchmarkDotNet.Attributes;
using Unroll.Kernels.Simd;
using Unroll.Tests.Support;

namespace Unroll.Benchmarks;

/// <summary>Activations over 4,096 values that fit into the first cache.</summary>
public class ActivationBenchmarks
{
    private readonly float[] _x = Floats.Values(new System.Random(1), 4096, scale: 8);
    private readonly float[] _y = new float[4096];
    private ElementTask[] _tasks = [];

    [GlobalSetup]
    public void Setup() => _tasks =
    [
        .. new ElementTask[] { new SigmoidTask(), new TanhTask(), new ScaledSigmoidTask(), new ScaledTanhTask() }.Select(task => task.On(_x, _y)),
    ];

    [Benchmark]
    public int Sigmoid() => Widths.Run(VectorWidths.Best, _tasks[0]);

    [Benchmark]
    public int Tanh() => Widths.Run(VectorWidths.Best, _tasks[1]);

    [Benchmark]
    public int SigmoidOfScaled() => Widths.Run(VectorWidths.Best, _tasks[2]);

    [Benchmark]
    public int TanhOfScaled() => Widths.Run(VectorWidths.Best, _tasks[3]);
}
