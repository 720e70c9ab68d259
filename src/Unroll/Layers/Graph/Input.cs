using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>Where a model's data come in: <c>Symbol ids = Input.Ids(80), numbers = Input.Features(3);</c></summary>
public static class Input
{
    /// <summary>Token ids <c>[B, T]</c>.</summary>
    /// <param name="length">Time steps; null: any number.</param>
    /// <param name="name">The input's name; null: made by the model.</param>
    /// <param name="batchSize">Rows of every batch, for stateful layers; null: any number.</param>
    public static Symbol Ids(int? length = null, string? name = null, int? batchSize = null) =>
        new InputLayer([length], isIds: true, batchSize) { Name = name ?? "" }.Symbol;

    /// <summary>
    /// Texts <c>[B, count]</c>, for layers that make numbers of them: TextVectorization, StringLookup, Hashing. They work on a
    /// whole array before the model runs.
    /// </summary>
    /// <param name="count">Texts of a sample: 1, or so many words.</param>
    /// <param name="name">The input's name; null: made by the model.</param>
    public static Symbol Texts(int? count = 1, string? name = null) =>
        new InputLayer([count], isIds: false, batchSize: null) { Name = name ?? "", IsTexts = true }.Symbol;

    /// <summary>Token ids of several axes, <c>Ids([20, 50])</c> for texts of 20 sentences with 50 words: <c>[B, 20, 50]</c>.</summary>
    /// <param name="shape">Shape of a sample, without the batch dimension; null: any size.</param>
    /// <param name="name">The input's name; null: made by the model.</param>
    /// <param name="batchSize">Rows of every batch, for stateful layers; null: any number.</param>
    /// <exception cref="ArgumentException">The shape is empty.</exception>
    public static Symbol Ids(IReadOnlyList<int?> shape, string? name = null, int? batchSize = null)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (shape.Count == 0) throw new ArgumentException("An input of ids needs at least one dimension beside the batch, Ids(80) say.", nameof(shape));
        return new InputLayer(shape, isIds: true, batchSize) { Name = name ?? "" }.Symbol;
    }

    /// <summary>Real values <c>[B, …]</c>, for example <c>Features(8)</c> or <c>Features(null, 3)</c> for any number of steps.</summary>
    /// <param name="shape">Shape of a sample, without the batch dimension; null: any size.</param>
    public static Symbol Features(params int?[] shape) => Features(shape, name: null);

    /// <summary>Real values <c>[B, …]</c> with a name.</summary>
    /// <param name="shape">Shape of a sample, without the batch dimension; null: any size.</param>
    /// <param name="name">The input's name; null: made by the model.</param>
    /// <param name="batchSize">Rows of every batch, for stateful layers; null: any number.</param>
    /// <exception cref="ArgumentException">The shape is empty.</exception>
    public static Symbol Features(IReadOnlyList<int?> shape, string? name, int? batchSize = null)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (shape.Count == 0) throw new ArgumentException("An input needs at least one dimension beside the batch, Features(1) say.", nameof(shape));
        return new InputLayer(shape, isIds: false, batchSize) { Name = name ?? "" }.Symbol;
    }
}

/// <summary>A model's input as a layer, as Keras lists it.</summary>
public sealed class InputLayer : WeightlessLayer
{
    internal InputLayer(IReadOnlyList<int?> shape, bool isIds, int? batchSize)
    {
        foreach (int? size in shape)
            if (size <= 0) throw new ArgumentOutOfRangeException(nameof(shape), size, $"Input: a dimension is {size}; it must be 1 or more, or null for any size.");
        IsIds = isIds;
        BatchSize = batchSize;
        IsBuilt = true;
        Symbol = AddCall([], [shape])[0];
    }

    /// <inheritdoc/>
    public override string ClassName => "InputLayer";

    /// <summary>True for token ids.</summary>
    public bool IsIds { get; internal set; }

    /// <summary>True for texts.</summary>
    public bool IsTexts { get; internal init; }

    /// <summary>Rows of every batch; null: any number.</summary>
    public int? BatchSize { get; }

    /// <summary>What it puts out.</summary>
    public Symbol Symbol { get; }

    internal override LayerProgram CreateProgram(ProgramContext context) => throw new NotSupportedException("Inputs are loaded, not computed.");
}
