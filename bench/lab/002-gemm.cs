#:project ../../src/Unroll/Unroll.csproj

// How close to the core's FMA peak are the products and contractions of an LSTM of 128 units, 80 steps, 32 rows?
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Unroll.Kernels.Gemm;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Kernels.Simd;

unsafe
{
    const int Units = 128, Steps = 80, Lanes = 32;
    var arena = new Arena();
    int gatesStride = RecurrentSequence.Stride(4 * Units, Lanes), stride = RecurrentSequence.Stride(Units, Lanes);
    Block hidden = arena.Allocate(Steps * stride), gates = arena.Allocate(Steps * gatesStride), gradient = arena.Allocate(4 * Units * Units);
    var forward = new PackedWeights(arena, VectorWidth.Bits512, Units, 4 * Units);
    var backward = new PackedWeights(arena, VectorWidth.Bits512, 4 * Units, Units);
    for (int i = 0; i < hidden.Length; i++) hidden.Span[i] = (i % 7 - 3) * 0.1f;
    for (int i = 0; i < gates.Length; i++) gates.Span[i] = (i % 5 - 2) * 1e-3f;

    const double PerStep = 2.0 * Units * 4 * Units * Lanes; // floating-point operations
    Measure("FMA peak", Peak.Operations, () => Peak.Run());
    Measure("product, hidden to gates", Steps * PerStep, () =>
    {
        for (int t = 0; t < Steps; t++)
            Product<Simd512, Vector512<float>>.Accumulate(forward, hidden.Pointer + t * stride, gates.Pointer + t * gatesStride, Lanes);
    });
    Measure("product, gates to hidden", Steps * PerStep, () =>
    {
        for (int t = 0; t < Steps; t++)
            Product<Simd512, Vector512<float>>.Accumulate(backward, gates.Pointer + t * gatesStride, hidden.Pointer + t * stride, Lanes);
    });
    Measure("contraction over time", (Steps - 1) * PerStep, () => Contraction<Simd512, Vector512<float>>.Add(
        hidden.Pointer, stride, Units, gates.Pointer + gatesStride, gatesStride, 4 * Units, Steps - 1, Lanes, null, gradient.Pointer, 4 * Units, 0));
}

static void Measure(string name, double operations, Action action)
{
    double best = double.MaxValue;
    for (int i = 0; i < 60; i++)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    Console.WriteLine($"{name,-26} {best * 1e6,9:F1} µs {operations / best / 1e9,7:F1} GFLOP/s");
}

internal static class Peak
{
    private const int Rounds = 200_000;

    public const double Operations = Rounds * 12.0 * 16 * 2;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Run()
    {
        Vector512<float> x = Vector512.Create(1.0001f), y = Vector512.Create(0.5f);
        Vector512<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int round = 0; round < Rounds; round++)
        {
            a = Vector512.FusedMultiplyAdd(x, y, a);
            b = Vector512.FusedMultiplyAdd(x, y, b);
            c = Vector512.FusedMultiplyAdd(x, y, c);
            d = Vector512.FusedMultiplyAdd(x, y, d);
            e = Vector512.FusedMultiplyAdd(x, y, e);
            f = Vector512.FusedMultiplyAdd(x, y, f);
            g = Vector512.FusedMultiplyAdd(x, y, g);
            h = Vector512.FusedMultiplyAdd(x, y, h);
            i = Vector512.FusedMultiplyAdd(x, y, i);
            j = Vector512.FusedMultiplyAdd(x, y, j);
            k = Vector512.FusedMultiplyAdd(x, y, k);
            l = Vector512.FusedMultiplyAdd(x, y, l);
        }

        return (a + b + c + d + e + f + g + h + i + j + k + l)[0];
    }
}
