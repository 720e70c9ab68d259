namespace Unroll.Kernels.Simd;

/// <summary>
/// The operations that kernels are written in. A kernel is one generic text; this interface gives it 4, 8 or 16
/// float32 lanes. Every operation rounds as IEEE 754 says and <see cref="Fma"/> rounds once, so all widths agree to
/// the bit. <see cref="Min"/> and <see cref="Max"/> return the second operand if either is NaN.
/// </summary>
internal unsafe interface ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>Lanes of a vector.</summary>
    static abstract int Count { get; }

    /// <summary>Whether 24 or more vectors can live in registers: decides on tile sizes only, never on results.</summary>
    static abstract bool HasManyRegisters { get; }

    static abstract TVector Zero { get; }

    static abstract TVector Load(float* source);

    static abstract void Store(float* target, TVector value);

    static abstract TVector Broadcast(float value);

    static abstract TVector Add(TVector a, TVector b);

    static abstract TVector Subtract(TVector a, TVector b);

    static abstract TVector Multiply(TVector a, TVector b);

    static abstract TVector Divide(TVector a, TVector b);

    static abstract TVector Sqrt(TVector a);

    /// <summary>a · b + c, rounded once.</summary>
    static abstract TVector Fma(TVector a, TVector b, TVector c);

    static abstract TVector Min(TVector a, TVector b);

    static abstract TVector Max(TVector a, TVector b);

    static abstract TVector Abs(TVector a);

    static abstract TVector Negate(TVector a);

    /// <summary>The size of <paramref name="magnitude"/> (taken as non-negative) with the sign bit of <paramref name="sign"/>.</summary>
    static abstract TVector WithSignOf(TVector magnitude, TVector sign);

    /// <summary>Lane by lane: mask ≠ 0 ? whenSet : otherwise.</summary>
    static abstract TVector SelectNonZero(TVector mask, TVector whenSet, TVector otherwise);

    /// <summary>Lane by lane: a &gt; b ? whenGreater : otherwise.</summary>
    static abstract TVector SelectGreater(TVector a, TVector b, TVector whenGreater, TVector otherwise);

    /// <summary>True if every lane is zero.</summary>
    static abstract bool IsZero(TVector a);

    /// <summary>2^n, where the whole number n sits in the low mantissa bits of <paramref name="shifted"/> (see <see cref="Math.VectorMath{TSimd, TVector}"/>).</summary>
    static abstract TVector PowerOfTwoFromLowBits(TVector shifted);

    /// <summary>
    /// x = fraction · 2^exponent with a fraction from √½ up to √2 and a whole exponent, for positive normal x; for others
    /// the parts mean nothing.
    /// </summary>
    static abstract TVector Fraction(TVector x, out TVector exponent);

    /// <summary>
    /// Sums each of four vectors within every group of four lanes: a group of the result holds the sums of a, b, c
    /// and d, each added as (x0 + x2) + (x1 + x3).
    /// </summary>
    static abstract TVector SumQuads(TVector a, TVector b, TVector c, TVector d);
}
