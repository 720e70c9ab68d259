using System.Runtime.InteropServices;

namespace Unroll.Kernels.Memory;

/// <summary>Zeroed native memory, aligned to cache lines, that lives until the arena is disposed.</summary>
internal sealed unsafe class Arena : IDisposable
{
    private const int Alignment = 64;
    private readonly List<nint> _allocations = [];

    ~Arena() => Free();

    /// <summary>Zeroed floats at the start of a cache line.</summary>
    public Block Allocate(long floats)
    {
        if (floats == 0) return default;
        if (floats is < 0 or > int.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(floats), floats, "A block holds at most 2,147,483,647 floats.");
        nuint bytes = checked((nuint)floats * sizeof(float));
        void* memory = NativeMemory.AlignedAlloc(bytes, Alignment);
        _allocations.Add((nint)memory);
        NativeMemory.Clear(memory, bytes);
        return new Block((float*)memory, (int)floats);
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        foreach (nint memory in _allocations) NativeMemory.AlignedFree((void*)memory);
        _allocations.Clear();
    }
}
