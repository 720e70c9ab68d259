using System.Text.Json.Nodes;

namespace Unroll.Layers;

/// <summary>
/// A tensor of a model that is being put together: what a layer will put out, before there is any data. Made by
/// <see cref="Input"/> and by calling layers. Arithmetic on symbols adds operations to the model:
/// <c>0.5 * (a + b)</c>.
/// </summary>
public sealed class Symbol
{
    internal Symbol(Node node, int index, IReadOnlyList<int?> shape)
    {
        Node = node;
        Index = index;
        Shape = shape;
    }

    /// <summary>Shape without the batch dimension; null: not known before data.</summary>
    public IReadOnlyList<int?> Shape { get; internal set; }

    /// <summary>The layer that puts it out.</summary>
    public Layer Layer => Node.Layer;

    /// <summary>True if the tensor holds token ids.</summary>
    public bool IsIds => Node.Layer is InputLayer { IsIds: true } or PreprocessingLayer { PutsOutIds: true };

    /// <summary>True if the tensor holds texts.</summary>
    internal bool IsTexts => Node.Layer is InputLayer { IsTexts: true } or PreprocessingLayer { PutsOutTexts: true };

    /// <summary>The call that it comes from.</summary>
    internal Node Node { get; }

    /// <summary>Its number among the call's outputs.</summary>
    internal int Index { get; }

    /// <summary>
    /// A part of every sample, the axes behind the batch in their order: <c>x[^1]</c> is the last step (Keras' <c>x[:, -1]</c>),
    /// <c>x[.., 2..]</c> what is behind two features at every step (<c>x[:, :, 2:]</c>).
    /// </summary>
    /// <param name="indices">A place or a range for each axis; axes behind them are taken whole.</param>
    /// <exception cref="ArgumentException">A place is outside, or there are more indices than axes.</exception>
    public Symbol this[params ReadOnlySpan<AxisIndex> indices]
    {
        get
        {
            if (indices.Length > Shape.Count) throw new ArgumentException($"There are {indices.Length} indices for the {Shape.Count} axes of {ShapeText.Of(Shape)} behind the batch.", nameof(indices));
            var places = new JsonArray(AxisIndex.All);
            foreach (AxisIndex index in indices) places.Add(index.ToKeras());
            return new Operation(OperationKind.Find("GetItem")!).Call([this], new Dictionary<int, JsonNode?> { [1] = places });
        }
    }

    /// <summary>The sum, dimensions of size 1 stretched to fit.</summary>
    public static Symbol operator +(Symbol left, Symbol right) => Operation.Apply("Add", [left, right]);

    /// <summary>The sum with a number.</summary>
    public static Symbol operator +(Symbol left, double right) => Operation.Apply("Add", left, right);

    /// <summary>The sum with a number.</summary>
    public static Symbol operator +(double left, Symbol right) => Operation.Apply("Add", left, right);

    /// <summary>The difference, dimensions of size 1 stretched to fit.</summary>
    public static Symbol operator -(Symbol left, Symbol right) => Operation.Apply("Subtract", [left, right]);

    /// <summary>The difference to a number.</summary>
    public static Symbol operator -(Symbol left, double right) => Operation.Apply("Subtract", left, right);

    /// <summary>The difference to a number.</summary>
    public static Symbol operator -(double left, Symbol right) => Operation.Apply("Subtract", left, right);

    /// <summary>The product, element by element, dimensions of size 1 stretched to fit.</summary>
    public static Symbol operator *(Symbol left, Symbol right) => Operation.Apply("Multiply", [left, right]);

    /// <summary>The product with a number.</summary>
    public static Symbol operator *(Symbol left, double right) => Operation.Apply("Multiply", left, right);

    /// <summary>The product with a number.</summary>
    public static Symbol operator *(double left, Symbol right) => Operation.Apply("Multiply", left, right);

    /// <summary>The quotient, element by element, dimensions of size 1 stretched to fit.</summary>
    public static Symbol operator /(Symbol left, Symbol right) => Operation.Apply("Divide", [left, right]);

    /// <summary>The quotient with a number.</summary>
    public static Symbol operator /(Symbol left, double right) => Operation.Apply("Divide", left, right);

    /// <summary>The quotient of a number.</summary>
    public static Symbol operator /(double left, Symbol right) => Operation.Apply("Divide", left, right);

    /// <summary>The opposite.</summary>
    public static Symbol operator -(Symbol value) => Operation.Apply("Multiply", value, -1.0);

    /// <summary>For example <c>dense: (None, 8)</c>.</summary>
    public override string ToString() => $"{Layer.Name}: {ShapeText.Of(Shape)}";
}
