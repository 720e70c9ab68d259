using Unroll.Formats.Onnx;
using Unroll.Layers;

namespace Unroll.Saving.Onnx;

/// <summary>Normalisations, put together from means and squares: opset 17 has no operators for most of them.</summary>
internal static class NormalizationNodes
{
    /// <summary>Whether a layer is one of these.</summary>
    public static bool Has(Layer layer) => layer is ScaledNormalization or RMSNormalization or UnitNormalization;

    public static string Add(NodeScope scope, Layer layer, string input, IReadOnlyList<int?> shape)
    {
        int rank = shape.Count;
        return layer switch
        {
            BatchNormalization batch => Fixed(scope, batch, input, rank),
            LayerNormalization one => Along(scope, one, input, Axes(one.Axis), (one.Epsilon, one.RmsScaling, true), ("gamma", one.Gamma), ("beta", one.Beta)),
            RMSNormalization one => Along(scope, one, input, Axes(one.Axis), (one.Epsilon, true, false), ("scale", one.Parameters[0]), ("beta", null)),
            UnitNormalization one => UnitLength(scope, input, [.. Axes(one.Axis).Select(axis => axis + 1L)]),
            GroupNormalization groups => InGroups(scope, groups, input, shape),
            _ => throw scope.Refuse("there is no translation of this layer."),
        };

        int[] Axes(IReadOnlyList<int> axes) => LayerArguments.OwnAxes(axes, rank, layer.Label);

        string Along(NodeScope scope, Layer owner, string value, int[] axes, (double Epsilon, bool KeepsMean, bool MeasuresDeviation) rule, params (string Name, Parameter? Weight)[] weights)
        {
            long[] places = [.. axes.Select(axis => axis + 1L)];
            string normal = Normalised(scope, value, places, rule);
            foreach ((string name, Parameter? weight) in weights)
                if (weight is not null) normal = scope.Node(name == "beta" ? "Add" : "Mul", [normal, Weight(scope, name, weight, axes, rank)]);
            return normal;
        }
    }

    /// <summary><c>x / √max(Σx², 1e-12)</c>.</summary>
    public static string UnitLength(NodeScope scope, string input, long[] axes)
    {
        string squares = scope.Node("ReduceSum", [scope.Node("Mul", [input, input]), scope.Integers(axes)], new OnnxAttribute("keepdims", 1));
        return scope.Node("Div", [input, scope.Node("Sqrt", [scope.Node("Max", [squares, scope.Float((float)UnitNormalization.LeastSquare)])])]);
    }

    /// <summary>By the moving statistics: the file predicts.</summary>
    private static string Fixed(NodeScope scope, BatchNormalization layer, string input, int rank)
    {
        int[] axes = LayerArguments.OwnAxes([layer.Axis], rank, layer.Label);
        float[] variance = layer.MovingVariance.ToArray(), factor = layer.Gamma?.ToArray() ?? [.. variance.Select(_ => 1f)];
        for (int i = 0; i < factor.Length; i++) factor[i] = (float)(factor[i] / Math.Sqrt(variance[i] + layer.Epsilon));
        string normal = scope.Node("Sub", [input, Weight(scope, "moving_mean", layer.MovingMean, axes, rank)]);
        normal = scope.Node("Mul", [normal, scope.Weights("factor", factor, Shape(layer.MovingVariance, axes, rank))]);
        return layer.Beta is { } beta ? scope.Node("Add", [normal, Weight(scope, "beta", beta, axes, rank)]) : normal;
    }

    private static string InGroups(NodeScope scope, GroupNormalization layer, string input, IReadOnlyList<int?> shape)
    {
        int[] axes = LayerArguments.OwnAxes([layer.Axis], shape.Count, layer.Label);
        if (axes[0] != shape.Count - 1) throw scope.Refuse("only groups of the last axis have a translation.");
        int features = shape[^1]!.Value, groups = layer.Groups < 0 ? features : layer.Groups;
        string apart = scope.Node("Reshape", [input, scope.Integers(0, -1, groups, features / groups)]);
        string normal = scope.Node("Reshape", [Normalised(scope, apart, [1, 3], (layer.Epsilon, false, true)), scope.Node("Shape", [input])]);
        if (layer.Gamma is { } gamma) normal = scope.Node("Mul", [normal, Weight(scope, "gamma", gamma, axes, shape.Count)]);
        return layer.Beta is { } beta ? scope.Node("Add", [normal, Weight(scope, "beta", beta, axes, shape.Count)]) : normal;
    }

    private static string Normalised(NodeScope scope, string input, long[] axes, (double Epsilon, bool KeepsMean, bool MeasuresDeviation) rule)
    {
        string centered = rule.KeepsMean && !rule.MeasuresDeviation ? input : scope.Node("Sub", [input, Mean(input)]);
        string square = Mean(scope.Node("Mul", [centered, centered]));
        string length = scope.Node("Sqrt", [scope.Node("Add", [square, scope.Float((float)rule.Epsilon)])]);
        return scope.Node("Div", [rule.KeepsMean ? input : centered, length]);

        string Mean(string value) => scope.Node("ReduceMean", [value], new OnnxAttribute("axes", axes), new OnnxAttribute("keepdims", 1));
    }

    private static string Weight(NodeScope scope, string name, Parameter weight, int[] axes, int rank) => scope.Weights(name, weight.ToArray(), Shape(weight, axes, rank));

    /// <summary>The shape of a weight beside samples: 1 along the axes that it does not have.</summary>
    private static long[] Shape(Parameter weight, int[] axes, int rank) =>
        [.. Enumerable.Range(0, rank).Select(axis => Array.IndexOf(axes, axis) is >= 0 and int at ? (long)weight.Shape[at] : 1L)];
}
