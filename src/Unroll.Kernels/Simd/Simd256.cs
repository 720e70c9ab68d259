using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Unroll.Kernels.Simd;

/// <summary>8 lanes in one 256-bit vector.</summary>
internal readonly unsafe struct Simd256 : ISimd<Vector256<float>>
{
    public static int Count => 8;

    public static bool HasManyRegisters => false;

    public static Vector256<float> Zero => Vector256<float>.Zero;

    public static Vector256<float> Load(float* source) => Vector256.Load(source);

    public static void Store(float* target, Vector256<float> value) => Vector256.Store(value, target);

    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    public static Vector256<float> Add(Vector256<float> a, Vector256<float> b) => a + b;

    public static Vector256<float> Subtract(Vector256<float> a, Vector256<float> b) => a - b;

    public static Vector256<float> Multiply(Vector256<float> a, Vector256<float> b) => a * b;

    public static Vector256<float> Divide(Vector256<float> a, Vector256<float> b) => a / b;

    public static Vector256<float> Sqrt(Vector256<float> a) => Vector256.Sqrt(a);

    public static Vector256<float> Fma(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
        Vector256.FusedMultiplyAdd(a, b, c);

    public static Vector256<float> Min(Vector256<float> a, Vector256<float> b) => Vector256.MinNative(a, b);

    public static Vector256<float> Max(Vector256<float> a, Vector256<float> b) => Vector256.MaxNative(a, b);

    public static Vector256<float> Abs(Vector256<float> a) => Vector256.Abs(a);

    public static Vector256<float> Negate(Vector256<float> a) => Vector256.Create(-0f) ^ a;

    public static Vector256<float> WithSignOf(Vector256<float> magnitude, Vector256<float> sign) =>
        magnitude | (sign & Vector256.Create(-0f));

    public static Vector256<float> SelectNonZero(Vector256<float> mask, Vector256<float> whenSet, Vector256<float> otherwise) =>
        Vector256.ConditionalSelect(Vector256.Equals(mask, Vector256<float>.Zero), otherwise, whenSet);

    public static Vector256<float> SelectGreater(
        Vector256<float> a, Vector256<float> b, Vector256<float> whenGreater, Vector256<float> otherwise) =>
        Vector256.ConditionalSelect(Vector256.GreaterThan(a, b), whenGreater, otherwise);

    public static bool IsZero(Vector256<float> a) => Vector256.EqualsAll(a, Vector256<float>.Zero);

    public static Vector256<float> PowerOfTwoFromLowBits(Vector256<float> shifted) =>
        ((shifted.AsInt32() << 23) + Vector256.Create(0x3F800000)).AsSingle();

    public static Vector256<float> Fraction(Vector256<float> x, out Vector256<float> exponent)
    {
        Vector256<int> whole = (x.AsInt32() - Vector256.Create(0x3F3504F3)) >> 23; // the bits of √½
        exponent = Vector256.ConvertToSingle(whole);
        return (x.AsInt32() - (whole << 23)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> SumQuads(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d)
    {
        Vector256<float> ab = Interleave.Low(a, b) + Interleave.High(a, b); // a0+a2, b0+b2, a1+a3, b1+b3
        Vector256<float> cd = Interleave.Low(c, d) + Interleave.High(c, d);
        return Interleave.LowPairs(ab, cd) + Interleave.HighPairs(ab, cd);
    }
}
