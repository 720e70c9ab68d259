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
