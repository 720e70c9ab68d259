namespace Unroll;

/// <summary>
/// What a model should answer: one value per sample (<c>[samples]</c>) or one row per sample
/// (<c>[samples, outputs]</c>). Arrays convert implicitly; integers become float32.
/// </summary>
public sealed class Targets
{
    private Targets(float[] values, int[] shape)
    {
        Values = values;
        Shape = shape;
    }

    /// <summary>Sizes of all dimensions, the number of samples first.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>Number of samples.</summary>
    public int Count => Shape[0];

    internal float[] Values { get; }

    /// <summary>One label per sample.</summary>
    public static implicit operator Targets(int[] labels) => FromLabels(labels);

    /// <summary>One value per sample.</summary>
    public static implicit operator Targets(float[] values) => FromValues(values);

    /// <summary>One row of values per sample.</summary>
    public static implicit operator Targets(float[,] values) => FromValues(values);

    /// <summary>One label per sample.</summary>
    public static Targets FromLabels(int[] labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return new Targets(Array.ConvertAll(labels, label => (float)label), [labels.Length]);
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
}
