using Unroll.Activations;
using Unroll.Formats.Onnx;
using Unroll.Kernels.Activation;
using Unroll.Layers;

namespace Unroll.Saving.Onnx;

/// <summary>Activations, as nodes of their own and as attributes of recurrent operators.</summary>
internal static class ActivationNodes
{
    private const float SixthPart = 1f / 6; // hard_sigmoid of Keras 3: relu6(x + 3) / 6

    /// <summary>Adds the activation of a value.</summary>
    public static string Add(NodeScope scope, Activation activation, string value) => activation.Kind switch
    {
        ActivationKind.Linear => value,
        ActivationKind.Tanh => scope.Node("Tanh", [value]),
        ActivationKind.Sigmoid => scope.Node("Sigmoid", [value]),
        ActivationKind.Relu => scope.Node("Relu", [value]),
        ActivationKind.HardSigmoid => scope.Node(
            "HardSigmoid", [value], new OnnxAttribute("alpha", SixthPart), new OnnxAttribute("beta", 0.5f)),
        ActivationKind.HardSigmoidKeras2 => scope.Node(
            "HardSigmoid", [value], new OnnxAttribute("alpha", 0.2f), new OnnxAttribute("beta", 0.5f)),
        ActivationKind.Softsign => scope.Node("Softsign", [value]),
        ActivationKind.Softmax => scope.Node("Softmax", [value]), // over the last axis
        _ => ComposedActivations.Add(scope, activation, value) ?? throw scope.Refuse($"there is no translation of the activation '{activation.Name}'."),
    };

    /// <summary>Adds a layer that computes value by value.</summary>
    public static string Add(NodeScope scope, Layer layer, string value) => layer switch
    {
        ReLU { MaxValue: null, NegativeSlope: 0, Threshold: 0 } => scope.Node("Relu", [value]),
        ReLU relu => AddBent(scope, relu, value),
        LeakyReLU leaky => scope.Node("LeakyRelu", [value], new OnnxAttribute("alpha", (float)leaky.NegativeSlope)),
        ELU elu => scope.Node("Elu", [value], new OnnxAttribute("alpha", (float)elu.Alpha)),
        PReLU => scope.Node("PRelu", [value, scope.Weights("alpha", layer.Parameters[0].ToArray(), [.. layer.Parameters[0].Shape.Select(size => (long)size)])]),
        _ => throw scope.Refuse("there is no translation of this layer."),
    };

    /// <summary>Adds a softmax along one axis, or over several together.</summary>
    public static string Add(NodeScope scope, Layers.Softmax layer, string value, int rank)
    {
        long[] axes = [.. LayerArguments.OwnAxes(layer.Axis, rank, layer.Label).Select(axis => axis + 1L)];
        if (axes is [var single]) return scope.Node("Softmax", [value], new OnnxAttribute("axis", single));
        string largest = scope.Node("ReduceMax", [value], new OnnxAttribute("axes", axes), new OnnxAttribute("keepdims", 1));
        string powers = scope.Node("Exp", [scope.Node("Sub", [value, largest])]);
        return scope.Node("Div", [powers, scope.Node("ReduceSum", [powers, scope.Integers(axes)], new OnnxAttribute("keepdims", 1))]);
    }

    private static string AddBent(NodeScope scope, ReLU relu, string value)
    {
        string above = relu.MaxValue is { } most ? scope.Node("Min", [value, scope.Float((float)most)]) : value;
        string below = scope.Node("Mul", [scope.Node("Sub", [value, scope.Float((float)relu.Threshold)]), scope.Float((float)relu.NegativeSlope)]);
        return scope.Node("Where", [scope.Node("Greater", [value, scope.Float((float)relu.Threshold)]), above, below]);
    }

    /// <summary>
    /// The attributes that give a recurrent operator its activations. Alpha and beta are listed for those activations
    /// that have them.
    /// </summary>
    public static IEnumerable<OnnxAttribute> Attributes(NodeScope scope, IReadOnlyList<Activation> activations)
    {
        (string Name, float? Alpha, float? Beta)[] parts = [.. activations.Select(activation => ForRecurrent(scope, activation))];
        yield return new OnnxAttribute("activations", parts.Select(part => part.Name));
        float[] alphas = [.. parts.Select(part => part.Alpha).OfType<float>()], betas = [.. parts.Select(part => part.Beta).OfType<float>()];
        if (alphas.Length > 0) yield return new OnnxAttribute("activation_alpha", alphas);
        if (betas.Length > 0) yield return new OnnxAttribute("activation_beta", betas);
    }

    private static (string Name, float? Alpha, float? Beta) ForRecurrent(NodeScope scope, Activation activation) => activation.Kind switch
    {
        ActivationKind.Linear => ("Affine", 1, 0),
        ActivationKind.Tanh => ("Tanh", null, null),
        ActivationKind.Sigmoid => ("Sigmoid", null, null),
        ActivationKind.Relu => ("Relu", null, null),
        ActivationKind.HardSigmoid => ("HardSigmoid", SixthPart, 0.5f),
        ActivationKind.HardSigmoidKeras2 => ("HardSigmoid", 0.2f, 0.5f),
        ActivationKind.Softsign => ("Softsign", null, null),
        _ when ComposedActivations.ForRecurrent(activation) is { } other => (other.Name, other.Alpha, null),
        _ => throw scope.Refuse($"ONNX's recurrent operators have no activation '{activation.Name}'."),
    };
}
