using BenchmarkDotNet.Attributes;
using Unroll.Kernels.Gemm;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Tests.Support;

namespace Unroll.Benchmarks;

/// <summary>The products of an LSTM on 32 rows: hidden state to gates, back, and the weight gradient over 80 steps.</summary>
public class ProductBenchmarks
{
    private const int Lanes = 32, Steps = 80;
    private readonly Arena _arena = new();
    private Sizes? _sizes;

    [Params(8, 32, 128)]
    public int Units { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new System.Random(1);
        Block Filled(int count)
        {
            Block block = _arena.Allocate(count);
            Floats.Values(random, count, scale: 0.1f).CopyTo(block.Span);
            return block;
        }

        _sizes = new Sizes(
            Units, new PackedWeights(_arena, VectorWidths.Best, Units, 4 * Units), new PackedWeights(_arena, VectorWidths.Best, 4 * Units, Units),
            Filled(Steps * Units * Lanes), Filled(Steps * 4 * Units * Lanes), _arena.Allocate(4 * Units * Units));
        Block weights = Filled(4 * Units * Units);
        _sizes.Forward.Pack(weights, 0, 4 * Units);
        _sizes.Backward.Pack(weights, 0, 4 * Units, transposed: true);
    }

    [GlobalCleanup]
    public void Cleanup() => _arena.Free();

    [Benchmark]
    public int HiddenToGates() => Widths.Run(VectorWidths.Best, new ForwardTask(_sizes!));

    [Benchmark]
    public int GatesToHidden() => Widths.Run(VectorWidths.Best, new BackwardTask(_sizes!));

    [Benchmark]
    public int WeightGradient() => Widths.Run(VectorWidths.Best, new ContractionTask(_sizes!));

    private sealed record Sizes(int Units, PackedWeights Forward, PackedWeights Backward, Block Hidden, Block Gates, Block Gradient);

    private sealed record ForwardTask(Sizes Sizes) : IWidthTask<int>
    {
        public unsafe int Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            Product<TSimd, TVector>.Assign(Sizes.Forward, Sizes.Hidden.Pointer, Sizes.Gates.Pointer, Lanes);
            return 0;
        }
    }

    private sealed record BackwardTask(Sizes Sizes) : IWidthTask<int>
    {
        public unsafe int Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            Product<TSimd, TVector>.Assign(Sizes.Backward, Sizes.Gates.Pointer, Sizes.Hidden.Pointer, Lanes);
            return 0;
        }
    }

    private sealed record ContractionTask(Sizes Sizes) : IWidthTask<int>
    {
        public unsafe int Run<TSimd, TVector>()
            where TSimd : struct, ISimd<TVector>
            where TVector : unmanaged
        {
            int units = Sizes.Units, gates = 4 * units;
            Sizes.Gradient.Clear();
            Contraction<TSimd, TVector>.Add(
                Sizes.Hidden.Pointer, units * Lanes, units, Sizes.Gates.Pointer, gates * Lanes, gates, Steps, Lanes, null, Sizes.Gradient.Pointer, gates, 0);
            return 0;
        }
    }
}
