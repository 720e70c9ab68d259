using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Update;

/// <summary>
/// Adam over the rows of a table of which a step uses few. A row without gradient moves, too, as long as its mean of
/// gradients is not zero; that is put off until the row is needed and then done step by step with the operations of the
/// dense update, so that every bit is the same. A row in registers goes through many steps at the price of one visit.
/// </summary>
internal static unsafe partial class UpdateKernels
{
    // Vectors that decay side by side: one alone would wait for each of its fused multiply-adds.
    private const int DecayTile = 4;

    // A row ends in vectors of four lanes, and what is left then is padded to one.
    private const int Rest = 4;

    // Steps between two looks at whether a mean is zero.
    private const int DecayBlock = 32;

    // Steps between two looks at whether a weight still moves.
    private const int MoveBlock = 8;

    // A change of at most 2⁻²⁵ of a weight is rounded away; the other half is for the rounding of the bound itself.
    private const float Unmoved = 1f / (1 << 26);

    /// <summary>True if a row's steps shrink while it has no gradient; <see cref="AdamCatchUp"/> builds upon it.</summary>
    public static bool AdamStepsShrink(double beta1, double beta2) => beta1 < 0.999 * System.Math.Sqrt(beta2);

    /// <summary>One step for some rows, which must have made all steps before it.</summary>
    /// <param name="width">Vector width.</param>
    /// <param name="step">Coefficients.</param>
    /// <param name="w">Weights, [rows][rowWidth].</param>
    /// <param name="g">Gradients of the same shape.</param>
    /// <param name="m">Means of gradients.</param>
    /// <param name="v">Means of squared gradients.</param>
    /// <param name="rows">The rows, each once.</param>
    /// <param name="rowWidth">Floats of a row.</param>
    public static void AdamRows(
        VectorWidth width, AdamStep step, Block w, Block g, Block m, Block v, ReadOnlySpan<int> rows, int rowWidth)
    {
        if (rows.IsEmpty) return;
        RequireRows(rows, rowWidth, w, m, v);
        g.Require(w.Length, nameof(g));
        switch (width)
        {
            case VectorWidth.Bits512: AdamRows<Simd512, Vector512<float>>(step, w.Pointer, g.Pointer, m.Pointer, v.Pointer, rows, rowWidth); break;
            case VectorWidth.Bits256: AdamRows<Simd256, Vector256<float>>(step, w.Pointer, g.Pointer, m.Pointer, v.Pointer, rows, rowWidth); break;
            default: AdamRows<Simd128, Vector128<float>>(step, w.Pointer, g.Pointer, m.Pointer, v.Pointer, rows, rowWidth); break;
        }
    }

    /// <summary>Makes the steps that rows have missed, none of which had a gradient for them.</summary>
    /// <param name="width">Vector width.</param>
    /// <param name="step">Coefficients that all steps share; its rate is an upper bound of all <paramref name="rates"/>.</param>
    /// <param name="rates">The rates of the latest steps, the last of them that of <paramref name="iteration"/>.</param>
    /// <param name="w">Weights, [rows][rowWidth].</param>
    /// <param name="m">Means of gradients.</param>
    /// <param name="v">Means of squared gradients.</param>
    /// <param name="rows">The rows, each once.</param>
    /// <param name="rowWidth">Floats of a row.</param>
    /// <param name="lastSteps">For every row of the table the last step that it made.</param>
    /// <param name="iteration">The step up to which to go.</param>
    public static void AdamCatchUp(
        VectorWidth width, AdamStep step, ReadOnlySpan<float> rates, Block w, Block m, Block v,
        ReadOnlySpan<int> rows, int rowWidth, Span<long> lastSteps, long iteration)
    {
        if (rows.IsEmpty) return;
        RequireRows(rows, rowWidth, w, m, v);
        fixed (float* all = rates)
        {
            float* end = all + rates.Length;
            foreach (int row in rows)
            {
                long missed = iteration - lastSteps[row];
                if (missed == 0) continue;
                if (missed > rates.Length) throw new ArgumentException($"Row {row} missed {missed} steps; rates of {rates.Length} are known.", nameof(rates));
                lastSteps[row] = iteration;
                float* from = end - missed;
                nint at = (nint)row * rowWidth;
                switch (width)
                {
                    case VectorWidth.Bits512: CatchUp<Simd512, Vector512<float>>(step, from, (int)missed, w.Pointer + at, m.Pointer + at, v.Pointer + at, rowWidth); break;
                    case VectorWidth.Bits256: CatchUp<Simd256, Vector256<float>>(step, from, (int)missed, w.Pointer + at, m.Pointer + at, v.Pointer + at, rowWidth); break;
                    default: CatchUp<Simd128, Vector128<float>>(step, from, (int)missed, w.Pointer + at, m.Pointer + at, v.Pointer + at, rowWidth); break;
                }
            }
        }
    }

    private static void RequireRows(ReadOnlySpan<int> rows, int rowWidth, Block w, Block m, Block v)
    {
        int last = 0;
        foreach (int row in rows) last = System.Math.Max(last, row);
        long floats = (last + 1L) * rowWidth;
        w.Require(floats, nameof(w));
        m.Require(floats, nameof(m));
        v.Require(floats, nameof(v));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AdamRows<TSimd, TVector>(
        AdamStep step, float* w, float* g, float* m, float* v, ReadOnlySpan<int> rows, int rowWidth)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        float* rest = stackalloc float[4 * Rest];
        foreach (int row in rows)
        {
            nint at = (nint)row * rowWidth, end = at + rowWidth;
            for (; at + TSimd.Count <= end; at += TSimd.Count) AdamVector<TSimd, TVector>(step, w + at, g + at, m + at, v + at, null);
            for (; at + Simd128.Count <= end; at += Simd128.Count) AdamVector<Simd128, Vector128<float>>(step, w + at, g + at, m + at, v + at, null);
            if (at == end) continue;
            int left = (int)(end - at);
            CopyRest(w + at, rest, left);
            CopyRest(g + at, rest + Rest, left);
            CopyRest(m + at, rest + 2 * Rest, left);
            CopyRest(v + at, rest + 3 * Rest, left);
            AdamVector<Simd128, Vector128<float>>(step, rest, rest + Rest, rest + 2 * Rest, rest + 3 * Rest, null);
            CopyRest(rest, w + at, left);
            CopyRest(rest + 2 * Rest, m + at, left);
            CopyRest(rest + 3 * Rest, v + at, left);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CatchUp<TSimd, TVector>(AdamStep step, float* rates, int steps, float* w, float* m, float* v, int count)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        int i = 0;
        for (; i + TSimd.Count <= count; i += TSimd.Count) Move<TSimd, TVector>(step, rates, steps, w + i, m + i, v + i);
        for (i = 0; i + DecayTile * TSimd.Count <= count; i += DecayTile * TSimd.Count) Decay4<TSimd, TVector>(step, steps, m + i, v + i);
        for (; i + TSimd.Count <= count; i += TSimd.Count) Decay1<TSimd, TVector>(step, steps, m + i, v + i);
        for (; i + Simd128.Count <= count; i += Simd128.Count)
        {
            Move<Simd128, Vector128<float>>(step, rates, steps, w + i, m + i, v + i);
            Decay1<Simd128, Vector128<float>>(step, steps, m + i, v + i);
        }

        if (i == count) return;
        float* rest = stackalloc float[3 * Rest];
        CopyRest(w + i, rest, count - i);
        CopyRest(m + i, rest + Rest, count - i);
        CopyRest(v + i, rest + 2 * Rest, count - i);
        Move<Simd128, Vector128<float>>(step, rates, steps, rest, rest + Rest, rest + 2 * Rest);
        Decay1<Simd128, Vector128<float>>(step, steps, rest + Rest, rest + 2 * Rest);
        CopyRest(rest, w + i, count - i);
        CopyRest(rest + Rest, m + i, count - i);
        CopyRest(rest + 2 * Rest, v + i, count - i);
    }

    /// <summary>
    /// Moves one vector of weights through the steps; m and v stay for the decay. Ends early once no weight can change:
    /// m shrinks faster than √v, so no later step is larger than the last one but for its rate.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Move<TSimd, TVector>(AdamStep step, float* rates, int steps, float* w, float* m, float* v)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        TVector mi = TSimd.Load(m);
        if (TSimd.IsZero(mi)) return;
        TVector vi = TSimd.Load(v), wi = TSimd.Load(w);
        TVector minusOneMinusBeta1 = TSimd.Broadcast(-step.OneMinusBeta1), beta2 = TSimd.Broadcast(step.Beta2);
        TVector epsilon = TSimd.Broadcast(step.Epsilon), tiny = TSimd.Broadcast(Tiny);
        for (int k = 0; k < steps;)
        {
            TVector ratio = TSimd.Zero;
            for (int end = System.Math.Min(steps, k + MoveBlock); k < end; k++)
            {
                mi = Settle<TSimd, TVector>(TSimd.Fma(mi, minusOneMinusBeta1, mi)); // (0 − m)(1 − β1) + m, rounded once
                vi = TSimd.Fma(vi, beta2, tiny);
                ratio = TSimd.Divide(mi, TSimd.Add(TSimd.Sqrt(vi), epsilon));
                wi = TSimd.Fma(ratio, TSimd.Broadcast(-rates[k]), wi);
            }

            TVector largest = TSimd.Multiply(TSimd.Abs(ratio), TSimd.Broadcast(step.Rate));
            TVector needed = Settle<TSimd, TVector>(TSimd.Multiply(TSimd.Abs(wi), TSimd.Broadcast(Unmoved)));
            if (TSimd.IsZero(TSimd.SelectGreater(needed, largest, TSimd.Zero, mi))) break;
        }

        TSimd.Store(w, wi);
    }

    /// <summary>m and v of four vectors after steps without gradient.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Decay4<TSimd, TVector>(AdamStep step, int steps, float* m, float* v)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        TVector m0 = TSimd.Load(m), m1 = TSimd.Load(m + TSimd.Count), m2 = TSimd.Load(m + 2 * TSimd.Count), m3 = TSimd.Load(m + 3 * TSimd.Count);
        TVector v0 = TSimd.Load(v), v1 = TSimd.Load(v + TSimd.Count), v2 = TSimd.Load(v + 2 * TSimd.Count), v3 = TSimd.Load(v + 3 * TSimd.Count);
        TVector minusOneMinusBeta1 = TSimd.Broadcast(-step.OneMinusBeta1), beta2 = TSimd.Broadcast(step.Beta2), tiny = TSimd.Broadcast(Tiny);
        int k = 0;
        while (k < steps && !(TSimd.IsZero(m0) && TSimd.IsZero(m1) && TSimd.IsZero(m2) && TSimd.IsZero(m3)))
        {
            for (int end = System.Math.Min(steps, k + DecayBlock); k < end; k++)
            {
                m0 = TSimd.Fma(m0, minusOneMinusBeta1, m0);
                m1 = TSimd.Fma(m1, minusOneMinusBeta1, m1);
                m2 = TSimd.Fma(m2, minusOneMinusBeta1, m2);
                m3 = TSimd.Fma(m3, minusOneMinusBeta1, m3);
                v0 = TSimd.Fma(v0, beta2, tiny);
                v1 = TSimd.Fma(v1, beta2, tiny);
                v2 = TSimd.Fma(v2, beta2, tiny);
                v3 = TSimd.Fma(v3, beta2, tiny);
            }

            // m only shrinks: what is below 1e-30 now has been so, or would have become zero, at some step before.
            m0 = Settle<TSimd, TVector>(m0);
            m1 = Settle<TSimd, TVector>(m1);
            m2 = Settle<TSimd, TVector>(m2);
            m3 = Settle<TSimd, TVector>(m3);
        }

        for (; k < steps; k++)
        {
            v0 = TSimd.Fma(v0, beta2, tiny);
            v1 = TSimd.Fma(v1, beta2, tiny);
            v2 = TSimd.Fma(v2, beta2, tiny);
            v3 = TSimd.Fma(v3, beta2, tiny);
        }

        TSimd.Store(m, m0);
        TSimd.Store(m + TSimd.Count, m1);
        TSimd.Store(m + 2 * TSimd.Count, m2);
        TSimd.Store(m + 3 * TSimd.Count, m3);
        TSimd.Store(v, v0);
        TSimd.Store(v + TSimd.Count, v1);
        TSimd.Store(v + 2 * TSimd.Count, v2);
        TSimd.Store(v + 3 * TSimd.Count, v3);
    }

    /// <summary>As <see cref="Decay4"/>, for one vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Decay1<TSimd, TVector>(AdamStep step, int steps, float* m, float* v)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        TVector mi = TSimd.Load(m), vi = TSimd.Load(v);
        TVector minusOneMinusBeta1 = TSimd.Broadcast(-step.OneMinusBeta1), beta2 = TSimd.Broadcast(step.Beta2), tiny = TSimd.Broadcast(Tiny);
        int k = 0;
        while (k < steps && !TSimd.IsZero(mi))
        {
            for (int end = System.Math.Min(steps, k + DecayBlock); k < end; k++)
            {
                mi = TSimd.Fma(mi, minusOneMinusBeta1, mi);
                vi = TSimd.Fma(vi, beta2, tiny);
            }

            mi = Settle<TSimd, TVector>(mi);
        }

        for (; k < steps; k++) vi = TSimd.Fma(vi, beta2, tiny);
        TSimd.Store(m, mi);
        TSimd.Store(v, vi);
    }

    /// <summary>Up to three floats, for which a call would be too much.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyRest(float* from, float* to, int count)
    {
        for (int i = 0; i < count; i++) to[i] = from[i];
    }
}
