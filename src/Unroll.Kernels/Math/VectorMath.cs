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
    private const float Rounder = 12582912f; // 1.5 * 2^23
    private const float Log2EHigh = 1.44269502f;
    private const float Log2ELow = 1.92596303e-8f;

    /// <summary>1 / (1 + e^-x), within 4 ulp; for x below −87.3 it stays at the smallest normal number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Sigmoid(TVector x)
    {
        TVector one = TSimd.Broadcast(1f);
        TVector rounder = TSimd.Broadcast(Rounder);
        x = TSimd.Max(TSimd.Broadcast(-87.3365f), TSimd.Min(TSimd.Broadcast(40f), x));
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

    /// <summary>(2^f − 1) / f for |f| ≤ ½.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector ExponentialSlope(TVector f)
    {
        TVector q = TSimd.Broadcast(0.00015403512f);
        q = TSimd.Fma(q, f, TSimd.Broadcast(0.0013390736f));
        q = TSimd.Fma(q, f, TSimd.Broadcast(0.0096182375f));
        q = TSimd.Fma(q, f, TSimd.Broadcast(0.055503574f));
        q = TSimd.Fma(q, f, TSimd.Broadcast(0.2402265f));
        return TSimd.Fma(q, f, TSimd.Broadcast(0.6931472f));
    }
}
