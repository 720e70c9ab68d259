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
        _ => throw scope.Refuse($"there is no translation of the activation '{activation.Name}'."),
    };

    /// <summary>
    /// The attributes that give a recurrent operator its activations. Alpha and beta are listed for those activations
    /// that have them.
    /// </summary>
    public static IEnumerable<OnnxAttribute> Attributes(NodeScope scope, IReadOnlyList<Activation> activations)
    {
        (string Name, float[] Parameters)[] parts = [.. activations.Select(activation => ForRecurrent(scope, activation))];
        yield return new OnnxAttribute("activations", parts.Select(part => part.Name));
        float[][] parameters = [.. parts.Select(part => part.Parameters).Where(values => values.Length > 0)];
        if (parameters.Length == 0) yield break;
        yield return new OnnxAttribute("activation_alpha", parameters.Select(values => values[0]));
        yield return new OnnxAttribute("activation_beta", parameters.Select(values => values[1]));
    }

    private static (string Name, float[] Parameters) ForRecurrent(NodeScope scope, Activation activation) => activation.Kind switch
    {
        ActivationKind.Linear => ("Affine", [1f, 0f]),
        ActivationKind.Tanh => ("Tanh", []),
        ActivationKind.Sigmoid => ("Sigmoid", []),
        ActivationKind.Relu => ("Relu", []),
        ActivationKind.HardSigmoid => ("HardSigmoid", [SixthPart, 0.5f]),
        ActivationKind.HardSigmoidKeras2 => ("HardSigmoid", [0.2f, 0.5f]),
        ActivationKind.Softsign => ("Softsign", []),
        _ => throw scope.Refuse($"ONNX's recurrent operators have no activation '{activation.Name}'."),
    };
}
