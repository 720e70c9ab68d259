using System.Runtime.CompilerServices;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Math;

/// <summary>Exponential, logarithm and softplus, for formulas; NaN in gives NaN out.</summary>
internal static class VectorLogarithm<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    private const float SmallestNormal = 1.17549435e-38f;
    private const float Lowest = -87.33654f; // 126 ln 2, the logarithm of the smallest normal number
    private const float Ln2High = 0.693359375f; // few bits, so that a whole multiple is exact
    private const float Ln2Low = -2.12194440e-4f;

    /// <summary>e^x, within 2 ulp; 0 where it would be below the smallest normal number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Exp(TVector x)
    {
        TVector rounder = TSimd.Broadcast(VectorMath<TSimd, TVector>.Rounder);
        TVector log2E = TSimd.Broadcast(VectorMath<TSimd, TVector>.Log2EHigh);
        TVector clamped = TSimd.Max(TSimd.Broadcast(Lowest), TSimd.Min(TSimd.Broadcast(89f), x));
        TVector shifted = TSimd.Fma(clamped, log2E, rounder);
        TVector f = TSimd.Fma(clamped, log2E, TSimd.Subtract(rounder, shifted));
        f = TSimd.Fma(clamped, TSimd.Broadcast(VectorMath<TSimd, TVector>.Log2ELow), f);
        TVector fraction = TSimd.Fma(f, VectorMath<TSimd, TVector>.ExponentialSlope(f), TSimd.Broadcast(1f));

        // 2^128 is no number of its own, but e^88.7 is one: the last factor of 2 comes by itself.
        TVector whole = TSimd.Min(TSimd.Broadcast(VectorMath<TSimd, TVector>.Rounder + 127), shifted);
        TVector rest = TSimd.Add(TSimd.Subtract(shifted, whole), rounder);
        TVector power = TSimd.Multiply(fraction, TSimd.PowerOfTwoFromLowBits(whole));
        power = TSimd.Multiply(power, TSimd.PowerOfTwoFromLowBits(rest));
        return TSimd.SelectGreater(TSimd.Broadcast(Lowest), x, TSimd.Zero, power);
    }

    /// <summary>Natural logarithm, within 3 ulp, also near 1; −∞ at 0, NaN below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Log(TVector x)
    {
        TVector one = TSimd.Broadcast(1f), smallest = TSimd.Broadcast(SmallestNormal);
        TVector normal = TSimd.SelectGreater(smallest, x, TSimd.Multiply(x, TSimd.Broadcast(16777216f)), x); // 2^24
        TVector m = TSimd.Fraction(normal, out TVector exponent);
        exponent = TSimd.SelectGreater(smallest, x, TSimd.Subtract(exponent, TSimd.Broadcast(24f)), exponent);

        // ln m = 2 artanh(s), s = (m − 1) / (m + 1), in the form r − s·(r − s²·(…)): r = m − 1 is exact.
        TVector r = TSimd.Subtract(m, one);
        TVector s = TSimd.Divide(r, TSimd.Add(m, one));
        TVector s2 = TSimd.Multiply(s, s);
        TVector tail = TSimd.Broadcast(2f / 11);
        tail = TSimd.Fma(tail, s2, TSimd.Broadcast(2f / 9));
        tail = TSimd.Fma(tail, s2, TSimd.Broadcast(2f / 7));
        tail = TSimd.Fma(tail, s2, TSimd.Broadcast(2f / 5));
        tail = TSimd.Fma(tail, s2, TSimd.Broadcast(2f / 3));
        TVector correction = TSimd.Multiply(s, TSimd.Subtract(TSimd.Multiply(s2, tail), r)); // 2s = r − s·r
        correction = TSimd.Fma(exponent, TSimd.Broadcast(Ln2Low), correction);
        TVector result = TSimd.Fma(exponent, TSimd.Broadcast(Ln2High), TSimd.Add(r, correction));

        // What is not positive: NaN stays itself.
        TVector outside = TSimd.SelectGreater(
            TSimd.Zero, x, TSimd.Broadcast(float.NaN), TSimd.SelectNonZero(x, x, TSimd.Broadcast(float.NegativeInfinity)));
        result = TSimd.SelectGreater(x, TSimd.Zero, result, outside);
        return TSimd.SelectGreater(x, TSimd.Broadcast(float.MaxValue), x, result);
    }

    /// <summary>ln(1 + e^x), within 3 ulp and without overflow; 0 where it would be below the smallest normal number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Softplus(TVector x)
    {
        TVector e = Exp(TSimd.Negate(TSimd.Abs(x)));

        // ln(1 + e) = 2 artanh(e / (2 + e)), which keeps the digits of a small e.
        TVector s = TSimd.Divide(e, TSimd.Add(e, TSimd.Broadcast(2f)));
        TVector s2 = TSimd.Multiply(s, s);
        TVector tail = TSimd.Broadcast(2f / 15);
        tail = TSimd.Fma(tail, s2, TSimd.Broadcast(2f / 13));
        tail = TSimd.Fma(tail, s2, TSimd.Broadcast(2f / 11));
        tail = TSimd.Fma(tail, s2, TSimd.Broadcast(2f / 9));
        tail = TSimd.Fma(tail, s2, TSimd.Broadcast(2f / 7));
        tail = TSimd.Fma(tail, s2, TSimd.Broadcast(2f / 5));
        tail = TSimd.Fma(tail, s2, TSimd.Broadcast(2f / 3));
        TVector small = TSimd.Fma(TSimd.Multiply(s2, tail), s, TSimd.Add(s, s));
        return TSimd.Add(TSimd.SelectGreater(TSimd.Zero, x, TSimd.Zero, x), small);
    }
}
