using Unroll.Activations;
using Unroll.Kernels.Formulas;

namespace Unroll.Formulas.Compilation;

/// <summary>
/// Brings a recorded formula down to nodes: equal values become one, numbers are folded into scales and offsets, single
/// features are repeated where they meet many, slices move through sums to the matrices' columns, dropout factors come in.
/// </summary>
internal sealed class Lowering(Recording recording, FormulaOptions options)
{
    private readonly Dictionary<(Value Value, bool InProduct), Node> _built = [];
    private readonly Dictionary<Key, Node> _nodes = [];
    private readonly Value[] _weights = [.. recording.Weights];
    private readonly List<Activation> _functions = [];
    private int _count;

    /// <summary>Activations that are no instructions, in the order of their numbers.</summary>
    public IReadOnlyList<Activation> Functions => _functions;

    /// <summary>The node of a value.</summary>
    public Node Build(Value value) => Build(value, inProduct: false);

    /// <summary>A node of its own that only copies.</summary>
    public Node Copy(Node node) => new(NodeKind.Operation, node.Features, node) { Code = FormulaCode.Copy, Id = _count++ };

    /// <param name="value">The value.</param>
    /// <param name="inProduct">True within the vector of a matrix product: there, and only there, states go through dropout.</param>
    private Node Build(Value value, bool inProduct)
    {
        if (_built.TryGetValue((value, inProduct), out Node? node)) return node;
        node = Create(value, inProduct);
        _built.Add((value, inProduct), node);
        return node;
    }

    private Node Create(Value value, bool inProduct)
    {
        switch (value.Kind)
        {
            case ValueKind.Input:
                Node input = Unique(NodeKind.Input, value.Features);
                return options.InputDropout ? Operation(FormulaCode.Multiply, input, Factor(0, value.Features)) : input;
            case ValueKind.State:
                Node state = Unique(NodeKind.State, value.Features, index: value.Index);
                return options.StateDropout && inProduct
                    ? Operation(FormulaCode.Multiply, state, Factor((options.InputDropout ? 1 : 0) + value.Index, value.Features))
                    : state;
            case ValueKind.Factor: return Factor(value.Index, value.Features);
            case ValueKind.Weight: return Vector(value, 0, value.Features);
            case ValueKind.Number: return Number(value.Number);
            case ValueKind.MatrixProduct: return Product(value, 0, value.Features);
            case ValueKind.Slice: return Slice(value.Operands[0], value.Index, value.Features, inProduct);
            case ValueKind.Concat:
                Node[] parts = [.. value.Operands.Select(operand => Build(operand, inProduct))];
                return parts.Length == 1 ? parts[0] : new Node(NodeKind.Concat, value.Features, parts) { Id = _count++ };
        }

        Node a = Build(value.Operands[0], inProduct);
        if (value.Operands.Length == 2) return Combine(value.Kind, value.Features, a, Build(value.Operands[1], inProduct));
        Node sum = a.Features == 1 ? a : Unique(NodeKind.Operation, 1, FormulaCode.Sum, [a]);
        return value.Kind switch
        {
            ValueKind.Sum => sum,
            ValueKind.Mean => Affine(sum, 1.0 / a.Features, 0),
            ValueKind.Function => Unique(NodeKind.Operation, a.Features, FormulaCode.Function, [a], index: NumberOf(value.Activation!)),
            _ => Operation(CodeOf(value.Kind), a),
        };
    }

    private Node Combine(ValueKind kind, int features, Node a, Node b)
    {
        bool numbers = a.Kind == NodeKind.Number && b.Kind == NodeKind.Number;
        switch (kind)
        {
            case ValueKind.Add when numbers: return Number(a.Offset + b.Offset);
            case ValueKind.Subtract when numbers: return Number(a.Offset - b.Offset);
            case ValueKind.Multiply when numbers: return Number(a.Offset * b.Offset);
            case ValueKind.Divide when numbers: return Number(a.Offset / b.Offset);
            case ValueKind.Add when b.Kind == NodeKind.Number: return Affine(a, 1, b.Offset);
            case ValueKind.Add when a.Kind == NodeKind.Number: return Affine(b, 1, a.Offset);
            case ValueKind.Subtract when b.Kind == NodeKind.Number: return Affine(a, 1, -b.Offset);
            case ValueKind.Subtract when a.Kind == NodeKind.Number: return Affine(b, -1, a.Offset);
            case ValueKind.Multiply when b.Kind == NodeKind.Number: return Affine(a, b.Offset, 0);
            case ValueKind.Multiply when a.Kind == NodeKind.Number: return Affine(b, a.Offset, 0);
            case ValueKind.Divide when b.Kind == NodeKind.Number: return Affine(a, 1 / b.Offset, 0);
            case ValueKind.Divide when a.Kind == NodeKind.Number: return Affine(Operation(FormulaCode.Reciprocal, b), a.Offset, 0);
            case ValueKind.Multiply when a == b: return Operation(FormulaCode.Square, a);
        }

        return Operation(CodeOf(kind), Repeat(a, features), Repeat(b, features));
    }

    /// <summary>Some features of a value; of a sum of products, some columns of the matrices.</summary>
    private Node Slice(Value value, int first, int count, bool inProduct)
    {
        if (first == 0 && count == value.Features) return Build(value, inProduct);
        switch (value.Kind)
        {
            case ValueKind.Slice: return Slice(value.Operands[0], value.Index + first, count, inProduct);
            case ValueKind.Weight: return Vector(value, first, count);
            case ValueKind.MatrixProduct: return Product(value, first, count);
            case ValueKind.Add or ValueKind.Subtract:
                Node[] parts = [.. value.Operands.Select(operand => operand.Features == 1 ? Build(operand, inProduct) : Slice(operand, first, count, inProduct))];
                return Combine(value.Kind, count, parts[0], parts[1]);
            default: return Unique(NodeKind.Slice, count, operands: [Build(value, inProduct)], first: first);
        }
    }

    private int NumberOf(Activation activation)
    {
        int number = _functions.FindIndex(known => ReferenceEquals(known, activation)); // equal ones of somebody's own may differ
        if (number >= 0) return number;
        _functions.Add(activation);
        return _functions.Count - 1;
    }

    private Node Product(Value value, int column, int count) => Unique(
        NodeKind.MatrixProduct, count, operands: [Build(value.Operands[0], inProduct: true)], index: Array.IndexOf(_weights, value.Operands[1]), first: column);

    private Node Vector(Value value, int first, int count) => Unique(NodeKind.Vector, count, index: Array.IndexOf(_weights, value), first: first);

    private Node Factor(int index, int features) => Unique(NodeKind.Factor, features, index: index);

    private Node Number(double value, int features = 1) => Unique(NodeKind.Number, features, offset: value);

    private Node Affine(Node a, double scale, double offset)
    {
        if (a.Kind == NodeKind.Operation && a.Code == FormulaCode.Affine) return Affine(a.Operands[0], a.Scale * scale, a.Offset * scale + offset);
        return scale == 1 && offset == 0 ? a : Unique(NodeKind.Operation, a.Features, FormulaCode.Affine, [a], scale: scale, offset: offset);
    }

    private Node Repeat(Node a, int features)
    {
        if (a.Features == features) return a;
        return a.Kind == NodeKind.Number ? Number(a.Offset, features) : Unique(NodeKind.Operation, features, FormulaCode.Broadcast, [a]);
    }

    private Node Operation(FormulaCode code, params Node[] operands) => Unique(NodeKind.Operation, operands[0].Features, code, operands);

    private Node Unique(
        NodeKind kind, int features, FormulaCode code = default, Node[]? operands = null, int index = 0, int first = 0, double scale = 0, double offset = 0)
    {
        operands ??= [];
        var key = new Key(
            kind, features, code, operands.Length > 0 ? operands[0] : null, operands.Length > 1 ? operands[1] : null, index, first, scale, offset);
        if (_nodes.TryGetValue(key, out Node? node)) return node;
        node = new Node(kind, features, operands) { Code = code, Id = _count++, Index = index, First = first, Scale = scale, Offset = offset };
        _nodes.Add(key, node);
        return node;
    }

    private static FormulaCode CodeOf(ValueKind kind) => kind switch
    {
        ValueKind.Add => FormulaCode.Add,
        ValueKind.Subtract => FormulaCode.Subtract,
        ValueKind.Multiply => FormulaCode.Multiply,
        ValueKind.Divide => FormulaCode.Divide,
        ValueKind.Minimum => FormulaCode.Minimum,
        ValueKind.Maximum => FormulaCode.Maximum,
        ValueKind.Tanh => FormulaCode.Tanh,
        ValueKind.Sigmoid => FormulaCode.Sigmoid,
        ValueKind.Relu => FormulaCode.Relu,
        ValueKind.HardSigmoid => FormulaCode.HardSigmoid,
        ValueKind.HardSigmoidKeras2 => FormulaCode.HardSigmoidKeras2,
        ValueKind.Softsign => FormulaCode.Softsign,
        ValueKind.Exp => FormulaCode.Exp,
        ValueKind.Log => FormulaCode.Log,
        ValueKind.Sqrt => FormulaCode.Sqrt,
        ValueKind.Square => FormulaCode.Square,
        ValueKind.Abs => FormulaCode.Abs,
        ValueKind.Softplus => FormulaCode.Softplus,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "This is no operation."),
    };

    private readonly record struct Key(
        NodeKind Kind, int Features, FormulaCode Code, Node? A, Node? B, int Index, int First, double Scale, double Offset);
}
