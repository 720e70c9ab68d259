using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Update;

/// <summary>Updates of the rarer optimizers; what is said of vanished gradients in the other part holds here, too.</summary>
internal static unsafe partial class UpdateKernels
{
    /// <summary>Coefficients of one Nadam step (Dozat 2016), in Keras' arrangement.</summary>
    /// <param name="Rate">Learning rate.</param>
    /// <param name="OneMinusBeta1">1 − β1.</param>
    /// <param name="Beta2">β2.</param>
    /// <param name="OneMinusBeta2">1 − β2.</param>
    /// <param name="MeanShare">u_{t+1} / (1 − U·u_{t+1}), what m is multiplied by.</param>
    /// <param name="GradientShare">(1 − u_t) / (1 − U), what g is multiplied by.</param>
    /// <param name="SquareShare">1 / (1 − β2^t), what v is multiplied by.</param>
    /// <param name="Epsilon">Added to the root.</param>
    internal readonly record struct NadamStep(
        float Rate, float OneMinusBeta1, float Beta2, float OneMinusBeta2, float MeanShare, float GradientShare, float SquareShare, float Epsilon);

    /// <summary>Coefficients of one Adamax step; the rate is lr / (1 − β1^t).</summary>
    internal readonly record struct AdamaxStep(float Rate, float OneMinusBeta1, float Beta2, float Epsilon);

    /// <summary>Coefficients of one Adagrad step.</summary>
    internal readonly record struct AdagradStep(float Rate, float Epsilon);

    /// <summary>Coefficients of one Adadelta step.</summary>
    internal readonly record struct AdadeltaStep(float Rate, float Rho, float OneMinusRho, float Epsilon);

    /// <summary>m and v as in Adam; w −= rate·(m·meanShare + g·gradientShare) / (√(v·squareShare) + ε).</summary>
    public static void Nadam(VectorWidth width, NadamStep step, Block w, Block g, Block m, Block v)
    {
        Check(w, g, m, v);
        switch (width)
        {
            case VectorWidth.Bits512: Nadam<Simd512, Vector512<float>>(step, w, g, m, v); break;
            case VectorWidth.Bits256: Nadam<Simd256, Vector256<float>>(step, w, g, m, v); break;
            default: Nadam<Simd128, Vector128<float>>(step, w, g, m, v); break;
        }
    }

    /// <summary>m as in Adam; u = max(β2·u, |g|); w −= rate·m / (u + ε).</summary>
    public static void Adamax(VectorWidth width, AdamaxStep step, Block w, Block g, Block m, Block u)
    {
        Check(w, g, m, u);
        switch (width)
        {
            case VectorWidth.Bits512: Adamax<Simd512, Vector512<float>>(step, w, g, m, u); break;
            case VectorWidth.Bits256: Adamax<Simd256, Vector256<float>>(step, w, g, m, u); break;
            default: Adamax<Simd128, Vector128<float>>(step, w, g, m, u); break;
        }
    }

    /// <summary>a += g²; w −= rate·g / √(a + ε).</summary>
    public static void Adagrad(VectorWidth width, AdagradStep step, Block w, Block g, Block a)
    {
        Check(w, g, a, a);
        switch (width)
        {
            case VectorWidth.Bits512: Adagrad<Simd512, Vector512<float>>(step, w, g, a); break;
            case VectorWidth.Bits256: Adagrad<Simd256, Vector256<float>>(step, w, g, a); break;
            default: Adagrad<Simd128, Vector128<float>>(step, w, g, a); break;
        }
    }

    /// <summary>a = ρ·a + (1 − ρ)·g²; δ = −√(d + ε) / √(a + ε) · g; d = ρ·d + (1 − ρ)·δ²; w += rate·δ.</summary>
    public static void Adadelta(VectorWidth width, AdadeltaStep step, Block w, Block g, Block a, Block d)
    {
        Check(w, g, a, d);
        switch (width)
        {
            case VectorWidth.Bits512: Adadelta<Simd512, Vector512<float>>(step, w, g, a, d); break;
            case VectorWidth.Bits256: Adadelta<Simd256, Vector256<float>>(step, w, g, a, d); break;
            default: Adadelta<Simd128, Vector128<float>>(step, w, g, a, d); break;
        }
    }

    private static void Check(Block w, Block g, Block first, Block second)
    {
        Check(w, g);
        first.Require(w.Length, nameof(first));
        second.Require(w.Length, nameof(second));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Nadam<TSimd, TVector>(NadamStep step, Block weights, Block gradients, Block first, Block second)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        float* w = weights.Pointer, g = gradients.Pointer, m = first.Pointer, v = second.Pointer;
        TVector minusRate = TSimd.Broadcast(-step.Rate), oneMinusBeta1 = TSimd.Broadcast(step.OneMinusBeta1);
        TVector beta2 = TSimd.Broadcast(step.Beta2), oneMinusBeta2 = TSimd.Broadcast(step.OneMinusBeta2);
        TVector meanShare = TSimd.Broadcast(step.MeanShare), gradientShare = TSimd.Broadcast(step.GradientShare);
        TVector squareShare = TSimd.Broadcast(step.SquareShare), epsilon = TSimd.Broadcast(step.Epsilon), tiny = TSimd.Broadcast(Tiny);
        for (int i = 0; i < weights.Length; i += TSimd.Count)
        {
            TVector gi = TSimd.Load(g + i), mi = TSimd.Load(m + i);
            mi = Settle<TSimd, TVector>(TSimd.Fma(TSimd.Subtract(gi, mi), oneMinusBeta1, mi));
            TVector vi = TSimd.Fma(TSimd.Multiply(gi, oneMinusBeta2), gi, TSimd.Fma(TSimd.Load(v + i), beta2, tiny));
            TSimd.Store(m + i, mi);
            TSimd.Store(v + i, vi);
            TVector ahead = TSimd.Fma(mi, meanShare, TSimd.Multiply(gi, gradientShare));
            if (TSimd.IsZero(ahead)) continue; // a weight that never had a gradient stays where it is
            TVector ratio = TSimd.Divide(ahead, TSimd.Add(TSimd.Sqrt(TSimd.Multiply(vi, squareShare)), epsilon));
            TSimd.Store(w + i, TSimd.Fma(ratio, minusRate, TSimd.Load(w + i)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Adamax<TSimd, TVector>(AdamaxStep step, Block weights, Block gradients, Block first, Block norm)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        float* w = weights.Pointer, g = gradients.Pointer, m = first.Pointer, u = norm.Pointer;
        TVector minusRate = TSimd.Broadcast(-step.Rate), oneMinusBeta1 = TSimd.Broadcast(step.OneMinusBeta1);
        TVector beta2 = TSimd.Broadcast(step.Beta2), epsilon = TSimd.Broadcast(step.Epsilon);
        for (int i = 0; i < weights.Length; i += TSimd.Count)
        {
            TVector gi = TSimd.Load(g + i), mi = TSimd.Load(m + i);
            mi = Settle<TSimd, TVector>(TSimd.Fma(TSimd.Subtract(gi, mi), oneMinusBeta1, mi));
            TVector ui = Settle<TSimd, TVector>(TSimd.Max(TSimd.Multiply(beta2, TSimd.Load(u + i)), TSimd.Abs(gi)));
            TSimd.Store(m + i, mi);
            TSimd.Store(u + i, ui);
            if (TSimd.IsZero(mi)) continue; // a weight that never had a gradient stays where it is
            TVector ratio = TSimd.Divide(mi, TSimd.Add(ui, epsilon));
            TSimd.Store(w + i, TSimd.Fma(ratio, minusRate, TSimd.Load(w + i)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Adagrad<TSimd, TVector>(AdagradStep step, Block weights, Block gradients, Block accumulator)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        float* w = weights.Pointer, g = gradients.Pointer, a = accumulator.Pointer;
        TVector rate = TSimd.Broadcast(step.Rate), epsilon = TSimd.Broadcast(step.Epsilon), tiny = TSimd.Broadcast(Tiny);
        for (int i = 0; i < weights.Length; i += TSimd.Count)
        {
            TVector gi = TSimd.Load(g + i);
            if (TSimd.IsZero(gi)) continue; // nothing changes
            TVector ai = TSimd.Fma(gi, gi, TSimd.Add(TSimd.Load(a + i), tiny));
            TSimd.Store(a + i, ai);
            TVector change = TSimd.Divide(TSimd.Multiply(rate, gi), TSimd.Sqrt(TSimd.Add(ai, epsilon)));
            TSimd.Store(w + i, TSimd.Subtract(TSimd.Load(w + i), change));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Adadelta<TSimd, TVector>(AdadeltaStep step, Block weights, Block gradients, Block squares, Block changes)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        float* w = weights.Pointer, g = gradients.Pointer, a = squares.Pointer, d = changes.Pointer;
        TVector rate = TSimd.Broadcast(step.Rate), rho = TSimd.Broadcast(step.Rho), oneMinusRho = TSimd.Broadcast(step.OneMinusRho);
        TVector epsilon = TSimd.Broadcast(step.Epsilon), tiny = TSimd.Broadcast(Tiny);
        for (int i = 0; i < weights.Length; i += TSimd.Count)
        {
            TVector gi = TSimd.Load(g + i), di = TSimd.Load(d + i);
            TVector ai = TSimd.Fma(TSimd.Multiply(gi, oneMinusRho), gi, TSimd.Fma(TSimd.Load(a + i), rho, tiny));
            TSimd.Store(a + i, ai);
            TVector ratio = TSimd.Divide(TSimd.Sqrt(TSimd.Add(di, epsilon)), TSimd.Sqrt(TSimd.Add(ai, epsilon)));
            TVector change = TSimd.Negate(TSimd.Multiply(ratio, gi));
            TSimd.Store(d + i, TSimd.Fma(TSimd.Multiply(change, oneMinusRho), change, TSimd.Fma(di, rho, tiny)));
            TSimd.Store(w + i, TSimd.Fma(rate, change, TSimd.Load(w + i)));
        }
    }
}
