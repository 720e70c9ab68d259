using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Unroll.Kernels.Random;

/// <summary>2 words in one 128-bit vector.</summary>
internal readonly unsafe struct Words128 : IWords<Vector128<ulong>>
{
    public static int Count => 2;

    public static Vector128<ulong> Broadcast(uint value) => Vector128.Create((ulong)value);

    public static Vector128<ulong> EverySecond(uint first) => Vector128.Create(first, first + 2ul);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Multiply(Vector128<ulong> a, Vector128<ulong> b)
    {
        if (Sse2.IsSupported) return Sse2.Multiply(a.AsUInt32(), b.AsUInt32());
        if (AdvSimd.IsSupported) return AdvSimd.MultiplyWideningLower(AdvSimd.ExtractNarrowingLower(a), AdvSimd.ExtractNarrowingLower(b));
        return Vector128.Create((ulong)(uint)a[0] * (uint)b[0], (ulong)(uint)a[1] * (uint)b[1]);
    }

    public static Vector128<ulong> Upper(Vector128<ulong> a) => a >> 32;

    public static Vector128<ulong> ExclusiveOr(Vector128<ulong> a, Vector128<ulong> b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreFactors(Vector128<ulong> even, Vector128<ulong> odd, int threshold, float keep, float* first, float* second)
    {
        Vector128<int> bits = ((even & Vector128.Create(0xFFFFFFFFul)) | (odd << 32)).AsInt32();
        Vector128<int> limit = Vector128.Create(threshold), factor = Vector128.Create(keep).AsInt32();
        Vector128.Store(Vector128.AndNot(factor, Vector128.LessThan(bits & Vector128.Create(0xFFFF), limit)).AsSingle(), first);
        Vector128.Store(Vector128.AndNot(factor, Vector128.LessThan(bits >>> 16, limit)).AsSingle(), second);
    }
}

/// <summary>4 words in one 256-bit vector.</summary>
internal readonly unsafe struct Words256 : IWords<Vector256<ulong>>
{
    public static int Count => 4;

    public static Vector256<ulong> Broadcast(uint value) => Vector256.Create((ulong)value);

    public static Vector256<ulong> EverySecond(uint first) => Vector256.Create(Words128.EverySecond(first), Words128.EverySecond(first + 4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Multiply(Vector256<ulong> a, Vector256<ulong> b)
    {
        if (Avx2.IsSupported) return Avx2.Multiply(a.AsUInt32(), b.AsUInt32());
        return Vector256.Create(Words128.Multiply(a.GetLower(), b.GetLower()), Words128.Multiply(a.GetUpper(), b.GetUpper()));
    }

    public static Vector256<ulong> Upper(Vector256<ulong> a) => a >> 32;

    public static Vector256<ulong> ExclusiveOr(Vector256<ulong> a, Vector256<ulong> b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreFactors(Vector256<ulong> even, Vector256<ulong> odd, int threshold, float keep, float* first, float* second)
    {
        Vector256<int> bits = ((even & Vector256.Create(0xFFFFFFFFul)) | (odd << 32)).AsInt32();
        Vector256<int> limit = Vector256.Create(threshold), factor = Vector256.Create(keep).AsInt32();
        Vector256.Store(Vector256.AndNot(factor, Vector256.LessThan(bits & Vector256.Create(0xFFFF), limit)).AsSingle(), first);
        Vector256.Store(Vector256.AndNot(factor, Vector256.LessThan(bits >>> 16, limit)).AsSingle(), second);
    }
}

/// <summary>8 words in one 512-bit vector.</summary>
internal readonly unsafe struct Words512 : IWords<Vector512<ulong>>
{
    public static int Count => 8;

    public static Vector512<ulong> Broadcast(uint value) => Vector512.Create((ulong)value);

    public static Vector512<ulong> EverySecond(uint first) => Vector512.Create(Words256.EverySecond(first), Words256.EverySecond(first + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Multiply(Vector512<ulong> a, Vector512<ulong> b)
    {
        if (Avx512F.IsSupported) return Avx512F.Multiply(a.AsUInt32(), b.AsUInt32());
        return Vector512.Create(Words256.Multiply(a.GetLower(), b.GetLower()), Words256.Multiply(a.GetUpper(), b.GetUpper()));
    }

    public static Vector512<ulong> Upper(Vector512<ulong> a) => a >> 32;

    public static Vector512<ulong> ExclusiveOr(Vector512<ulong> a, Vector512<ulong> b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreFactors(Vector512<ulong> even, Vector512<ulong> odd, int threshold, float keep, float* first, float* second)
    {
        Vector512<int> bits = ((even & Vector512.Create(0xFFFFFFFFul)) | (odd << 32)).AsInt32();
        Vector512<int> limit = Vector512.Create(threshold), factor = Vector512.Create(keep).AsInt32();
        Vector512.Store(Vector512.AndNot(factor, Vector512.LessThan(bits & Vector512.Create(0xFFFF), limit)).AsSingle(), first);
        Vector512.Store(Vector512.AndNot(factor, Vector512.LessThan(bits >>> 16, limit)).AsSingle(), second);
    }
}
