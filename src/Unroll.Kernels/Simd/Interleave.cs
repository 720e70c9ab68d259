using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Unroll.Kernels.Simd;

/// <summary>
/// Interleaves two vectors within every group of four lanes: low gives a0 b0 a1 b1, high a2 b2 a3 b3; the pair forms
/// move two lanes at a time (a0 a1 b0 b1 and a2 a3 b2 b3). Pure data movement, one instruction where there is one.
/// </summary>
internal static class Interleave
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Low(Vector128<float> a, Vector128<float> b)
    {
        if (Sse.IsSupported) return Sse.UnpackLow(a, b);
        if (AdvSimd.Arm64.IsSupported) return AdvSimd.Arm64.ZipLow(a, b);
        return Vector128.Create(a[0], b[0], a[1], b[1]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> High(Vector128<float> a, Vector128<float> b)
    {
        if (Sse.IsSupported) return Sse.UnpackHigh(a, b);
        if (AdvSimd.Arm64.IsSupported) return AdvSimd.Arm64.ZipHigh(a, b);
        return Vector128.Create(a[2], b[2], a[3], b[3]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LowPairs(Vector128<float> a, Vector128<float> b)
    {
        if (Sse2.IsSupported) return Sse2.UnpackLow(a.AsDouble(), b.AsDouble()).AsSingle();
        if (AdvSimd.Arm64.IsSupported) return AdvSimd.Arm64.ZipLow(a.AsDouble(), b.AsDouble()).AsSingle();
        return Vector128.Create(a[0], a[1], b[0], b[1]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> HighPairs(Vector128<float> a, Vector128<float> b)
    {
        if (Sse2.IsSupported) return Sse2.UnpackHigh(a.AsDouble(), b.AsDouble()).AsSingle();
        if (AdvSimd.Arm64.IsSupported) return AdvSimd.Arm64.ZipHigh(a.AsDouble(), b.AsDouble()).AsSingle();
        return Vector128.Create(a[2], a[3], b[2], b[3]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Low(Vector256<float> a, Vector256<float> b)
    {
        if (Avx.IsSupported) return Avx.UnpackLow(a, b);
        return Vector256.Create(Low(a.GetLower(), b.GetLower()), Low(a.GetUpper(), b.GetUpper()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> High(Vector256<float> a, Vector256<float> b)
    {
        if (Avx.IsSupported) return Avx.UnpackHigh(a, b);
        return Vector256.Create(High(a.GetLower(), b.GetLower()), High(a.GetUpper(), b.GetUpper()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LowPairs(Vector256<float> a, Vector256<float> b)
    {
        if (Avx.IsSupported) return Avx.UnpackLow(a.AsDouble(), b.AsDouble()).AsSingle();
        return Vector256.Create(LowPairs(a.GetLower(), b.GetLower()), LowPairs(a.GetUpper(), b.GetUpper()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> HighPairs(Vector256<float> a, Vector256<float> b)
    {
        if (Avx.IsSupported) return Avx.UnpackHigh(a.AsDouble(), b.AsDouble()).AsSingle();
        return Vector256.Create(HighPairs(a.GetLower(), b.GetLower()), HighPairs(a.GetUpper(), b.GetUpper()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Low(Vector512<float> a, Vector512<float> b)
    {
        if (Avx512F.IsSupported) return Avx512F.UnpackLow(a, b);
        return Vector512.Create(Low(a.GetLower(), b.GetLower()), Low(a.GetUpper(), b.GetUpper()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> High(Vector512<float> a, Vector512<float> b)
    {
        if (Avx512F.IsSupported) return Avx512F.UnpackHigh(a, b);
        return Vector512.Create(High(a.GetLower(), b.GetLower()), High(a.GetUpper(), b.GetUpper()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LowPairs(Vector512<float> a, Vector512<float> b)
    {
        if (Avx512F.IsSupported) return Avx512F.UnpackLow(a.AsDouble(), b.AsDouble()).AsSingle();
        return Vector512.Create(LowPairs(a.GetLower(), b.GetLower()), LowPairs(a.GetUpper(), b.GetUpper()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> HighPairs(Vector512<float> a, Vector512<float> b)
    {
        if (Avx512F.IsSupported) return Avx512F.UnpackHigh(a.AsDouble(), b.AsDouble()).AsSingle();
        return Vector512.Create(HighPairs(a.GetLower(), b.GetLower()), HighPairs(a.GetUpper(), b.GetUpper()));
    }
}
