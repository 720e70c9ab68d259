using System.Text.Json.Nodes;
using Unroll.Formats.Onnx;
using Unroll.Layers;

namespace Unroll.Saving.Onnx;

/// <summary>Arithmetic, comparisons and slices of a graph.</summary>
internal static class OperationNodes
{
    /// <summary>Adds an operation.</summary>
    /// <exception cref="NotSupportedException">There is no translation.</exception>
    public static OnnxFlow Add(NodeScope scope, Operation operation, IReadOnlyList<OnnxFlow> inputs, Node call)
    {
        IReadOnlyDictionary<int, JsonNode?> constants = operation.Constants.GetValueOrDefault(call) ?? new Dictionary<int, JsonNode?>();
        var arguments = new OperationArguments([.. call.Operands.Select(operand => operand.Shape)], operation.Config, constants, $"{operation.ClassName} '{operation.Name}'");
        int rank = call.Operands.Max(operand => operand.Shape.Count);
        string name = operation.ClassName;
        switch (name)
        {
            case "Add" or "Subtract" or "Multiply" or "Divide" or "TrueDivide" or "Maximum" or "Minimum":
                return Value(scope.Node(name switch { "Subtract" => "Sub", "Multiply" => "Mul", "Divide" or "TrueDivide" => "Div", "Maximum" => "Max", "Minimum" => "Min", _ => "Add" }, Operands()));
            case "Tanh" or "Sigmoid" or "Relu" or "Exp" or "Log" or "Sqrt":
                return Value(scope.Node(name, [Float(0)]));
            case "Square":
                return Value(scope.Node("Mul", [Float(0), Float(0)]));
            case "Negative":
                return Value(scope.Node("Neg", [Float(0)]));
            case "Absolute":
                return Value(scope.Node("Abs", [Float(0)]));
            case "ConvertToTensor" or "Cast":
                return inputs[0] with { Mask = null };
            case "ZerosLike":
                return Value(scope.Node("Mul", [Float(0), scope.Float(0f)]));
            case "OnesLike":
                return Value(scope.Node("Add", [scope.Node("Mul", [Float(0), scope.Float(0f)]), scope.Float(1f)]));
            case "Equal" or "Greater" or "Less":
                return Condition(scope.Node(name, Operands()));
            case "NotEqual":
                return Condition(scope.Node("Not", [scope.Node("Equal", Operands())]));
            case "LogicalOr" or "LogicalAnd":
                return Condition(scope.Node(name[7..], inputs.Select((input, i) => MergeNodes.Stretchable(scope, AsCondition(scope, input), call.Operands[i].Shape.Count, rank))));
            case "LogicalNot":
                return Condition(scope.Node("Not", [AsCondition(scope, inputs[0])]));
            case "Mean" or "Max" or "Min":
                return Value(scope.Node("Reduce" + name, [Float(0)], new OnnxAttribute("axes", [Axis()]), Keeps()));
            case "Sum":
                return Value(scope.Node("ReduceSum", [Float(0), scope.Integers(Axis())], Keeps()));
            case "Any" or "All":
                string number = scope.Node("Cast", [AsCondition(scope, inputs[0])], new OnnxAttribute("to", OnnxGraph.Int32));
                string extreme = scope.Node(name == "Any" ? "ReduceMax" : "ReduceMin", [number], new OnnxAttribute("axes", [Axis()]), Keeps());
                return Condition(scope.Node("Greater", [extreme, scope.Int32(0)]));
            case "ExpandDims":
                int at = (int?)(operation.Config["axis"] ?? constants.GetValueOrDefault(1)) ?? -1;
                return inputs[0] with { Value = scope.Node("Unsqueeze", [inputs[0].Value, scope.Integers(at < 0 ? at + rank + 2 : at)]), Mask = null };
            case "GetItem":
                return inputs[0] with { Value = GetItem(scope, inputs[0].Value, constants.GetValueOrDefault(1) as JsonArray ?? []), Mask = null };
            case "Concatenate":
                int axis = (int?)operation.Config["axis"] ?? -1;
                bool areConditions = inputs.All(input => input.IsCondition);
                string[] parts = [.. inputs.Select((input, i) => areConditions ? input.Value : Float(i))];
                return new OnnxFlow(scope.Node("Concat", parts, new OnnxAttribute("axis", axis)), null, areConditions);
            default:
                throw scope.Refuse("there is no translation of this operation.");
        }

        OnnxFlow Value(string value) => new(value, null);

        OnnxFlow Condition(string value) => new(value, null, IsCondition: true);

        string Float(int index) => AsNumber(scope, inputs[index], call.Operands[index].IsIds);

        long Axis() => arguments.Axis(rank) + 1;

        OnnxAttribute Keeps() => new("keepdims", arguments.KeepsDimensions ? 1 : 0);

        string[] Operands()
        {
            List<string> operands = [.. inputs.Select((_, i) => MergeNodes.Stretchable(scope, Float(i), call.Operands[i].Shape.Count, rank))];
            if (arguments.Number is { } constant) operands.Insert(arguments.NumberIsFirst ? 0 : 1, scope.Float(constant));
            return [.. operands];
        }
    }

    /// <summary>Booleans.</summary>
    public static string AsCondition(NodeScope scope, OnnxFlow flow) =>
        flow.IsCondition ? flow.Value : scope.Node("Cast", [flow.Value], new OnnxAttribute("to", OnnxGraph.Bool));

    private static string AsNumber(NodeScope scope, OnnxFlow flow, bool isIds) =>
        flow.IsCondition || isIds ? scope.Node("Cast", [flow.Value], new OnnxAttribute("to", OnnxGraph.Float)) : flow.Value;

    private static string GetItem(NodeScope scope, string value, JsonArray indices)
    {
        int axis = 0;
        foreach (JsonNode? index in indices)
        {
            if (index is JsonObject slice)
            {
                var config = slice["config"] as JsonObject ?? [];
                (int? start, int? stop, int? step) = ((int?)config["start"], (int?)config["stop"], (int?)config["step"]);
                if ((start ?? stop ?? step) is not null)
                    value = scope.Node("Slice", [value, scope.Integers(start ?? 0), scope.Integers(stop ?? int.MaxValue), scope.Integers(axis), scope.Integers(step ?? 1)]);
                axis++;
            }
            else
            {
                value = scope.Node("Gather", [value, scope.Integer((int)index!)], new OnnxAttribute("axis", axis));
            }
        }

        return value;
    }
}
