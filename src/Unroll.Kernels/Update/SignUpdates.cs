using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Unroll.Kernels.Math;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Update;

/// <summary>Updates whose steps do not shrink with the gradient: Lion steps by signs, Ftrl starts from sums.</summary>
internal static unsafe partial class UpdateKernels
{
    /// <summary>Coefficients of one Lion step.</summary>
    internal readonly record struct LionStep(float Rate, float Beta1, float OneMinusBeta1, float Beta2, float OneMinusBeta2);

    /// <summary>Coefficients of one Ftrl step.</summary>
    /// <param name="InverseRate">1 / learning rate.</param>
    /// <param name="Power">The sums' exponent, −learning_rate_power; 0.5 takes roots.</param>
    /// <param name="L1">Limit of the clipped sum.</param>
    /// <param name="TwiceL2">2·(l2 + β / (2·rate)).</param>
    /// <param name="TwiceShrinkage">Twice the share of the weight that joins the gradient.</param>
    internal readonly record struct FtrlStep(float InverseRate, float Power, float L1, float TwiceL2, float TwiceShrinkage);

    /// <summary>w −= rate·sign(β1·m + (1 − β1)·g); m = β2·m + (1 − β2)·g.</summary>
    public static void Lion(VectorWidth width, LionStep step, Block w, Block g, Block m)
    {
        Check(w, g, m, m);
        switch (width)
        {
            case VectorWidth.Bits512: Lion<Simd512, Vector512<float>>(step, w, g, m); break;
            case VectorWidth.Bits256: Lion<Simd256, Vector256<float>>(step, w, g, m); break;
            default: Lion<Simd128, Vector128<float>>(step, w, g, m); break;
        }
    }

    /// <summary>
    /// n = a + g²; z += g + shrinkage·w − (n^p − a^p)·w / rate; w = (clip(z, −l1, l1) − z) / (n^p / rate + L2); a = n, with
    /// doubled L2 and shrinkage as the step has them.
    /// </summary>
    public static void Ftrl(VectorWidth width, FtrlStep step, Block w, Block g, Block a, Block z)
    {
        Check(w, g, a, z);
        switch (width)
        {
            case VectorWidth.Bits512: Ftrl<Simd512, Vector512<float>>(step, w, g, a, z); break;
            case VectorWidth.Bits256: Ftrl<Simd256, Vector256<float>>(step, w, g, a, z); break;
            default: Ftrl<Simd128, Vector128<float>>(step, w, g, a, z); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Lion<TSimd, TVector>(LionStep step, Block weights, Block gradients, Block mean)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        float* w = weights.Pointer, g = gradients.Pointer, m = mean.Pointer;
        TVector rate = TSimd.Broadcast(step.Rate), beta1 = TSimd.Broadcast(step.Beta1), oneMinusBeta1 = TSimd.Broadcast(step.OneMinusBeta1);
        TVector beta2 = TSimd.Broadcast(step.Beta2), oneMinusBeta2 = TSimd.Broadcast(step.OneMinusBeta2);
        for (int i = 0; i < weights.Length; i += TSimd.Count)
        {
            TVector gi = TSimd.Load(g + i), mi = TSimd.Load(m + i);
            TVector blend = TSimd.Fma(mi, beta1, TSimd.Multiply(gi, oneMinusBeta1));
            TVector change = TSimd.SelectGreater(TSimd.Abs(blend), TSimd.Zero, TSimd.WithSignOf(rate, blend), blend); // zero and NaN stay
            TSimd.Store(w + i, TSimd.Subtract(TSimd.Load(w + i), change));
            TSimd.Store(m + i, Settle<TSimd, TVector>(TSimd.Fma(mi, beta2, TSimd.Multiply(gi, oneMinusBeta2))));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Ftrl<TSimd, TVector>(FtrlStep step, Block weights, Block gradients, Block squares, Block linear)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged
    {
        float* w = weights.Pointer, g = gradients.Pointer, a = squares.Pointer, z = linear.Pointer;
        bool takesRoots = step.Power == 0.5f;
        TVector inverseRate = TSimd.Broadcast(step.InverseRate), power = TSimd.Broadcast(step.Power), l1 = TSimd.Broadcast(step.L1);
        TVector minusL1 = TSimd.Broadcast(-step.L1), twiceL2 = TSimd.Broadcast(step.TwiceL2), shrinkage = TSimd.Broadcast(step.TwiceShrinkage), tiny = TSimd.Broadcast(Tiny);
        for (int i = 0; i < weights.Length; i += TSimd.Count)
        {
            TVector gi = TSimd.Load(g + i), wi = TSimd.Load(w + i), ai = TSimd.Load(a + i);
            TVector ni = TSimd.Fma(gi, gi, TSimd.Add(ai, tiny));
            TVector before = takesRoots ? TSimd.Sqrt(ai) : Raise<TSimd, TVector>(ai, power);
            TVector after = takesRoots ? TSimd.Sqrt(ni) : Raise<TSimd, TVector>(ni, power);
            TVector pull = TSimd.Multiply(TSimd.Multiply(TSimd.Subtract(after, before), inverseRate), wi);
            TVector zi = TSimd.Add(TSimd.Load(z + i), TSimd.Subtract(TSimd.Fma(wi, shrinkage, gi), pull));
            TVector numerator = TSimd.Subtract(TSimd.Max(minusL1, TSimd.Min(l1, zi)), zi);
            TVector value = TSimd.Divide(numerator, TSimd.Fma(after, inverseRate, twiceL2));
            TSimd.Store(a + i, ni);
            TSimd.Store(z + i, zi);
            TSimd.Store(w + i, TSimd.SelectNonZero(numerator, value, TSimd.Zero)); // 0 / 0 where there never was a gradient
        }
    }

    /// <summary>x^power for x of 0 or more; 0 at 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Raise<TSimd, TVector>(TVector x, TVector power)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged =>
        TSimd.SelectNonZero(x, VectorLogarithm<TSimd, TVector>.Exp(TSimd.Multiply(power, VectorLogarithm<TSimd, TVector>.Log(x))), TSimd.Zero);
}
