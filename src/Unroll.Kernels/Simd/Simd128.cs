using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Unroll.Kernels.Simd;

/// <summary>4 lanes in one 128-bit vector.</summary>
internal readonly unsafe struct Simd128 : ISimd<Vector128<float>>
{
    public static int Count => 4;

    public static bool HasManyRegisters => AdvSimd.IsSupported;

    public static Vector128<float> Zero => Vector128<float>.Zero;

    public static Vector128<float> Load(float* source) => Vector128.Load(source);

    public static void Store(float* target, Vector128<float> value) => Vector128.Store(value, target);

    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);

    public static Vector128<float> Add(Vector128<float> a, Vector128<float> b) => a + b;

    public static Vector128<float> Subtract(Vector128<float> a, Vector128<float> b) => a - b;

    public static Vector128<float> Multiply(Vector128<float> a, Vector128<float> b) => a * b;

    public static Vector128<float> Divide(Vector128<float> a, Vector128<float> b) => a / b;

    public static Vector128<float> Sqrt(Vector128<float> a) => Vector128.Sqrt(a);

    public static Vector128<float> Fma(Vector128<float> a, Vector128<float> b, Vector128<float> c) =>
        Vector128.FusedMultiplyAdd(a, b, c);

    public static Vector128<float> Min(Vector128<float> a, Vector128<float> b) => Vector128.MinNative(a, b);

    public static Vector128<float> Max(Vector128<float> a, Vector128<float> b) => Vector128.MaxNative(a, b);

    public static Vector128<float> Abs(Vector128<float> a) => Vector128.Abs(a);

    public static Vector128<float> Negate(Vector128<float> a) => Vector128.Create(-0f) ^ a;

    public static Vector128<float> WithSignOf(Vector128<float> magnitude, Vector128<float> sign) =>
        magnitude | (sign & Vector128.Create(-0f));

    public static Vector128<float> SelectNonZero(Vector128<float> mask, Vector128<float> whenSet, Vector128<float> otherwise) =>
        Vector128.ConditionalSelect(Vector128.Equals(mask, Vector128<float>.Zero), otherwise, whenSet);

    public static Vector128<float> SelectGreater(
        Vector128<float> a, Vector128<float> b, Vector128<float> whenGreater, Vector128<float> otherwise) =>
        Vector128.ConditionalSelect(Vector128.GreaterThan(a, b), whenGreater, otherwise);

    public static bool IsZero(Vector128<float> a) => Vector128.EqualsAll(a, Vector128<float>.Zero);

    public static Vector128<float> PowerOfTwoFromLowBits(Vector128<float> shifted) =>
        ((shifted.AsInt32() << 23) + Vector128.Create(0x3F800000)).AsSingle();

    public static Vector128<float> Fraction(Vector128<float> x, out Vector128<float> exponent)
    {
        Vector128<int> whole = (x.AsInt32() - Vector128.Create(0x3F3504F3)) >> 23; // the bits of √½
        exponent = Vector128.ConvertToSingle(whole);
        return (x.AsInt32() - (whole << 23)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> SumQuads(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d)
    {
        Vector128<float> ab = Interleave.Low(a, b) + Interleave.High(a, b); // a0+a2, b0+b2, a1+a3, b1+b3
        Vector128<float> cd = Interleave.Low(c, d) + Interleave.High(c, d);
        return Interleave.LowPairs(ab, cd) + Interleave.HighPairs(ab, cd);
    }
}
