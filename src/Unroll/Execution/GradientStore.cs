using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Execution;

/// <summary>
/// Gradients of all weights. A single thread adds the chunks of a batch one after the other. Several threads give each
/// chunk a slot of its own and the slots are summed in ascending order afterwards: the same sums in the same order.
/// </summary>
internal sealed class GradientStore
{
    private readonly Dictionary<Parameter, (int Offset, Block Total)> _entries = [];
    private readonly Dictionary<Parameter, (ReadOnlyMemory<int> Rows, int Width)> _usedRows = [];
    private readonly Block _totals;
    private Block _slots;
    private readonly int _slotSize;
    private bool _usesSlots;

    /// <param name="arena">Memory.</param>
    /// <param name="layers">The model's layers.</param>
    public GradientStore(Arena arena, IReadOnlyList<IWeightOwner> layers)
    {
        long size = 0;
        foreach (IWeightOwner layer in layers.Where(layer => !layer.OrdersItsGradients))
            foreach (Parameter parameter in layer.Parameters)
            {
                if (!_entries.TryAdd(parameter, (checked((int)size), default))) continue; // parts of a layer may share a weight
                size += parameter.PaddedCount;
            }

        _slotSize = checked((int)size);
        _totals = arena.Allocate(_slotSize);
        foreach ((Parameter parameter, (int offset, _)) in _entries)
            _entries[parameter] = (offset, _totals.Slice(offset, parameter.PaddedCount));
        foreach (IWeightOwner layer in layers.Where(layer => layer.OrdersItsGradients))
            foreach (Parameter parameter in layer.Parameters)
                _entries.Add(parameter, (-1, arena.Allocate(parameter.PaddedCount)));
    }

    /// <summary>Makes room for the gradients of every chunk.</summary>
    /// <param name="arena">Memory.</param>
    /// <param name="chunkSlots">Chunks of the largest batch, or 1 for a single thread.</param>
    public void AllocateSlots(Arena arena, int chunkSlots) =>
        _slots = chunkSlots > 1 ? arena.Allocate((long)_slotSize * chunkSlots) : default;

    /// <summary>Floats from one chunk's gradients to the next's; 0 if all chunks add to one place.</summary>
    public int ChunkStride => _usesSlots ? _slotSize : 0;

    /// <summary>The gradient of a weight, as the optimizer reads it.</summary>
    public Block Total(Parameter parameter) => _entries[parameter].Total;

    /// <summary>Where the gradient of a group's first chunk goes.</summary>
    public Block ForGroup(Parameter parameter, BatchGroup group)
    {
        (int offset, Block total) = _entries[parameter];
        if (!_usesSlots || offset < 0) return total;
        int start = group.FirstRow / VectorWidths.Chunk * _slotSize + offset;
        return _slots.Slice(start, _slots.Length - start);
    }

    /// <summary>
    /// Says that a step leaves anything but zeros in these rows only (each named once), so that neither the next
    /// <see cref="Clear"/> nor the optimizer need walk through a whole vocabulary.
    /// </summary>
    public void SetUsedRows(Parameter parameter, ReadOnlyMemory<int> rows, int width)
    {
        if (parameter.Regularizer is null) _usedRows[parameter] = (rows, width); // else every row has a gradient
    }

    /// <summary>The rows that the last step used, each once; null if it may have used any.</summary>
    public (ReadOnlyMemory<int> Rows, int Width)? UsedRows(Parameter parameter) =>
        _usedRows.TryGetValue(parameter, out (ReadOnlyMemory<int> Rows, int Width) used) ? used : null;

    /// <summary>Sets everything to zero before a step.</summary>
    /// <param name="usesSlots">Whether chunks get places of their own in this step; only if there are such.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Clear(bool usesSlots)
    {
        _usesSlots = usesSlots && !_slots.IsEmpty;
        if (_usesSlots) _slots.Clear();
        foreach ((Parameter parameter, (_, Block total)) in _entries)
        {
            if (!_usedRows.TryGetValue(parameter, out (ReadOnlyMemory<int> Rows, int Width) used))
            {
                total.Clear();
                continue;
            }

            Span<float> all = total.Span;
            foreach (int row in used.Rows.Span) all.Slice(row * used.Width, used.Width).Clear();
        }
    }

    /// <summary>Multiplies all gradients.</summary>
    public void Scale(float factor)
    {
        foreach ((_, Block total) in _entries.Values) TensorPrimitives.Multiply(total.Span, factor, total.Span);
    }

    /// <summary>Sums the slots of the chunks in ascending order.</summary>
    public void SumSlots(int chunks)
    {
        if (!_usesSlots) return;
        Span<float> total = _totals.Span;
        for (int chunk = 0; chunk < chunks; chunk++)
            TensorPrimitives.Add(total, _slots.Span.Slice(chunk * _slotSize, _slotSize), total);
    }
}
