using Unroll.Constraints;
using Unroll.Execution;
using Unroll.Initializers;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Random;
using Unroll.Regularizers;

namespace Unroll;

/// <summary>A place in the sequence of random numbers.</summary>
/// <param name="Seed">The model's seed.</param>
/// <param name="Layer">Number of the layer.</param>
/// <param name="Weight">Number of the weight in its layer.</param>
internal readonly record struct WeightKey(int Seed, int Layer, int Weight);

/// <summary>A weight of a layer. Its first values are drawn when somebody looks at them.</summary>
public sealed class Parameter
{
    private readonly Arena _arena; // keeps the memory of the values alive for whoever holds the parameter
    private readonly Lock _filling = new();
    private readonly Block _stored;
    private volatile Initializer? _initializer;
    private WeightKey _key;

    internal Parameter(string name, int[] shape, Arena arena)
    {
        _arena = arena;
        Name = Path = name;
        Sizes = shape;
        long count = 1;
        foreach (int size in shape) count = checked(count * size);
        if (count > int.MaxValue - VectorWidths.Chunk)
            throw new ArgumentException($"Weight '{name}' of shape ({string.Join(", ", shape)}) has {count:N0} elements; at most 2,147,483,631 are possible.");
        Count = (int)count;
        PaddedCount = (Count + VectorWidths.Chunk - 1) / VectorWidths.Chunk * VectorWidths.Chunk;
        _stored = arena.Allocate(PaddedCount);
    }

    /// <summary>Keras' name, for example <c>recurrent_kernel</c>.</summary>
    public string Name { get; }

    /// <summary>Names of layer and weight, <c>dense/kernel</c>, once a model trains it.</summary>
    internal string Path { get; set; }

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
    internal Block Stored
    {
        get
        {
            if (_initializer is not null) Fill();
            return _stored;
        }
    }

    /// <summary>False for numbers that a layer keeps, but gradients do not change.</summary>
    public bool IsTrainable { get; internal init; } = true;

    /// <summary>Present while rows may be behind: for those who read some rows only.</summary>
    internal ILaggingRows? Lagging { get; set; }

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

        Lagging?.CatchUp();
        lock (_filling)
        {
            _initializer = null; // nobody needs the first values any more
            values.CopyTo(_stored.Span);
        }

        GC.KeepAlive(_arena);
    }

    /// <summary>Says how the first values are drawn when somebody looks at them.</summary>
    internal void FillLater(Initializer initializer, WeightKey key) => (_key, _initializer) = (key, initializer);

    /// <summary>Draws the first values from another place, if nobody has looked at them yet.</summary>
    internal void Rekey(WeightKey key)
    {
        lock (_filling)
        {
            if (_initializer is not null) _key = key;
        }
    }

    private void Fill()
    {
        lock (_filling)
        {
            if (_initializer is not { } initializer) return;
            initializer.Start(
                _stored.Slice(0, Count).Span, [.. Shape],
                new RandomSource(new Philox(_key.Seed, RandomPurpose.InitialWeights, _key.Layer, _key.Weight)));
            _initializer = null;
        }
    }
}
