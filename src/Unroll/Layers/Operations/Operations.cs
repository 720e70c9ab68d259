using System.Text.Json.Nodes;

namespace Unroll.Layers;

/// <summary>
/// What can be computed of symbols beside arithmetic, by the names of <c>keras.ops</c>:
/// <c>Operations.Mean(x, axis: 1)</c>, <c>Operations.Maximum(a, b)</c>. Axes are counted as in Keras, the batch being 0, which can't
/// be reduced; negative ones from the end.
/// </summary>
public static class Operations
{
    /// <summary>The mean along an axis.</summary>
    /// <exception cref="ArgumentException">There is no such axis, or it is that of the batch.</exception>
    public static Symbol Mean(Symbol x, int axis, bool keepDims = false) => Reduce("Mean", x, axis, keepDims);

    /// <summary>The sum along an axis.</summary>
    /// <exception cref="ArgumentException">There is no such axis, or it is that of the batch.</exception>
    public static Symbol Sum(Symbol x, int axis, bool keepDims = false) => Reduce("Sum", x, axis, keepDims);

    /// <summary>The largest value along an axis.</summary>
    /// <exception cref="ArgumentException">There is no such axis, or it is that of the batch.</exception>
    public static Symbol Max(Symbol x, int axis, bool keepDims = false) => Reduce("Max", x, axis, keepDims);

    /// <summary>The smallest value along an axis.</summary>
    /// <exception cref="ArgumentException">There is no such axis, or it is that of the batch.</exception>
    public static Symbol Min(Symbol x, int axis, bool keepDims = false) => Reduce("Min", x, axis, keepDims);

    /// <summary>The larger of two values, place by place.</summary>
    public static Symbol Maximum(Symbol left, Symbol right) => Operation.Apply("Maximum", [left, right]);

    /// <summary>The smaller of two values, place by place.</summary>
    public static Symbol Minimum(Symbol left, Symbol right) => Operation.Apply("Minimum", [left, right]);

    /// <summary>Hyperbolic tangent.</summary>
    public static Symbol Tanh(Symbol x) => Operation.Apply("Tanh", [x]);

    /// <summary>1 / (1 + e^−x).</summary>
    public static Symbol Sigmoid(Symbol x) => Operation.Apply("Sigmoid", [x]);

    /// <summary>max(x, 0).</summary>
    public static Symbol Relu(Symbol x) => Operation.Apply("Relu", [x]);

    /// <summary>e^x.</summary>
    public static Symbol Exp(Symbol x) => Operation.Apply("Exp", [x]);

    /// <summary>Natural logarithm.</summary>
    public static Symbol Log(Symbol x) => Operation.Apply("Log", [x]);

    /// <summary>Square root.</summary>
    public static Symbol Sqrt(Symbol x) => Operation.Apply("Sqrt", [x]);

    /// <summary>x².</summary>
    public static Symbol Square(Symbol x) => Operation.Apply("Square", [x]);

    /// <summary>The value without its sign.</summary>
    public static Symbol Absolute(Symbol x) => Operation.Apply("Absolute", [x]);

    /// <summary>1 where two values differ, else 0; a mask for recurrent layers, say.</summary>
    public static Symbol NotEqual(Symbol x, double value) => Operation.Apply("NotEqual", x, value);

    /// <summary>A dimension of size 1 more.</summary>
    /// <param name="x">The symbol.</param>
    /// <param name="axis">Where it stands afterwards.</param>
    /// <exception cref="ArgumentException">It can't stand there.</exception>
    public static Symbol ExpandDims(Symbol x, int axis) => new Operation(OperationKind.Find("ExpandDims")!, new JsonObject { ["axis"] = axis }).Call([Checked(x)], NoConstants);

    /// <summary>Symbols side by side.</summary>
    /// <exception cref="ArgumentException">Their other sizes differ.</exception>
    public static Symbol Concatenate(IReadOnlyList<Symbol> symbols, int axis = -1)
    {
        ArgumentNullException.ThrowIfNull(symbols);
        foreach (Symbol symbol in symbols) Checked(symbol);
        if (symbols.Count == 0) throw new ArgumentException("Concatenate needs at least one symbol.", nameof(symbols));
        return new Operation(OperationKind.Find("Concatenate")!, new JsonObject { ["axis"] = axis }).Call(symbols, NoConstants, isList: true);
    }

    private static Dictionary<int, JsonNode?> NoConstants => [];

    private static Symbol Reduce(string name, Symbol x, int axis, bool keepDims) =>
        new Operation(OperationKind.Find(name)!, new JsonObject { ["axis"] = axis, ["keepdims"] = keepDims }).Call([Checked(x)], NoConstants);

    private static Symbol Checked(Symbol symbol)
    {
        ArgumentNullException.ThrowIfNull(symbol);
        return symbol;
    }
}
