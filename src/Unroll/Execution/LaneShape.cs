namespace Unroll.Execution;

/// <summary>
/// Known sizes of a tensor for one row of a batch. In the lanes every tensor is <c>[steps][features]</c>: the last
/// dimension is that of the features, all before it make up the steps.
/// </summary>
internal sealed class LaneShape
{
    public LaneShape(params IReadOnlyList<int> dimensions)
    {
        Dimensions = dimensions;
        Features = dimensions.Count == 0 ? 1 : dimensions[^1];
        int steps = 1;
        for (int i = 0; i < dimensions.Count - 1; i++) steps = checked(steps * dimensions[i]);
        Steps = steps;
    }

    /// <summary>Sizes without the batch dimension.</summary>
    public IReadOnlyList<int> Dimensions { get; }

    /// <summary>Product of all dimensions but the last; 1 without time.</summary>
    public int Steps { get; }

    /// <summary>The last dimension.</summary>
    public int Features { get; }

    /// <summary>Elements of a row.</summary>
    public int Size => checked(Steps * Features);

    /// <summary>Shape of a model's output.</summary>
    public OutputShape AsOutput => new(Steps, Features, Dimensions.Count > 1);

    /// <summary>The shape of which every size is known.</summary>
    /// <exception cref="ArgumentException">A size is not known.</exception>
    public static LaneShape Of(IReadOnlyList<int?> shape, string owner)
    {
        var known = new int[shape.Count];
        for (int i = 0; i < known.Length; i++)
            known[i] = shape[i] ?? throw new ArgumentException($"{owner}: dimension {i + 1} of its output is not known from the inputs.");
        return new LaneShape(known);
    }

    /// <summary>Shapes of one sample of each of the arrays.</summary>
    public static IReadOnlyList<LaneShape> OfSamples(Inputs inputs) =>
        [.. Enumerable.Range(0, inputs.Parts).Select(i => new LaneShape([.. inputs.Part(i).Shape.Skip(1)]))];

    /// <summary>The sizes as layers compute with them.</summary>
    public IReadOnlyList<int?> AsOpen() => [.. Dimensions.Select(size => (int?)size)];
}

/// <summary>Shape of the output for one row of a batch.</summary>
/// <param name="Steps">Time steps; 1 without time.</param>
/// <param name="Units">Outputs per step.</param>
/// <param name="HasTime">Whether time is a dimension of its own.</param>
internal readonly record struct OutputShape(int Steps, int Units, bool HasTime)
{
    public int Size => Steps * Units;
}
