using System.Text.Json.Nodes;
using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>
/// Arithmetic on symbols, <c>0.5 * (a + b)</c>, as a node of the graph. Keras lists operations in summaries and files, but not
/// among a model's layers; they have no weights.
/// </summary>
public sealed class Operation : WeightlessLayer
{
    internal Operation(OperationKind kind, JsonObject? config = null)
    {
        Kind = kind;
        Config = config ?? [];
    }

    /// <inheritdoc/>
    public override string ClassName => Kind.Name;

    /// <summary>What is computed.</summary>
    internal OperationKind Kind { get; }

    /// <summary>Parameters of the operation as Keras' files hold them, <c>axis</c> for example.</summary>
    internal JsonObject Config { get; }

    /// <summary>Constants among the arguments of each call, by place: <c>x * 2.0</c> has 2.0 in place 1.</summary>
    internal Dictionary<Node, IReadOnlyDictionary<int, JsonNode?>> Constants { get; } = [];

    /// <summary>Adds an operation on symbols.</summary>
    internal static Symbol Apply(string name, Symbol[] operands) => Apply(name, [.. operands], new Dictionary<int, JsonNode?>());

    /// <summary>Adds an operation on a symbol and a number behind it.</summary>
    internal static Symbol Apply(string name, Symbol left, double right) => Apply(name, [left], new Dictionary<int, JsonNode?> { [1] = right });

    /// <summary>Adds an operation on a number and a symbol behind it.</summary>
    internal static Symbol Apply(string name, double left, Symbol right) => Apply(name, [right], new Dictionary<int, JsonNode?> { [0] = left });

    /// <summary>Adds a call with some symbols and some constants.</summary>
    internal Symbol Call(IReadOnlyList<Symbol> operands, IReadOnlyDictionary<int, JsonNode?> constants, bool isList = false)
    {
        _constants = constants;
        CallArgument[] arguments = isList
            ? [new CallArgument(null, operands, IsList: true)]
            : [.. operands.Select(symbol => new CallArgument(null, [symbol], IsList: false))];
        Symbols outputs = AddCall(arguments);
        Constants.Add(outputs[0].Node, constants);
        return outputs[0];
    }

    internal override IReadOnlyList<IReadOnlyList<int?>> InferOutputShapes(CallInputs inputs) =>
        [Kind.Shape(new OperationArguments(inputs.Shapes, Config, _constants ?? Only(), Label))];

    internal override LayerProgram CreateProgram(ProgramContext context) =>
        Kind.Program(context, new OperationArguments([.. context.Inputs.Select(shape => shape.AsOpen())], Config, Only(), Label));

    // An operation is called once; what its constants are is known when its shape is asked for first.
    private IReadOnlyDictionary<int, JsonNode?>? _constants;

    private IReadOnlyDictionary<int, JsonNode?> Only() => Constants.Count > 0 ? Constants.Values.First() : _constants!;

    private static Symbol Apply(string name, IReadOnlyList<Symbol> operands, IReadOnlyDictionary<int, JsonNode?> constants)
    {
        foreach (Symbol operand in operands) ArgumentNullException.ThrowIfNull(operand);
        return new Operation(OperationKind.Find(name)!).Call(operands, constants);
    }
}

/// <summary>What an operation works with.</summary>
/// <param name="Shapes">Shapes of the symbols that go in, without the batch dimension.</param>
/// <param name="Config">Parameters.</param>
/// <param name="Constants">Constants among the arguments, by place.</param>
/// <param name="Owner">Class and name, for messages.</param>
internal sealed record OperationArguments(
    IReadOnlyList<IReadOnlyList<int?>> Shapes, JsonObject Config, IReadOnlyDictionary<int, JsonNode?> Constants, string Owner)
{
    public IReadOnlyList<int?> First => Shapes[0];

    /// <summary>The number among the arguments; null: there is none.</summary>
    public float? Number => Constants.Values.Select(node => node is JsonValue value && value.TryGetValue(out double number) ? (float?)number : null).FirstOrDefault(number => number is not null);

    /// <summary>True if the number stands in front of the symbol.</summary>
    public bool NumberIsFirst => Constants.ContainsKey(0);

    /// <summary>The axis, without that of the batch.</summary>
    /// <param name="rank">Axes without the batch.</param>
    /// <exception cref="ArgumentException">There is no such axis, or it is that of the batch.</exception>
    public int Axis(int rank)
    {
        JsonNode? node = Config["axis"] ?? Constants.GetValueOrDefault(1);
        if (node is JsonArray { Count: 1 } list) node = list[0];
        int given = node is JsonValue value && value.TryGetValue(out int axis) ? axis : throw new ArgumentException($"{Owner}: axis is {node?.ToJsonString() ?? "missing"}; it must be one number.");
        int own = given < 0 ? given + rank : given - 1;
        return own >= 0 && own < rank ? own : throw new ArgumentException($"{Owner}: axis {given} is not one of the {rank + 1} axes, or is that of the batch.");
    }

    public bool KeepsDimensions => Config["keepdims"] is JsonValue value && value.TryGetValue(out bool keeps) && keeps;
}
