using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Update;

/// <summary>
/// RMSprop over the rows of a table of which a step uses few. A row without gradient only lets its velocity decay; that
/// is put off until the row is used again and then done step by step, with the very operations of the dense update, so
/// that every bit is the same and a whole vocabulary need not pass through the cache at each step.
/// </summary>
internal static unsafe partial class UpdateKernels
{
    /// <summary>Catches the rows up with the steps they missed, then makes this step.</summary>
    /// <param name="width">Vector width.</param>
    /// <param name="step">Coefficients; neither momentum nor centering.</param>
    /// <param name="w">Weights, [rows][rowWidth].</param>
    /// <param name="g">Gradients of the same shape.</param>
    /// <param name="v">Velocities of the same shape.</param>
    /// <param name="rows">The rows that have a gradient, each once.</param>
    /// <param name="rowWidth">Floats of a row.</param>
    /// <param name="lastSteps">For every row the step up to which its velocity is.</param>
    /// <param name="iteration">Number of this step, from 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RmsPropRows(
        VectorWidth width, RmsPropStep step, Block w, Block g, Block v, ReadOnlySpan<int> rows, int rowWidth, Span<long> lastSteps, long iteration)
    {
        long floats = (long)lastSteps.Length * rowWidth;
        w.Require(floats, nameof(w));
        g.Require(floats, nameof(g));
        v.Require(floats, nameof(v));
        foreach (int row in rows)
        {
            long missed = iteration - 1 - lastSteps[row];
            lastSteps[row] = iteration;
            nint at = (nint)row * rowWidth;
            switch (width)
            {
                case VectorWidth.Bits512: Row<Simd512, Vector512<float>>(step, w.Pointer + at, g.Pointer + at, v.Pointer + at, rowWidth, missed); break;
                case VectorWidth.Bits256: Row<Simd256, Vector256<float>>(step, w.Pointer + at, g.Pointer + at, v.Pointer + at, rowWidth, missed); break;
                default: Row<Simd128, Vector128<float>>(step, w.Pointer + at, g.Pointer + at, v.Pointer + at, rowWidth, missed); break;
            }
        }
    }

    /// <summary>Catches rows up to <paramref name="iteration"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RmsPropCatchUp(RmsPropStep step, Block v, ReadOnlySpan<int> rows, int rowWidth, Span<long> lastSteps, long iteration)
    {
        v.Require((long)lastSteps.Length * rowWidth, nameof(v));
        foreach (int row in rows)
        {
            Decay(v.Span.Slice(row * rowWidth, rowWidth), step.Rho, iteration - lastSteps[row]);
            lastSteps[row] = iteration;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row<TSimd, TVector>(RmsPropStep step, float* w, float* g, float* v, int count, long missed)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        TVector rate = TSimd.Broadcast(step.Rate), rho = TSimd.Broadcast(step.Rho), oneMinusRho = TSimd.Broadcast(step.OneMinusRho);
        TVector epsilon = TSimd.Broadcast(step.Epsilon), tiny = TSimd.Broadcast(Tiny);
        int i = 0;
        for (; i + TSimd.Count <= count; i += TSimd.Count)
        {
            TVector vi = TSimd.Load(v + i), gi = TSimd.Load(g + i);
            for (long k = 0; k < missed; k++) vi = TSimd.Fma(vi, rho, tiny);
            vi = TSimd.Fma(TSimd.Multiply(gi, oneMinusRho), gi, TSimd.Fma(vi, rho, tiny));
            TSimd.Store(v + i, vi);
            TVector increment = TSimd.Divide(TSimd.Multiply(rate, gi), TSimd.Sqrt(TSimd.Add(vi, epsilon)));
            TSimd.Store(w + i, TSimd.Subtract(TSimd.Load(w + i), increment));
        }

        Decay(new Span<float>(v + i, count - i), step.Rho, missed);
        for (; i < count; i++)
        {
            v[i] = MathF.FusedMultiplyAdd(g[i] * step.OneMinusRho, g[i], MathF.FusedMultiplyAdd(v[i], step.Rho, Tiny));
            w[i] -= step.Rate * g[i] / MathF.Sqrt(v[i] + step.Epsilon);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Decay(Span<float> velocities, float rho, long steps)
    {
        foreach (ref float velocity in velocities)
        {
            float value = velocity;
            for (long k = 0; k < steps; k++) value = MathF.FusedMultiplyAdd(value, rho, Tiny);
            velocity = value;
        }
    }
}
