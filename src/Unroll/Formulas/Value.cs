using Unroll.Activations;

namespace Unroll.Formulas;

/// <summary>
/// A value in a formula: the input of a step, a state, a weight, a number, or what is computed of them. Operators and the
/// functions of <see cref="Formula"/> record what is to be done; it is done later, for many rows at once.
/// </summary>
/// <remarks>
/// A value is a vector of features; operators work feature by feature. A number or a vector of one feature goes with every
/// feature of the other operand. <c>x * K</c> with a weight matrix K [features, units] is the product of vector and matrix.
/// </remarks>
public sealed class Value
{
    private Value(ValueKind kind, int features, params Value[] operands) => (Kind, Features, Operands) = (kind, features, operands);

    /// <summary>Number of features; of a matrix, the number of its columns.</summary>
    public int Features { get; }

    internal ValueKind Kind { get; }

    internal Value[] Operands { get; }

    /// <summary>Rows of a weight matrix; 0 for everything else.</summary>
    internal int Rows { get; private init; }

    internal double Number { get; private init; }

    /// <summary>First feature of a slice, or number of a state or a factor.</summary>
    internal int Index { get; private init; }

    /// <summary>The activation of a function that has no kind of its own.</summary>
    internal Activation? Activation { get; private init; }

    internal string Name { get; private init; } = "";

    internal bool IsMatrix => Rows > 0;

    /// <summary>A number goes with every feature of the other operand.</summary>
    public static implicit operator Value(double number) => new(ValueKind.Number, 1) { Number = number };

    /// <summary>Sum.</summary>
    public static Value operator +(Value left, Value right) => Both(ValueKind.Add, "+", left, right);

    /// <summary>Difference.</summary>
    public static Value operator -(Value left, Value right) => Both(ValueKind.Subtract, "-", left, right);

    /// <summary>Product, feature by feature; with a weight matrix on the right, the product of vector and matrix: [F] · [F, U] → [U].</summary>
    /// <exception cref="ArgumentException">The matrix has not as many rows as the vector has features, or stands on the left.</exception>
    public static Value operator *(Value left, Value right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        if (!right.IsMatrix) return Both(ValueKind.Multiply, "*", left, right);
        if (left.IsMatrix) throw new ArgumentException($"'{left}' and '{right}' are both matrices; a formula multiplies a vector with a matrix.");
        if (left.Features != right.Rows)
        {
            throw new ArgumentException(
                $"'{left}' has {Count(left.Features, "feature")} and cannot be multiplied with '{right}' of shape [{right.Rows}, {right.Features}]: "
                + $"the matrix needs {Count(left.Features, "row")}.");
        }

        return new Value(ValueKind.MatrixProduct, right.Features, left, right);
    }

    /// <summary>Quotient.</summary>
    public static Value operator /(Value left, Value right) => Both(ValueKind.Divide, "/", left, right);

    /// <summary>The value with the other sign.</summary>
    public static Value operator -(Value value) => Both(ValueKind.Multiply, "*", -1, value);

    /// <summary>The formula as text.</summary>
    public override string ToString() => FormulaText.Of(this);

    internal static Value Input(int features, string name = "x") => new(ValueKind.Input, AtLeastOne(features, "input")) { Name = name };

    internal static Value State(int index, int features, string name) =>
        new(ValueKind.State, AtLeastOne(features, "state")) { Index = index, Name = name };

    internal static Value Vector(string name, int features) => new(ValueKind.Weight, AtLeastOne(features, name)) { Name = name };

    internal static Value Matrix(string name, int rows, int columns) =>
        new(ValueKind.Weight, AtLeastOne(columns, name)) { Rows = AtLeastOne(rows, name), Name = name };

    internal static Value Function(ValueKind kind, Value value) => new(kind, Vector(value).Features, value);

    internal static Value Function(Activation activation, Value value) =>
        new(ValueKind.Function, Vector(value).Features, value) { Activation = activation, Name = activation.Name };

    /// <summary>Dropout factors for one of a recording's products.</summary>
    internal static Value Factor(int index, int features) => new(ValueKind.Factor, AtLeastOne(features, "factor")) { Index = index, Name = $"dropout[{index}]" };

    internal static Value OneFeature(ValueKind kind, Value value) => new(kind, 1, Vector(value));

    internal static Value Both(ValueKind kind, string sign, Value left, Value right)
    {
        int a = Vector(left).Features, b = Vector(right).Features;
        if (a != b && a != 1 && b != 1)
        {
            throw new ArgumentException(
                $"'{left}' has {Count(a, "feature")} and '{right}' has {b}; '{sign}' needs as many on both sides, or one of them a number or a single feature.");
        }

        return new Value(kind, Math.Max(a, b), left, right);
    }

    internal static Value Slice(Value value, int first, int count)
    {
        int features = Vector(value).Features;
        if (first < 0 || count < 1 || count > features - first)
            throw new ArgumentException($"'{value}' has {Count(features, "feature")}; {count} from {first} on are not among them.");
        return new Value(ValueKind.Slice, count, value) { Index = first };
    }

    internal static Value Concat(Value[] values)
    {
        if (values.Length == 0) throw new ArgumentException("Concatenation needs at least one value.", nameof(values));
        return new Value(ValueKind.Concat, values.Sum(value => Vector(value).Features), values);
    }

    private static Value Vector(Value value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.IsMatrix)
            throw new ArgumentException($"'{value}' is a matrix of shape [{value.Rows}, {value.Features}]; it can only stand on the right of '*': x * {value}.");
        return value;
    }

    private static int AtLeastOne(int size, string name) =>
        size >= 1 ? size : throw new ArgumentOutOfRangeException(nameof(size), size, $"'{name}' needs at least one feature.");

    private static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}
