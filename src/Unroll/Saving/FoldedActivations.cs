using System.Text.Json.Nodes;
using Unroll.Kernels.Activation;
using Unroll.Layers;

namespace Unroll.Saving;

/// <summary>
/// Keras 3 has no hard_sigmoid of Keras 2, clip(0.2 a + 0.5), but one that is clip(a / 6 + 0.5): where it is the activation
/// of gates, of a Dense or of a convolution, the weights in front of it are written 1.2 times as large.
/// </summary>
internal static class FoldedActivations
{
    private const string Old = "hard_sigmoid_keras2", New = "hard_sigmoid";

    /// <summary>What weights are multiplied by, column by column; null: nothing.</summary>
    public static Func<int, float>? FactorOf(Layer layer) => layer switch
    {
        GRU { RecurrentActivation.Kind: ActivationKind.HardSigmoidKeras2 } gru => column => column % (3 * gru.Units) < 2 * gru.Units ? 1.2f : 1f,
        LSTM { RecurrentActivation.Kind: ActivationKind.HardSigmoidKeras2 } lstm => column => column % (4 * lstm.Units) / lstm.Units == 2 ? 1f : 1.2f,
        Dense { Activation.Kind: ActivationKind.HardSigmoidKeras2 } or EinsumDense { Activation.Kind: ActivationKind.HardSigmoidKeras2 } => _ => 1.2f,
        ConvolutionLayer { Activation.Kind: ActivationKind.HardSigmoidKeras2 } and not SeparableConv1D => _ => 1.2f,
        _ => null,
    };

    /// <summary>True if a model has weights that are written otherwise than they are.</summary>
    public static bool AreIn(Model model) => Leaves(model).Any(layer => FactorOf(layer) is not null);

    /// <summary>The weights by which the files of Keras 3 differ from the model's.</summary>
    /// <exception cref="NotSupportedException">A layer uses the activation where it can't be expressed.</exception>
    public static Dictionary<Parameter, float[]> Of(Model model)
    {
        var folded = new Dictionary<Parameter, float[]>();
        foreach (Layer layer in Leaves(model))
        {
            bool isOutside = layer is RecurrentLayer { Activation.Kind: ActivationKind.HardSigmoidKeras2 } or ActivationLayer { Activation.Kind: ActivationKind.HardSigmoidKeras2 }
                or SeparableConv1D { Activation.Kind: ActivationKind.HardSigmoidKeras2 };
            if (isOutside)
            {
                throw new NotSupportedException(
                    $"{layer.ClassName} '{layer.Name}' has the activation hard_sigmoid of Keras 2, which Keras 3 does not have and which no weights in front of it can make up for. Export the model to ONNX, or give the layer another activation.");
            }

            if (FactorOf(layer) is not { } factor) continue;
            foreach (Parameter parameter in layer.Parameters)
            {
                float[] values = parameter.ToArray();
                int columns = parameter.Shape[^1];
                for (int i = 0; i < values.Length; i++) values[i] *= factor(i % columns);
                folded[parameter] = values;
            }
        }

        return folded;
    }

    /// <summary>Writes today's name in a configuration.</summary>
    public static void Rename(JsonNode? node)
    {
        if (node is JsonObject json)
        {
            foreach (string name in (ReadOnlySpan<string>)["activation", "recurrent_activation"])
                if (json.Text(name) is Old) json[name] = New;
            foreach ((_, JsonNode? inner) in json) Rename(inner);
        }
        else if (node is JsonArray list)
        {
            foreach (JsonNode? inner in list) Rename(inner);
        }
    }

    private static IEnumerable<Layer> Leaves(Layer layer) => layer switch
    {
        Model model => model.Layers.SelectMany(Leaves),
        Bidirectional both => [(Layer)both.ForwardLayer, (Layer)both.BackwardLayer],
        TimeDistributed { Layer: var applied } => Leaves(applied),
        _ => [layer],
    };
}
