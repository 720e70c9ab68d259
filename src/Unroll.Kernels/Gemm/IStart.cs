using System.Runtime.CompilerServices;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Gemm;

/// <summary>What the sums of a product start from. A type argument, so that the choice costs nothing in the loop.</summary>
internal unsafe interface IStart
{
    static abstract TVector Get<TSimd, TVector>(float* output, float* bias, int row)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged;
}

internal readonly unsafe struct FromZero : IStart
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Get<TSimd, TVector>(float* output, float* bias, int row)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged => TSimd.Zero;
}

internal readonly unsafe struct FromBias : IStart
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Get<TSimd, TVector>(float* output, float* bias, int row)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged => TSimd.Broadcast(bias[row]);
}

internal readonly unsafe struct FromOutput : IStart
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Get<TSimd, TVector>(float* output, float* bias, int row)
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged => TSimd.Load(output);
}
