using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Unroll.Kernels.Memory;

/// <summary>Hints to the processor; without effect on results, and none at all where there is no such instruction.</summary>
internal static unsafe class Prefetch
{
    /// <summary>Brings four rows, <paramref name="stride"/> floats apart, to the second cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Rows(float* first, nint stride)
    {
        if (!Sse.IsSupported) return;
        Sse.Prefetch1(first);
        Sse.Prefetch1(first + stride);
        Sse.Prefetch1(first + 2 * stride);
        Sse.Prefetch1(first + 3 * stride);
    }
}
