using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Update;

/// <summary>
/// Optimizer updates over flat arrays, element by element. Squared gradients get 1e-30 inside the fused
/// multiply-add: far below what float32 keeps beside any usable epsilon, and it keeps vanished gradients from becoming
/// denormal numbers, which are several times slower. Moving averages and momenta below 1e-30 become zero for the same
/// reason: without a gradient they would shrink to the smallest denormals and, by rounding, stay there for good.
/// </summary>
internal static unsafe partial class UpdateKernels
{
    private const float Tiny = 1e-30f;

    /// <summary>Coefficients of one Adam step; see Kingma and Ba (2015), in Keras' arrangement.</summary>
    /// <param name="Rate">lr·√(1 − β2^t) / (1 − β1^t).</param>
    /// <param name="OneMinusBeta1">1 − β1.</param>
    /// <param name="Beta2">β2.</param>
    /// <param name="OneMinusBeta2">1 − β2.</param>
    /// <param name="Epsilon">Added to the root.</param>
    internal readonly record struct AdamStep(float Rate, float OneMinusBeta1, float Beta2, float OneMinusBeta2, float Epsilon);

    /// <summary>Coefficients of one RMSprop step.</summary>
    internal readonly record struct RmsPropStep(float Rate, float Rho, float OneMinusRho, float Momentum, float Epsilon);

    /// <summary>Coefficients of one SGD step.</summary>
    internal readonly record struct SgdStep(float Rate, float Momentum, bool Nesterov);

    /// <summary>m += (g − m)(1 − β1); v = β2·v + (1 − β2)·g²; w −= rate·m / (√v + ε). Amsgrad uses the largest v so far.</summary>
    public static void Adam(VectorWidth width, AdamStep step, Block w, Block g, Block m, Block v, Block largest)
    {
        Check(w, g);
        m.Require(w.Length, nameof(m));
        v.Require(w.Length, nameof(v));
        if (!largest.IsEmpty) largest.Require(w.Length, nameof(largest));
        switch (width)
        {
            case VectorWidth.Bits512: Adam<Simd512, Vector512<float>>(step, w.Pointer, g.Pointer, m.Pointer, v.Pointer, largest.Pointer, w.Length); break;
            case VectorWidth.Bits256: Adam<Simd256, Vector256<float>>(step, w.Pointer, g.Pointer, m.Pointer, v.Pointer, largest.Pointer, w.Length); break;
            default: Adam<Simd128, Vector128<float>>(step, w.Pointer, g.Pointer, m.Pointer, v.Pointer, largest.Pointer, w.Length); break;
        }
    }

    /// <summary>v = ρ·v + (1 − ρ)·g²; w −= rate·g / √(v + ε); with momentum and centering as Keras 3 does.</summary>
    public static void RmsProp(VectorWidth width, RmsPropStep step, Block w, Block g, Block v, Block momentum, Block mean)
    {
        Check(w, g);
        v.Require(w.Length, nameof(v));
        if (!momentum.IsEmpty) momentum.Require(w.Length, nameof(momentum));
        if (!mean.IsEmpty) mean.Require(w.Length, nameof(mean));
        switch (width)
        {
            case VectorWidth.Bits512: RmsProp<Simd512, Vector512<float>>(step, w, g, v, momentum, mean); break;
            case VectorWidth.Bits256: RmsProp<Simd256, Vector256<float>>(step, w, g, v, momentum, mean); break;
            default: RmsProp<Simd128, Vector128<float>>(step, w, g, v, momentum, mean); break;
        }
    }

    /// <summary>w −= rate·g, or with momentum μ: m = μ·m − rate·g, w += m (Nesterov: w += μ·m − rate·g).</summary>
    public static void Sgd(VectorWidth width, SgdStep step, Block w, Block g, Block momentum)
    {
        Check(w, g);
        if (!momentum.IsEmpty) momentum.Require(w.Length, nameof(momentum));
        switch (width)
        {
            case VectorWidth.Bits512: Sgd<Simd512, Vector512<float>>(step, w, g, momentum); break;
            case VectorWidth.Bits256: Sgd<Simd256, Vector256<float>>(step, w, g, momentum); break;
            default: Sgd<Simd128, Vector128<float>>(step, w, g, momentum); break;
        }
    }

    private static void Check(Block w, Block g)
    {
        if (w.Length % VectorWidths.Chunk != 0)
            throw new ArgumentException($"Updates run over multiples of {VectorWidths.Chunk} floats, not {w.Length}.", nameof(w));
        g.Require(w.Length, nameof(g));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Adam<TSimd, TVector>(AdamStep step, float* w, float* g, float* m, float* v, float* vMax, int count)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        for (int i = 0; i < count; i += TSimd.Count)
            AdamVector<TSimd, TVector>(step, w + i, g + i, m + i, v + i, vMax == null ? null : vMax + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AdamVector<TSimd, TVector>(AdamStep step, float* w, float* g, float* m, float* v, float* vMax)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        TVector gi = TSimd.Load(g), mi = TSimd.Load(m);
        mi = Settle<TSimd, TVector>(TSimd.Fma(TSimd.Subtract(gi, mi), TSimd.Broadcast(step.OneMinusBeta1), mi));
        TVector decayed = TSimd.Fma(TSimd.Load(v), TSimd.Broadcast(step.Beta2), TSimd.Broadcast(Tiny));
        TVector vi = TSimd.Fma(TSimd.Multiply(gi, TSimd.Broadcast(step.OneMinusBeta2)), gi, decayed);
        TSimd.Store(m, mi);
        TSimd.Store(v, vi);
        if (vMax != null)
        {
            vi = TSimd.Max(TSimd.Load(vMax), vi);
            TSimd.Store(vMax, vi);
        }

        if (TSimd.IsZero(mi)) return; // a weight that never had a gradient stays where it is
        TVector ratio = TSimd.Divide(mi, TSimd.Add(TSimd.Sqrt(vi), TSimd.Broadcast(step.Epsilon)));
        TSimd.Store(w, TSimd.Fma(ratio, TSimd.Broadcast(-step.Rate), TSimd.Load(w)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RmsProp<TSimd, TVector>(
        RmsPropStep step, Block weights, Block gradients, Block velocity, Block momentum, Block mean)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        float* w = weights.Pointer, g = gradients.Pointer, v = velocity.Pointer, m = momentum.Pointer, a = mean.Pointer;
        TVector rate = TSimd.Broadcast(step.Rate), mu = TSimd.Broadcast(step.Momentum);
        TVector rho = TSimd.Broadcast(step.Rho), oneMinusRho = TSimd.Broadcast(step.OneMinusRho);
        TVector epsilon = TSimd.Broadcast(step.Epsilon), tiny = TSimd.Broadcast(Tiny);

        // Embedding rows that a batch does not use have no gradient: their step is exactly zero, root and division are idle.
        bool leavesZeroAlone = m == null && a == null;
        for (int i = 0; i < weights.Length; i += TSimd.Count)
        {
            TVector gi = TSimd.Load(g + i);
            TVector vi = TSimd.Fma(TSimd.Multiply(gi, oneMinusRho), gi, TSimd.Fma(TSimd.Load(v + i), rho, tiny));
            TSimd.Store(v + i, vi);
            if (leavesZeroAlone && TSimd.IsZero(gi)) continue;
            TVector denominator = TSimd.Add(vi, epsilon);
            if (a != null)
            {
                TVector ai = Settle<TSimd, TVector>(TSimd.Fma(gi, oneMinusRho, TSimd.Multiply(TSimd.Load(a + i), rho)));
                TSimd.Store(a + i, ai);
                TVector variance = TSimd.Max(TSimd.Zero, TSimd.Fma(TSimd.Negate(ai), ai, vi)); // never below zero by rounding
                denominator = TSimd.Add(variance, epsilon);
            }

            TVector increment = TSimd.Divide(TSimd.Multiply(rate, gi), TSimd.Sqrt(denominator));
            if (m != null)
            {
                increment = Settle<TSimd, TVector>(TSimd.Fma(mu, TSimd.Load(m + i), increment));
                TSimd.Store(m + i, increment);
            }

            TSimd.Store(w + i, TSimd.Subtract(TSimd.Load(w + i), increment));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sgd<TSimd, TVector>(SgdStep step, Block weights, Block gradients, Block momentum)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        float* w = weights.Pointer, g = gradients.Pointer, m = momentum.Pointer;
        TVector minusRate = TSimd.Broadcast(-step.Rate), mu = TSimd.Broadcast(step.Momentum);
        for (int i = 0; i < weights.Length; i += TSimd.Count)
        {
            TVector change = TSimd.Multiply(TSimd.Load(g + i), minusRate);
            if (m != null)
            {
                TVector mi = Settle<TSimd, TVector>(TSimd.Fma(mu, TSimd.Load(m + i), change));
                TSimd.Store(m + i, mi);
                change = step.Nesterov ? TSimd.Fma(mu, mi, change) : mi;
            }

            TSimd.Store(w + i, TSimd.Add(TSimd.Load(w + i), change));
        }
    }

    /// <summary>Zero for what is below 1e-30; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Settle<TSimd, TVector>(TVector value)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged => TSimd.SelectGreater(TSimd.Broadcast(Tiny), TSimd.Abs(value), TSimd.Zero, value);
}
