using System.Collections;
using System.Runtime.CompilerServices;

namespace Unroll;

/// <summary>
/// What a model should answer: one value per sample (<c>[samples]</c>), one row per sample (<c>[samples, outputs]</c>), or
/// one per time step. Arrays convert implicitly; integers become float32. A model with several outputs takes a list in the
/// order of its outputs, <c>model.Fit(x, [topics, moods])</c>, or <see cref="Named(IEnumerable{ValueTuple{string, Targets}})"/>.
/// </summary>
[CollectionBuilder(typeof(Targets), nameof(Create))]
public sealed class Targets : IEnumerable<Targets>
{
    private readonly Targets?[] _parts;

    private Targets(float[] values, IReadOnlyList<int> shape, float[]? weights = null, bool weightsPerStep = false)
    {
        (Values, Shape, Weights, HasWeightsPerStep) = (values, shape, weights, weightsPerStep);
        _parts = [this];
    }

    private Targets(Targets?[] parts, string[]? names)
    {
        (_parts, Names) = (parts, names);
        Targets first = parts.First(part => part is not null)!;
        (Values, Shape) = (first.Values, first.Shape);
    }

    /// <summary>Sizes of all dimensions, the number of samples first; of several arrays those of the first.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>Number of samples.</summary>
    public int Samples => Shape[0];

    internal float[] Values { get; }

    /// <summary>What each sample, or each of its time steps, counts for; null: all the same.</summary>
    internal float[]? Weights { get; }

    /// <summary>True if every time step has a weight.</summary>
    internal bool HasWeightsPerStep { get; }

    /// <summary>Number of arrays.</summary>
    internal int Parts => _parts.Length;

    /// <summary>Names of the arrays; null: they stand in the order of the model's outputs.</summary>
    internal IReadOnlyList<string>? Names { get; }

    /// <summary>Values per sample.</summary>
    internal int SampleSize => Shape.Skip(1).Aggregate(1, (size, dimension) => size * dimension);

    /// <summary>One label per sample.</summary>
    public static implicit operator Targets(int[] labels) => FromLabels(labels);

    /// <summary>One value per sample.</summary>
    public static implicit operator Targets(float[] values) => FromValues(values);

    /// <summary>One row of values per sample.</summary>
    public static implicit operator Targets(float[,] values) => FromValues(values);

    /// <summary>One row of labels per sample.</summary>
    public static implicit operator Targets(int[,] labels) => FromLabels(labels);

    /// <summary>For every sample and time step one row of values.</summary>
    public static implicit operator Targets(float[,,] values) => FromValues(values);

    /// <summary>Several arrays in the order of the model's outputs; null for an output without a loss.</summary>
    /// <exception cref="ArgumentException">None is given, or the numbers of samples differ.</exception>
    public static Targets Create(params ReadOnlySpan<Targets?> parts) => new(Checked(parts.ToArray()), null);

    /// <summary>Several arrays by the names of the model's outputs.</summary>
    /// <exception cref="ArgumentException">None is given, a name comes twice, or the numbers of samples differ.</exception>
    public static Targets Named(params IEnumerable<(string Name, Targets Targets)> parts)
    {
        (string Name, Targets Targets)[] all = [.. parts];
        string[] names = [.. all.Select(part => part.Name)];
        if (names.Distinct().Count() < names.Length) throw new ArgumentException($"A name is given twice: {string.Join(", ", names)}.", nameof(parts));
        return new Targets(Checked([.. all.Select(part => part.Targets)]), names);
    }

    /// <summary>One label per sample.</summary>
    public static Targets FromLabels(int[] labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return new Targets(Array.ConvertAll(labels, label => (float)label), [labels.Length]);
    }

    /// <summary>One row of labels per sample.</summary>
    public static Targets FromLabels(int[,] labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return new Targets([.. labels.Cast<int>().Select(label => (float)label)], [labels.GetLength(0), labels.GetLength(1)]);
    }

    /// <summary>One value per sample.</summary>
    public static Targets FromValues(float[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new Targets(values, [values.Length]);
    }

    /// <summary>Values of any rank, samples first.</summary>
    /// <exception cref="ArgumentException">It is no array of float.</exception>
    public static Targets FromValues(Array values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.GetType().GetElementType() != typeof(float)) throw new ArgumentException($"Targets must be a float array, not {values.GetType().Name}.", nameof(values));
        var flat = new float[values.Length];
        Buffer.BlockCopy(values, 0, flat, 0, checked(values.Length * sizeof(float)));
        return new Targets(flat, [.. Enumerable.Range(0, values.Rank).Select(values.GetLength)]);
    }

    /// <inheritdoc/>
    public IEnumerator<Targets> GetEnumerator() => _parts.Where(part => part is not null).Select(part => part!).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The targets of an output.</summary>
    internal Targets Of(int output) => _parts[output]!;

    /// <summary>The targets of an output; null: it has none.</summary>
    internal Targets? Part(int output) => _parts[output];

    /// <summary>The arrays in another order; −1: none.</summary>
    internal Targets Reordered(IReadOnlyList<int> order) => new([.. order.Select(i => i < 0 ? null : _parts[i])], null);

    /// <summary>What a sample counts for at a time step.</summary>
    internal double WeightOf(int row, int step) =>
        Weights is null ? 1 : HasWeightsPerStep ? Weights[row * (Weights.Length / Samples) + step] : Weights[row];

    /// <summary>The same targets, of which each sample counts as much as its weight.</summary>
    internal Targets WithWeights(float[]? weights, bool perStep = false) => new(Values, Shape, weights, perStep);

    /// <summary>The same targets with weights for each output.</summary>
    internal Targets With(Func<int, Targets, Targets> change) => Parts == 1
        ? change(0, this)
        : new Targets([.. _parts.Select((part, i) => part is null ? null : change(i, part))], null);

    private static Targets?[] Checked(Targets?[] parts)
    {
        if (parts.All(part => part is null)) throw new ArgumentException("No targets are given.", nameof(parts));
        int count = parts.First(part => part is not null)!.Samples;
        foreach (Targets? part in parts)
        {
            if (part is { Parts: > 1 }) throw new ArgumentException("Lists of targets can't hold lists.", nameof(parts));
            if (part is not null && part.Samples != count)
                throw new ArgumentException($"All targets need the same number of samples: one has {count:N0}, another {part.Samples:N0}.", nameof(parts));
        }

        return parts;
    }
}
