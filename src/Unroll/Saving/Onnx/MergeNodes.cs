using Unroll.Formats.Onnx;
using Unroll.Layers;

namespace Unroll.Saving.Onnx;

/// <summary>Layers that merge several inputs, and what becomes of their masks.</summary>
internal static class MergeNodes
{
    /// <summary>Adds a layer that works element by element.</summary>
    public static OnnxFlow Add(NodeScope scope, MergeLayer layer, IReadOnlyList<OnnxFlow> inputs, Node call)
    {
        int rank = call.Operands.Max(operand => operand.Shape.Count);
        bool hasMask = rank > 1 && inputs.All(input => input.Mask is not null) && call.Operands.All(operand => operand.Shape.Count == rank);
        OnnxMask? mask = hasMask ? Any(scope, inputs) : null;
        string[] values = [.. inputs.Select((input, i) => Stretchable(scope, Unmasked(scope, layer, input), call.Operands[i].Shape.Count, rank))];
        string merged = layer switch
        {
            Average => scope.Node("Mean", values),
            Maximum => scope.Node("Max", values),
            Minimum => scope.Node("Min", values),
            Subtract => scope.Node("Sub", values),
            Multiply => values.Skip(1).Aggregate(values[0], (product, value) => scope.Node("Mul", [product, value])),
            Layers.Add => values.Skip(1).Aggregate(values[0], (sum, value) => scope.Node("Add", [sum, value])),
            _ => throw scope.Refuse("there is no translation of this layer."),
        };
        if (mask is not null && layer is Multiply) merged = scope.Node("Where", [mask.ForFeatures, merged, scope.Float(0f)]);
        if (mask is not null && layer is Maximum or Minimum) merged = scope.Node("Where", [mask!.ForFeatures, merged, inputs[0].Value]);
        return new OnnxFlow(merged, mask);
    }

    /// <summary>Adds a layer that puts its inputs side by side.</summary>
    public static OnnxFlow Add(NodeScope scope, Concatenate layer, IReadOnlyList<OnnxFlow> inputs, Node call)
    {
        int rank = call.Operands[0].Shape.Count + 1, axis = layer.Axis < 0 ? layer.Axis + rank : layer.Axis;
        string value = scope.Node("Concat", inputs.Select(input => input.Value), new OnnxAttribute("axis", axis));
        if (rank < 3 || inputs.All(input => input.Mask is null)) return new OnnxFlow(value, null);
        if (axis != 1) return new OnnxFlow(value, inputs.All(input => input.Mask is not null) ? Any(scope, inputs) : null);
        NodeScope inner = scope.Inner("mask");
        string mask = inner.Node("Concat", inputs.Select(input => input.Mask?.Value ?? All(inner, input.Value, rank)), new OnnxAttribute("axis", 1));
        return new OnnxFlow(value, new OnnxMask(inner, mask));
    }

    /// <summary>Lines shapes up at their ends, as layers do: ONNX does the same, but for the batch dimension.</summary>
    public static string Stretchable(NodeScope scope, string value, int rank, int wanted) =>
        rank == wanted ? value : scope.Node("Unsqueeze", [value, scope.Integers([.. Enumerable.Range(1, wanted - rank).Select(axis => (long)axis)])]);

    /// <summary>A product takes what is masked as 1; what is masked is never the largest or the smallest.</summary>
    private static string Unmasked(NodeScope scope, MergeLayer layer, OnnxFlow input)
    {
        float? stand = layer switch { Multiply => 1f, Maximum => float.MinValue, Minimum => float.MaxValue, _ => null };
        return stand is { } value && input.Mask is { } mask ? scope.Node("Where", [mask.ForFeatures, input.Value, scope.Float(value)]) : input.Value;
    }

    /// <summary>A step counts if it does in one of the inputs.</summary>
    private static OnnxMask Any(NodeScope scope, IReadOnlyList<OnnxFlow> inputs)
    {
        if (inputs.Select(input => input.Mask!.Value).Distinct().Count() == 1) return inputs[0].Mask!;
        NodeScope inner = scope.Inner("mask");
        return new OnnxMask(inner, inputs.Skip(1).Aggregate(inputs[0].Mask!.Value, (any, input) => inner.Node("Or", [any, input.Mask!.Value])));
    }

    /// <summary>A mask in which every step counts: no value is larger than itself.</summary>
    private static string All(NodeScope scope, string value, int rank)
    {
        string one = scope.Node("ReduceMax", [value], new OnnxAttribute("axes", Enumerable.Range(2, rank - 2).Select(axis => (long)axis)), new OnnxAttribute("keepdims", 0));
        return scope.Node("Not", [scope.Node("Less", [one, one])]);
    }
}
