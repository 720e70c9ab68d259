using System.Runtime.CompilerServices;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Math;

/// <summary>
/// sigmoid and tanh from one base-2 exponential: x·log2(e) = n + f with whole n, 2^f = 1 + f·q(f) with a degree-5
/// minimax q (relative error 1.1e-8 on |f| ≤ ½). Adding 1.5·2^23 rounds to n and leaves n in the low mantissa bits.
/// NaN in gives NaN out.
/// </summary>
internal static class VectorMath<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>What <see cref="SigmoidOfScaled"/> wants its argument multiplied by: −log2(e).</summary>
    public const float SigmoidScale = -Log2EHigh;

    /// <summary>What <see cref="TanhOfScaled"/> wants its argument multiplied by: 2·log2(e).</summary>
    public const float TanhScale = 2 * Log2EHigh;

    internal const float Rounder = 12582912f; // 1.5 * 2^23
    internal const float Log2EHigh = 1.44269502f;
    internal const float Log2ELow = 1.92596303e-8f;

    /// <summary>1 / (1 + e^-x), within 4 ulp; for x below −87.33654, 126·ln 2, it stays at the smallest normal number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Sigmoid(TVector x)
    {
        TVector one = TSimd.Broadcast(1f);
        TVector rounder = TSimd.Broadcast(Rounder);
        x = TSimd.Max(TSimd.Broadcast(-87.33654f), TSimd.Min(TSimd.Broadcast(40f), x));
        TVector shifted = TSimd.Fma(x, TSimd.Broadcast(-Log2EHigh), rounder);
        TVector minusN = TSimd.Subtract(rounder, shifted);
        TVector f = TSimd.Fma(x, TSimd.Broadcast(-Log2EHigh), minusN);
        f = TSimd.Fma(x, TSimd.Broadcast(-Log2ELow), f); // matters where e^-x is large: x·log2(e) has lost low bits there
        TVector fraction = TSimd.Fma(f, ExponentialSlope(f), one);
        TVector denominator = TSimd.Fma(fraction, TSimd.PowerOfTwoFromLowBits(shifted), one);
        return TSimd.Divide(one, denominator);
    }

    /// <summary>Hyperbolic tangent, within 6 ulp over the whole range, also near 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Tanh(TVector x)
    {
        TVector rounder = TSimd.Broadcast(Rounder);
        TVector size = TSimd.Min(TSimd.Broadcast(10f), TSimd.Abs(x)); // float32 tanh is 1 from 9.02 on
        TVector shifted = TSimd.Fma(size, TSimd.Broadcast(-2 * Log2EHigh), rounder);
        TVector minusN = TSimd.Subtract(rounder, shifted);
        TVector f = TSimd.Fma(size, TSimd.Broadcast(-2 * Log2EHigh), minusN);
        TVector power = TSimd.PowerOfTwoFromLowBits(shifted);

        // e^(-2|x|) - 1 without cancellation: 2^n (2^f - 1) + (2^n - 1)
        TVector minusOne = TSimd.Broadcast(-1f);
        TVector expm1 = TSimd.Fma(power, TSimd.Multiply(f, ExponentialSlope(f)), TSimd.Add(power, minusOne));
        TVector magnitude = TSimd.Divide(expm1, TSimd.Add(expm1, TSimd.Broadcast(2f))); // negative; only its size counts
        return TSimd.WithSignOf(TSimd.Abs(magnitude), x);
    }

    /// <summary>
    /// Two sigmoids of arguments that were multiplied by <see cref="SigmoidScale"/>, within 4 ulp. The two go in lockstep:
    /// processors look ahead by instructions, so what is independent has to stand side by side. A polynomial of degree 4
    /// is enough here (relative error of 2^f 1.1e-7), not in tanh, where 2^f − 1 loses digits.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SigmoidOfScaled(ref TVector a, ref TVector b)
    {
        TVector one = TSimd.Broadcast(1f), rounder = TSimd.Broadcast(Rounder);
        a = TSimd.Max(TSimd.Broadcast(-64f), TSimd.Min(TSimd.Broadcast(126f), a));
        b = TSimd.Max(TSimd.Broadcast(-64f), TSimd.Min(TSimd.Broadcast(126f), b));
        TVector powerA = TSimd.Add(a, rounder), powerB = TSimd.Add(b, rounder);
        TVector n = TSimd.Subtract(powerA, rounder), m = TSimd.Subtract(powerB, rounder);
        a = TSimd.Subtract(a, n);
        b = TSimd.Subtract(b, m);
        powerA = TSimd.PowerOfTwoFromLowBits(powerA);
        powerB = TSimd.PowerOfTwoFromLowBits(powerB);
        TVector q = TSimd.Broadcast(0.00132647087f);
        TVector p = TSimd.Fma(q, b, TSimd.Broadcast(0.00967151113f));
        q = TSimd.Fma(q, a, TSimd.Broadcast(0.00967151113f));
        p = TSimd.Fma(p, b, TSimd.Broadcast(0.0555073358f));
        q = TSimd.Fma(q, a, TSimd.Broadcast(0.0555073358f));
        p = TSimd.Fma(p, b, TSimd.Broadcast(0.240222439f));
        q = TSimd.Fma(q, a, TSimd.Broadcast(0.240222439f));
        p = TSimd.Fma(p, b, TSimd.Broadcast(0.693147004f));
        q = TSimd.Fma(q, a, TSimd.Broadcast(0.693147004f));
        p = TSimd.Fma(p, b, one);
        q = TSimd.Fma(q, a, one);
        p = TSimd.Fma(p, powerB, one);
        q = TSimd.Fma(q, powerA, one);
        b = TSimd.Divide(one, p);
        a = TSimd.Divide(one, q);
    }

    /// <summary>Two tanh, in lockstep, of arguments that were multiplied by <see cref="TanhScale"/>; within 6 ulp.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void TanhOfScaled(ref TVector a, ref TVector b)
    {
        TVector rounder = TSimd.Broadcast(Rounder);
        TVector f = TSimd.Min(TSimd.Broadcast(29f), TSimd.Abs(a)), g = TSimd.Min(TSimd.Broadcast(29f), TSimd.Abs(b));
        TVector powerA = TSimd.Subtract(rounder, f), powerB = TSimd.Subtract(rounder, g);
        TVector n = TSimd.Subtract(rounder, powerA), m = TSimd.Subtract(rounder, powerB);
        f = TSimd.Subtract(n, f);
        g = TSimd.Subtract(m, g);
        powerA = TSimd.PowerOfTwoFromLowBits(powerA);
        powerB = TSimd.PowerOfTwoFromLowBits(powerB);
        TVector q = TSimd.Broadcast(0.00015403512f);
        TVector p = TSimd.Fma(q, g, TSimd.Broadcast(0.0013390736f));
        q = TSimd.Fma(q, f, TSimd.Broadcast(0.0013390736f));
        p = TSimd.Fma(p, g, TSimd.Broadcast(0.0096182375f));
        q = TSimd.Fma(q, f, TSimd.Broadcast(0.0096182375f));
        p = TSimd.Fma(p, g, TSimd.Broadcast(0.055503574f));
        q = TSimd.Fma(q, f, TSimd.Broadcast(0.055503574f));
        p = TSimd.Fma(p, g, TSimd.Broadcast(0.2402265f));
        q = TSimd.Fma(q, f, TSimd.Broadcast(0.2402265f));
        p = TSimd.Fma(p, g, TSimd.Broadcast(0.6931472f));
        q = TSimd.Fma(q, f, TSimd.Broadcast(0.6931472f));
        p = TSimd.Multiply(p, g);
        q = TSimd.Multiply(q, f);

        // As in Tanh: e^(-2|x|) - 1 without cancellation; negative, only its size counts.
        f = TSimd.Add(powerA, TSimd.Broadcast(-1f));
        g = TSimd.Add(powerB, TSimd.Broadcast(-1f));
        q = TSimd.Fma(powerA, q, f);
        p = TSimd.Fma(powerB, p, g);
        q = TSimd.Divide(q, TSimd.Add(q, TSimd.Broadcast(2f)));
        p = TSimd.Divide(p, TSimd.Add(p, TSimd.Broadcast(2f)));
        a = TSimd.WithSignOf(TSimd.Abs(q), a);
        b = TSimd.WithSignOf(TSimd.Abs(p), b);
    }

    /// <summary>e^x for x of 0 or less, within 3 ulp; for x below −87.33654, 126·ln 2, it stays at the smallest normal number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector ExpOfNegative(TVector x)
    {
        TVector rounder = TSimd.Broadcast(Rounder);
        x = TSimd.Max(TSimd.Broadcast(-87.33654f), x);
        TVector shifted = TSimd.Fma(x, TSimd.Broadcast(Log2EHigh), rounder);
        TVector n = TSimd.Subtract(shifted, rounder);
        TVector f = TSimd.Fma(x, TSimd.Broadcast(Log2EHigh), TSimd.Negate(n));
        f = TSimd.Fma(x, TSimd.Broadcast(Log2ELow), f);
        return TSimd.Multiply(TSimd.Fma(f, ExponentialSlope(f), TSimd.Broadcast(1f)), TSimd.PowerOfTwoFromLowBits(shifted));
    }

    /// <summary>(2^f − 1) / f for |f| ≤ ½.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TVector ExponentialSlope(TVector f)
    {
        TVector q = TSimd.Broadcast(0.00015403512f);
        q = TSimd.Fma(q, f, TSimd.Broadcast(0.0013390736f));
        q = TSimd.Fma(q, f, TSimd.Broadcast(0.0096182375f));
        q = TSimd.Fma(q, f, TSimd.Broadcast(0.055503574f));
        q = TSimd.Fma(q, f, TSimd.Broadcast(0.2402265f));
        return TSimd.Fma(q, f, TSimd.Broadcast(0.6931472f));
    }
}
