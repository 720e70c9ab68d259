using System.Runtime.Intrinsics;
using Unroll.Kernels.Simd;

namespace Unroll.Tests.Support;

/// <summary>What a test does with kernels that are generic over the vector type.</summary>
internal interface IWidthTask<TResult>
{
    TResult Run<TSimd, TVector>()
        where TSimd : struct, ISimd<TVector>
        where TVector : unmanaged;
}

/// <summary>Runs generic kernels at a vector width; wider vectors than the processor's are emulated by .NET.</summary>
internal static class Widths
{
    public static VectorWidth[] All { get; } = Enum.GetValues<VectorWidth>();

    public static TResult Run<TResult>(VectorWidth width, IWidthTask<TResult> task) => width switch
    {
        VectorWidth.Bits512 => task.Run<Simd512, Vector512<float>>(),
        VectorWidth.Bits256 => task.Run<Simd256, Vector256<float>>(),
        _ => task.Run<Simd128, Vector128<float>>(),
    };
}
