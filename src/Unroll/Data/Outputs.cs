using System.Numerics.Tensors;

namespace Unroll;

/// <summary>
/// What a model put out, row-major: <c>[samples]</c>, <c>[samples, outputs]</c> or <c>[samples, time, outputs]</c>. Arrays and
/// tensors convert implicitly. Losses and metrics compare it with <see cref="Targets"/>. One dimension is one output per sample.
/// </summary>
public sealed class Outputs
{
    private Outputs(float[] values, int[] shape)
    {
        if (shape[0] == 0) throw new ArgumentException("There are outputs of 0 samples; give one or more.", nameof(values));
        (Values, Shape) = (values, shape);
    }

    /// <summary>Sizes of all dimensions, the number of samples first.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>Number of samples.</summary>
    public int Count => Shape[0];

    internal float[] Values { get; }

    /// <summary>True if time is a dimension of its own.</summary>
    internal bool HasTime => Shape.Count > 2;

    /// <summary>Outputs of a sample at one time step.</summary>
    internal int Units => Shape.Count == 1 ? 1 : Shape[^1];

    /// <summary>Time steps; 1 without time.</summary>
    internal int Steps => Shape.Skip(1).SkipLast(1).Aggregate(1, (steps, size) => steps * size);

    /// <summary>One output per sample.</summary>
    public static implicit operator Outputs(float[] values) => FromValues(values);

    /// <summary>One row of outputs per sample.</summary>
    public static implicit operator Outputs(float[,] values) => FromValues(values);

    /// <summary>For every sample and time step one row of outputs.</summary>
    public static implicit operator Outputs(float[,,] values) => FromValues(values);

    /// <summary>What <c>Predict</c> returns.</summary>
    public static implicit operator Outputs(Tensor<float> values) => FromTensor(values);

    /// <summary>Outputs of any rank, samples first.</summary>
    /// <exception cref="ArgumentException">It is no array of float, or has no samples.</exception>
    public static Outputs FromValues(Array values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.GetType().GetElementType() != typeof(float)) throw new ArgumentException($"Outputs must be a float array, not {values.GetType().Name}.", nameof(values));
        var flat = new float[values.Length];
        Buffer.BlockCopy(values, 0, flat, 0, checked(values.Length * sizeof(float)));
        return new Outputs(flat, [.. Enumerable.Range(0, values.Rank).Select(values.GetLength)]);
    }

    /// <summary>Outputs of rank 1 or more, samples first.</summary>
    /// <exception cref="ArgumentException">The tensor has no dimension, or no samples.</exception>
    public static Outputs FromTensor(Tensor<float> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Rank < 1) throw new ArgumentException("Outputs must have a dimension for the samples, but the tensor is a single number.", nameof(values));
        var flat = new float[values.FlattenedLength];
        values.FlattenTo(flat);
        var shape = new int[values.Rank];
        for (int i = 0; i < shape.Length; i++) shape[i] = checked((int)values.Lengths[i]);
        return new Outputs(flat, shape);
    }
}
