using Unroll.Formats.Onnx;
using Unroll.Layers;

namespace Unroll.Saving.Onnx;

/// <summary>Layers that put elements elsewhere, and products along an axis.</summary>
internal static class RearrangementNodes
{
    public static string Add(NodeScope scope, Reshape layer, string input) =>
        scope.Node("Reshape", [input, scope.Integers([0, .. layer.TargetShape.Select(size => (long)size)])]);

    public static string Add(NodeScope scope, Permute layer, string input) =>
        scope.Node("Transpose", [input], new OnnxAttribute("perm", [0L, .. layer.Dims.Select(dim => (long)dim)]));

    public static string Add(NodeScope scope, RepeatVector layer, string input) =>
        scope.Node("Expand", [scope.Node("Unsqueeze", [input, scope.Integers(1)]), scope.Integers(1, layer.N, 1)]);

    public static string Add(NodeScope scope, ZeroPadding1D layer, string input) =>
        scope.Node("Pad", [input, scope.Integers(0, layer.Padding.Before, 0, 0, layer.Padding.After, 0)]);

    public static string Add(NodeScope scope, Cropping1D layer, string input) => scope.Node(
        "Slice", [input, scope.Integers(layer.Cropping.Before), scope.Integers(layer.Cropping.After == 0 ? int.MaxValue : -layer.Cropping.After), scope.Integers(1)]);

    public static string Add(NodeScope scope, UpSampling1D layer, string input, IReadOnlyList<int?> shape)
    {
        string repeated = scope.Node("Expand", [scope.Node("Unsqueeze", [input, scope.Integers(2)]), scope.Integers(1, 1, layer.Size, 1)]);
        return scope.Node("Reshape", [repeated, scope.Integers(0, -1, shape[1]!.Value)]);
    }

    /// <summary>Sums of products along an axis of each input; samples of one dimension count as one row.</summary>
    public static string Add(NodeScope scope, Dot layer, IReadOnlyList<OnnxFlow> inputs, Node call)
    {
        string[] matrices = new string[2];
        int[] ranks = new int[2];
        for (int i = 0; i < 2; i++)
        {
            ranks[i] = call.Operands[i].Shape.Count;
            int axis = LayerArguments.OwnAxes([layer.Axes[layer.Axes.Count == 1 ? 0 : i]], ranks[i], layer.Label)[0];
            string value = layer.Normalize ? NormalizationNodes.UnitLength(scope, inputs[i].Value, [axis + 1L]) : inputs[i].Value;
            if (ranks[i] == 1) (value, axis) = (scope.Node("Unsqueeze", [value, scope.Integers(1)]), 1);
            bool isTurned = axis != (i == 0 ? 1 : 0); // the axis is last on the left, and first on the right
            matrices[i] = isTurned ? scope.Node("Transpose", [value], new OnnxAttribute("perm", [0L, 2, 1])) : value;
        }

        string product = scope.Node("MatMul", matrices);
        long[] gone = [.. ranks[0] == 1 ? [1L] : Array.Empty<long>(), .. ranks[1] == 1 && ranks[0] > 1 ? [2L] : Array.Empty<long>()];
        return gone.Length == 0 ? product : scope.Node("Squeeze", [product, scope.Integers(gone)]);
    }
}
