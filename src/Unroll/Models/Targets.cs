namespace Unroll;

/// <summary>
/// What a model should answer: one value per sample (<c>[samples]</c>) or one row per sample
/// (<c>[samples, outputs]</c>). Arrays convert implicitly; integers become float32.
/// </summary>
public sealed class Targets
{
    private Targets(float[] values, IReadOnlyList<int> shape, float[]? weights = null) =>
        (Values, Shape, Weights) = (values, shape, weights);

    /// <summary>Sizes of all dimensions, the number of samples first.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>Number of samples.</summary>
    public int Count => Shape[0];

    internal float[] Values { get; }

    /// <summary>What each sample counts for; null: all the same.</summary>
    internal float[]? Weights { get; }

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

    /// <summary>One row of values per sample.</summary>
    public static Targets FromValues(float[,] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var flat = new float[values.Length];
        Buffer.BlockCopy(values, 0, flat, 0, values.Length * sizeof(float));
        return new Targets(flat, [values.GetLength(0), values.GetLength(1)]);
    }

    /// <summary>For every sample and time step one row of values.</summary>
    public static Targets FromValues(float[,,] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var flat = new float[values.Length];
        Buffer.BlockCopy(values, 0, flat, 0, values.Length * sizeof(float));
        return new Targets(flat, [values.GetLength(0), values.GetLength(1), values.GetLength(2)]);
    }

    /// <summary>The same targets, of which each sample counts as much as its weight.</summary>
    internal Targets WithWeights(float[]? weights) => new(Values, Shape, weights);
}
