using System.Numerics.Tensors;

namespace Unroll;

/// <summary>
/// What a model is fed: token ids <c>[samples, time]</c> or real-valued features <c>[samples, features]</c> or
/// <c>[samples, time, features]</c>, row-major. Arrays and tensors convert implicitly, without copying where possible.
/// </summary>
public sealed class Inputs
{
    private Inputs(int[]? ids, float[]? values, int[] shape)
    {
        Ids = ids;
        Values = values;
        Shape = shape;
    }

    /// <summary>Sizes of all dimensions, the number of samples first.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>Number of samples.</summary>
    public int Count => Shape[0];

    internal int[]? Ids { get; }

    internal float[]? Values { get; }

    /// <summary>Elements of one sample.</summary>
    internal int SampleSize
    {
        get
        {
            int size = 1;
            for (int i = 1; i < Shape.Count; i++) size *= Shape[i];
            return size;
        }
    }

    /// <summary>Token ids of shape <c>[samples, time]</c>.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="ids"/> is null.</exception>
    public static implicit operator Inputs(int[,] ids) => FromIds(ids);

    /// <summary>Features of shape <c>[samples, features]</c>.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="values"/> is null.</exception>
    public static implicit operator Inputs(float[,] values) => FromValues(values);

    /// <summary>Features of shape <c>[samples, time, features]</c>.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="values"/> is null.</exception>
    public static implicit operator Inputs(float[,,] values) => FromValues(values);

    /// <summary>Token ids of shape <c>[samples, time]</c>.</summary>
    /// <exception cref="ArgumentException">The tensor is not of rank 2.</exception>
    public static implicit operator Inputs(Tensor<int> ids) => FromTensor(ids);

    /// <summary>Features of rank 2 or 3, samples first.</summary>
    /// <exception cref="ArgumentException">The tensor is not of rank 2 or 3.</exception>
    public static implicit operator Inputs(Tensor<float> values) => FromTensor(values);

    /// <summary>Token ids of shape <c>[samples, time]</c>.</summary>
    public static Inputs FromIds(int[,] ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return new Inputs(Flatten<int>(ids), null, [ids.GetLength(0), ids.GetLength(1)]);
    }

    /// <summary>Features of rank 2 or 3, samples first.</summary>
    public static Inputs FromValues(Array values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.GetType().GetElementType() != typeof(float) || values.Rank is < 2 or > 3)
            throw new ArgumentException($"Features must be a float array of rank 2 or 3, not {values.GetType().Name}.", nameof(values));
        var shape = new int[values.Rank];
        for (int i = 0; i < shape.Length; i++) shape[i] = values.GetLength(i);
        return new Inputs(null, Flatten<float>(values), shape);
    }

    /// <summary>Token ids of shape <c>[samples, time]</c>.</summary>
    public static Inputs FromTensor(Tensor<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (ids.Rank != 2)
            throw new ArgumentException($"Token ids must have the shape [samples, time], not rank {ids.Rank}.", nameof(ids));
        var flat = new int[ids.FlattenedLength];
        ids.FlattenTo(flat);
        return new Inputs(flat, null, ShapeOf(ids.Lengths));
    }

    /// <summary>Features of rank 2 or 3, samples first.</summary>
    public static Inputs FromTensor(Tensor<float> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Rank is < 2 or > 3)
            throw new ArgumentException($"Features must have rank 2 or 3, samples first, not rank {values.Rank}.", nameof(values));
        var flat = new float[values.FlattenedLength];
        values.FlattenTo(flat);
        return new Inputs(null, flat, ShapeOf(values.Lengths));
    }

    private static int[] ShapeOf(ReadOnlySpan<nint> lengths)
    {
        var shape = new int[lengths.Length];
        for (int i = 0; i < shape.Length; i++) shape[i] = checked((int)lengths[i]);
        return shape;
    }

    private static T[] Flatten<T>(Array source) where T : struct
    {
        var flat = new T[source.Length];
        Buffer.BlockCopy(source, 0, flat, 0, source.Length * sizeof(int)); // int and float are both four bytes
        return flat;
    }
}
