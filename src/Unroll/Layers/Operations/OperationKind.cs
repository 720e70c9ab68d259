using System.Text.Json.Nodes;
using Unroll.Execution;
using Unroll.Kernels.Math;

namespace Unroll.Layers;

/// <summary>The operations there are, by Keras' class names.</summary>
/// <param name="Name">Keras' class name.</param>
/// <param name="Shape">The shape that comes out.</param>
/// <param name="Program">What runs it.</param>
internal sealed record OperationKind(
    string Name, Func<OperationArguments, IReadOnlyList<int?>> Shape, Func<ProgramContext, OperationArguments, LayerProgram> Program)
{
    private static readonly Dictionary<string, OperationKind> Kinds = Create().ToDictionary(kind => kind.Name);

    /// <summary>Names of all operations.</summary>
    public static IEnumerable<string> Names => Kinds.Keys;

    /// <summary>The operation of that class; null: there is none.</summary>
    public static OperationKind? Find(string name) => Kinds.GetValueOrDefault(name);

    private static IEnumerable<OperationKind> Create()
    {
        yield return Arithmetic("Add", MergeOperation.Add);
        yield return Arithmetic("Subtract", MergeOperation.Subtract);
        yield return Arithmetic("Multiply", MergeOperation.Multiply);
        yield return Arithmetic("Divide", MergeOperation.Divide);
        yield return Arithmetic("TrueDivide", MergeOperation.Divide);
        yield return Arithmetic("Maximum", MergeOperation.Maximum);
        yield return Arithmetic("Minimum", MergeOperation.Minimum);

        yield return Pointwise("Tanh", x => (float)(2 * Portable.SigmoidAndSoftplus(2.0 * x).Sigmoid - 1), (_, y) => 1 - y * y);
        yield return Pointwise("Sigmoid", x => (float)Portable.SigmoidAndSoftplus(x).Sigmoid, (_, y) => y * (1 - y));
        yield return Pointwise("Relu", x => x > 0 ? x : 0, (x, _) => x > 0 ? 1 : 0);
        yield return Pointwise("Exp", x => (float)Portable.Exp((double)x), (_, y) => y);
        yield return Pointwise("Log", x => (float)Portable.Log(x), (x, _) => 1 / x);
        yield return Pointwise("Sqrt", MathF.Sqrt, (_, y) => 0.5f / y);
        yield return Pointwise("Square", x => x * x, (x, _) => 2 * x);
        yield return Pointwise("Negative", x => -x, (_, _) => -1);
        yield return Pointwise("Absolute", Math.Abs, (x, _) => Math.Sign(x));
        yield return Pointwise("ConvertToTensor", x => x, (_, _) => 1);
        yield return Pointwise("Cast", x => x, (_, _) => 1);
        yield return Pointwise("ZerosLike", _ => 0, (_, _) => 0);
        yield return Pointwise("OnesLike", _ => 1, (_, _) => 0);
        yield return Pointwise("LogicalNot", x => x == 0 ? 1 : 0, (_, _) => 0);

        yield return Logic("NotEqual", (a, b) => a != b);
        yield return Logic("Equal", (a, b) => a == b);
        yield return Logic("Greater", (a, b) => a > b);
        yield return Logic("Less", (a, b) => a < b);
        yield return Logic("LogicalOr", (a, b) => a != 0 || b != 0);
        yield return Logic("LogicalAnd", (a, b) => a != 0 && b != 0);

        yield return Reduce("Mean", Reduction.Mean);
        yield return Reduce("Sum", Reduction.Sum);
        yield return Reduce("Max", Reduction.Max);
        yield return Reduce("Min", Reduction.Min);
        yield return Reduce("Any", Reduction.Any);
        yield return Reduce("All", Reduction.All);

        yield return new OperationKind(
            "ExpandDims", arguments => [.. Inserted(arguments)], (context, _) => new RearrangeProgram(context, [.. Enumerable.Range(0, context.InputSize)]));
        yield return new OperationKind("GetItem", arguments => Selection.Of(arguments).Shape, (context, arguments) => new RearrangeProgram(context, Selection.Of(arguments).Sources()));
        yield return new OperationKind(
            "Concatenate", arguments => Concatenated(arguments).InferOutputShapes(new CallInputs(arguments.Shapes, [.. arguments.Shapes.Select(_ => (string?)null)]))[0],
            (context, arguments) => Concatenated(arguments).CreateProgram(context));
    }

    private static OperationKind Arithmetic(string name, MergeOperation operation) => new(
        name,
        arguments => arguments.Number is null ? Broadcast.Shape(arguments.Shapes, arguments.Owner) : arguments.First,
        (context, arguments) => arguments.Number is { } number
            ? new ConstantProgram(context, operation, number, arguments.NumberIsFirst)
            : new MergeProgram(context, operation, isLayer: false));

    private static OperationKind Pointwise(string name, Func<float, float> apply, Func<float, float, float> slope) => new(
        name, arguments => arguments.First, (context, _) => new PointwiseProgram(context, apply, slope));

    private static OperationKind Logic(string name, Func<float, float, bool> test) => new(
        name,
        arguments => arguments.Shapes.Count == 1 ? arguments.First : Broadcast.Shape(arguments.Shapes, arguments.Owner),
        (context, arguments) => new LogicProgram(context, test, arguments.Number));

    private static OperationKind Reduce(string name, Reduction reduction) => new(
        name,
        arguments =>
        {
            int axis = arguments.Axis(arguments.First.Count);
            return arguments.KeepsDimensions
                ? [.. arguments.First.Select((size, d) => d == axis ? 1 : size)]
                : [.. arguments.First.Where((_, d) => d != axis)];
        },
        (context, arguments) => new ReduceProgram(context, reduction, arguments.Axis(arguments.First.Count)));

    private static List<int?> Inserted(OperationArguments arguments)
    {
        List<int?> shape = [.. arguments.First];
        JsonNode? node = arguments.Config["axis"] ?? arguments.Constants.GetValueOrDefault(1);
        int given = node is JsonValue value && value.TryGetValue(out int axis) ? axis : -1, at = given < 0 ? given + shape.Count + 1 : given - 1;
        if (at < 0 || at > shape.Count) throw new ArgumentException($"{arguments.Owner}: axis {given} can't be inserted behind the batch.");
        shape.Insert(at, 1);
        return shape;
    }

    private static Concatenate Concatenated(OperationArguments arguments) =>
        new(arguments.Config["axis"] is JsonValue value && value.TryGetValue(out int axis) ? axis : -1);
}
