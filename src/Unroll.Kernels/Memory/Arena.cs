using System.Runtime.InteropServices;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Memory;

/// <summary>
/// Zeroed native memory, aligned to cache lines. It lives until <see cref="Free"/>, or until nobody holds the arena any
/// more: whoever keeps a <see cref="Block"/> keeps its arena, too.
/// </summary>
internal sealed unsafe class Arena
{
    private const int Alignment = 64;
    private readonly List<nint> _allocations = [];
    private long _bytes;

    ~Arena() => Free();

    /// <summary>Zeroed floats at the start of a cache line.</summary>
    /// <exception cref="InsufficientMemoryException">The machine does not have as much memory.</exception>
    public Block Allocate(long floats)
    {
        if (floats == 0) return default;
        if (floats is < 0 or > int.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(floats), floats, "A block holds at most 2,147,483,647 floats.");
        nuint bytes = checked((nuint)floats * sizeof(float));
        if (MachineMemory.IsShort(_bytes + (double)bytes)) throw new InsufficientMemoryException(MachineMemory.Refusal("A model or its training", _bytes + (double)bytes));
        void* memory = NativeMemory.AlignedAlloc(bytes, Alignment);
        _allocations.Add((nint)memory);
        _bytes += (long)bytes;
        GC.AddMemoryPressure((long)bytes);
        NativeMemory.Clear(memory, bytes);
        return new Block((float*)memory, (int)floats);
    }

    /// <summary>A copy of values, with zeros behind them up to a whole chunk of 16.</summary>
    public Block AllocateCopy(ReadOnlySpan<float> values)
    {
        Block copy = Allocate(((long)values.Length + VectorWidths.Chunk - 1) / VectorWidths.Chunk * VectorWidths.Chunk);
        values.CopyTo(copy.Span);
        return copy;
    }

    /// <summary>Gives the memory back; all blocks are void from then on.</summary>
    public void Free()
    {
        foreach (nint memory in _allocations) NativeMemory.AlignedFree((void*)memory);
        _allocations.Clear();
        if (_bytes > 0) GC.RemoveMemoryPressure(_bytes);
        _bytes = 0;
    }
}
