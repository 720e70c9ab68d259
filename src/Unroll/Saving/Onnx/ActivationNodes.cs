using Unroll.Activations;
using Unroll.Formats.Onnx;
using Unroll.Kernels.Activation;

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
