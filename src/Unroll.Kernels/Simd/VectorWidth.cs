using System.Runtime.Intrinsics;

namespace Unroll.Kernels.Simd;

/// <summary>How many float32 lanes a kernel uses. The choice changes the speed, never the results.</summary>
internal enum VectorWidth
{
    /// <summary>4 lanes.</summary>
    Bits128 = 4,

    /// <summary>8 lanes.</summary>
    Bits256 = 8,

    /// <summary>16 lanes.</summary>
    Bits512 = 16,
}

internal static class VectorWidths
{
    /// <summary>Rows that every sum is organised by, on any hardware: a chunk of the batch.</summary>
    public const int Chunk = 16;

    /// <summary>The widest vector that the processor runs at full speed.</summary>
    public static VectorWidth Best { get; } =
        Vector512.IsHardwareAccelerated ? VectorWidth.Bits512
        : Vector256.IsHardwareAccelerated ? VectorWidth.Bits256
        : VectorWidth.Bits128;
}
