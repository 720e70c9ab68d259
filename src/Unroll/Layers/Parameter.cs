using Unroll.Constraints;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Models.Training;
using Unroll.Regularizers;

namespace Unroll.Layers;

/// <summary>A trainable weight of a layer.</summary>
public sealed class Parameter
{
    private readonly Arena _arena; // keeps the memory of the values alive for whoever holds the parameter

    internal Parameter(string name, int[] shape, Arena arena)
    {
        _arena = arena;
        Name = name;
        Sizes = shape;
        long count = 1;
        foreach (int size in shape) count = checked(count * size);
        if (count > int.MaxValue - VectorWidths.Chunk)
            throw new ArgumentException($"Weight '{name}' of shape ({string.Join(", ", shape)}) has {count:N0} elements; at most 2,147,483,631 are possible.");
        Count = (int)count;
        PaddedCount = (Count + VectorWidths.Chunk - 1) / VectorWidths.Chunk * VectorWidths.Chunk;
        Stored = arena.Allocate(PaddedCount);
    }

    /// <summary>Keras' name, for example <c>recurrent_kernel</c>.</summary>
    public string Name { get; }

    /// <summary>Sizes of all dimensions.</summary>
    public IReadOnlyList<int> Shape => Sizes;

    internal int[] Sizes { get; }

    /// <summary>What the weight adds to the loss; null: nothing.</summary>
    public Regularizer? Regularizer { get; internal set; }

    /// <summary>What the weight is made to fulfil after each step; null: anything goes.</summary>
    public Constraint? Constraint { get; internal set; }

    /// <summary>True if steps touch only what has a gradient: no regularizer and no constraint.</summary>
    internal bool IsFree => Regularizer is null && Constraint is null;

    /// <summary>Number of elements.</summary>
    public int Count { get; }

    /// <summary>Elements with the zeros behind them that let updates run in whole vectors.</summary>
    internal int PaddedCount { get; }

    /// <summary>The values.</summary>
    internal Block Value
    {
        get
        {
            Lagging?.CatchUp();
            return Stored;
        }
    }

    /// <summary>The values as they are in memory: rows of a table may be some steps behind, see <see cref="Lagging"/>.</summary>
    internal Block Stored { get; }

    /// <summary>Present while rows may be behind: for those who read some rows only.</summary>
    internal LaggingRows? Lagging { get; set; }

    /// <summary>The values, row-major, as a copy.</summary>
    public float[] ToArray()
    {
        float[] values = Value.Slice(0, Count).Span.ToArray();
        GC.KeepAlive(_arena);
        return values;
    }

    internal void Set(ReadOnlySpan<float> values)
    {
        if (values.Length != Count)
        {
            throw new ArgumentException(
                $"Weight '{Name}' has the shape ({string.Join(", ", Shape)}), {Count:N0} values, but {values.Length:N0} were given.", nameof(values));
        }

        values.CopyTo(Value.Span);
        GC.KeepAlive(_arena);
    }
}
