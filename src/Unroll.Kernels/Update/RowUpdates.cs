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
        switch (width)
        {
            case VectorWidth.Bits512: Rows<Simd512, Vector512<float>>(step, w, g, v, rows, rowWidth, lastSteps, iteration); break;
            case VectorWidth.Bits256: Rows<Simd256, Vector256<float>>(step, w, g, v, rows, rowWidth, lastSteps, iteration); break;
            default: Rows<Simd128, Vector128<float>>(step, w, g, v, rows, rowWidth, lastSteps, iteration); break;
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
    private static void Rows<TSimd, TVector>(
        RmsPropStep step, Block w, Block g, Block v, ReadOnlySpan<int> rows, int rowWidth, Span<long> lastSteps, long iteration)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        int whole = rowWidth / TSimd.Count * TSimd.Count;
        float* tail = stackalloc float[TSimd.Count];
        for (int i = 0; i < TSimd.Count; i++) tail[i] = i < rowWidth - whole ? 1 : 0;
        foreach (int row in rows)
        {
            long missed = iteration - 1 - lastSteps[row];
            lastSteps[row] = iteration;
            nint at = (nint)row * rowWidth;
            float* wRow = w.Pointer + at, gRow = g.Pointer + at, vRow = v.Pointer + at;
            int i = 0;
            for (; i + 3 * TSimd.Count <= whole; i += 3 * TSimd.Count) Three<TSimd, TVector>(step, wRow + i, gRow + i, vRow + i, missed);
            for (; i < whole; i += TSimd.Count) One<TSimd, TVector>(step, wRow + i, gRow + i, vRow + i, missed, null);
            if (i == rowWidth) continue;
            if (at + i + TSimd.Count <= w.Length) One<TSimd, TVector>(step, wRow + i, gRow + i, vRow + i, missed, tail);
            else Scalars(step, wRow + i, gRow + i, vRow + i, rowWidth - i, missed);
        }
    }

    /// <summary>Three vectors of a row: the decay of missed steps is a chain of dependent operations, so three go side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Three<TSimd, TVector>(RmsPropStep step, float* w, float* g, float* v, long missed)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        TVector rho = TSimd.Broadcast(step.Rho), tiny = TSimd.Broadcast(Tiny);
        TVector v0 = TSimd.Load(v), v1 = TSimd.Load(v + TSimd.Count), v2 = TSimd.Load(v + 2 * TSimd.Count);
        for (long k = 0; k < missed; k++)
        {
            v0 = TSimd.Fma(v0, rho, tiny);
            v1 = TSimd.Fma(v1, rho, tiny);
            v2 = TSimd.Fma(v2, rho, tiny);
        }

        Step<TSimd, TVector>(step, w, g, v, v0, null);
        Step<TSimd, TVector>(step, w + TSimd.Count, g + TSimd.Count, v + TSimd.Count, v1, null);
        Step<TSimd, TVector>(step, w + 2 * TSimd.Count, g + 2 * TSimd.Count, v + 2 * TSimd.Count, v2, null);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void One<TSimd, TVector>(RmsPropStep step, float* w, float* g, float* v, long missed, float* lanes)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        TVector rho = TSimd.Broadcast(step.Rho), tiny = TSimd.Broadcast(Tiny), vi = TSimd.Load(v);
        for (long k = 0; k < missed; k++) vi = TSimd.Fma(vi, rho, tiny);
        Step<TSimd, TVector>(step, w, g, v, vi, lanes);
    }

    /// <summary>The update of one vector; where <paramref name="lanes"/> holds 0 another row begins, which stays as it is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TSimd, TVector>(RmsPropStep step, float* w, float* g, float* v, TVector vi, float* lanes)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        TVector gi = TSimd.Load(g), wi = TSimd.Load(w);
        vi = TSimd.Fma(
            TSimd.Multiply(gi, TSimd.Broadcast(step.OneMinusRho)), gi, TSimd.Fma(vi, TSimd.Broadcast(step.Rho), TSimd.Broadcast(Tiny)));
        TVector root = TSimd.Sqrt(TSimd.Add(vi, TSimd.Broadcast(step.Epsilon)));
        TVector updated = TSimd.Subtract(wi, TSimd.Divide(TSimd.Multiply(TSimd.Broadcast(step.Rate), gi), root));
        if (lanes != null)
        {
            TVector own = TSimd.Load(lanes);
            vi = TSimd.SelectNonZero(own, vi, TSimd.Load(v));
            updated = TSimd.SelectNonZero(own, updated, wi);
        }

        TSimd.Store(v, vi);
        TSimd.Store(w, updated);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scalars(RmsPropStep step, float* w, float* g, float* v, int count, long missed)
    {
        Decay(new Span<float>(v, count), step.Rho, missed);
        for (int i = 0; i < count; i++)
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
