using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Unroll.Kernels.Simd;

/// <summary>16 lanes in one 512-bit vector.</summary>
internal readonly unsafe struct Simd512 : ISimd<Vector512<float>>
{
    public static int Count => 16;

    public static bool HasManyRegisters => true;

    public static Vector512<float> Zero => Vector512<float>.Zero;

    public static Vector512<float> Load(float* source) => Vector512.Load(source);

    public static void Store(float* target, Vector512<float> value) => Vector512.Store(value, target);

    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => a + b;

    public static Vector512<float> Subtract(Vector512<float> a, Vector512<float> b) => a - b;

    public static Vector512<float> Multiply(Vector512<float> a, Vector512<float> b) => a * b;

    public static Vector512<float> Divide(Vector512<float> a, Vector512<float> b) => a / b;

    public static Vector512<float> Sqrt(Vector512<float> a) => Vector512.Sqrt(a);

    public static Vector512<float> Fma(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
        Vector512.FusedMultiplyAdd(a, b, c);

    public static Vector512<float> Min(Vector512<float> a, Vector512<float> b) => Vector512.MinNative(a, b);

    public static Vector512<float> Max(Vector512<float> a, Vector512<float> b) => Vector512.MaxNative(a, b);

    public static Vector512<float> Abs(Vector512<float> a) => Vector512.Abs(a);

    public static Vector512<float> Negate(Vector512<float> a) => Vector512.Create(-0f) ^ a;

    public static Vector512<float> WithSignOf(Vector512<float> magnitude, Vector512<float> sign) =>
        magnitude | (sign & Vector512.Create(-0f));

    public static Vector512<float> SelectNonZero(Vector512<float> mask, Vector512<float> whenSet, Vector512<float> otherwise) =>
        Vector512.ConditionalSelect(Vector512.Equals(mask, Vector512<float>.Zero), otherwise, whenSet);

    public static Vector512<float> SelectGreater(
        Vector512<float> a, Vector512<float> b, Vector512<float> whenGreater, Vector512<float> otherwise) =>
        Vector512.ConditionalSelect(Vector512.GreaterThan(a, b), whenGreater, otherwise);

    public static bool IsZero(Vector512<float> a) => Vector512.EqualsAll(a, Vector512<float>.Zero);

    public static Vector512<float> PowerOfTwoFromLowBits(Vector512<float> shifted) =>
        ((shifted.AsInt32() << 23) + Vector512.Create(0x3F800000)).AsSingle();

    public static Vector512<float> Fraction(Vector512<float> x, out Vector512<float> exponent)
    {
        Vector512<int> whole = (x.AsInt32() - Vector512.Create(0x3F3504F3)) >> 23; // the bits of √½
        exponent = Vector512.ConvertToSingle(whole);
        return (x.AsInt32() - (whole << 23)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> SumQuads(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        Vector512<float> ab = Interleave.Low(a, b) + Interleave.High(a, b); // a0+a2, b0+b2, a1+a3, b1+b3
        Vector512<float> cd = Interleave.Low(c, d) + Interleave.High(c, d);
        return Interleave.LowPairs(ab, cd) + Interleave.HighPairs(ab, cd);
    }
}
