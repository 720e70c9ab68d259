using System.Text.Json.Nodes;

namespace Unroll.Saving;

/// <summary>What names and missing entries meant in Keras 2.</summary>
internal static class Keras2
{
    private const string OldHardSigmoid = "hard_sigmoid";

    /// <summary>Spells a layer's configuration out for today's meaning, also that of a layer of Keras 1.</summary>
    /// <exception cref="InvalidDataException">Something of Keras 1 can't be read.</exception>
    public static void Modernise(JsonObject layer, string place)
    {
        Keras1.Modernise(layer, place);
        if (layer["config"] is not JsonObject config) return;

        // Layers for GPUs computed the same; their weights are turned around when they are read.
        if (layer.Text("class_name") is "CuDNNLSTM" or "CuDNNGRU")
        {
            layer["class_name"] = layer.Text("class_name")![5..];
            (config["activation"], config["recurrent_activation"]) = ("tanh", "sigmoid");
            if (layer.Text("class_name") is "GRU") config["reset_after"] = true;
        }

        // Keras 2.0 had only what later became reset_after=False.
        if (layer.Text("class_name") is "GRU" && !config.ContainsKey("reset_after")) config["reset_after"] = false;
        foreach (string name in (ReadOnlySpan<string>)["activation", "recurrent_activation"])
        {
            if (config.Text(name) is OldHardSigmoid) config[name] = "hard_sigmoid_keras2";
        }

        foreach (string name in (ReadOnlySpan<string>)["layer", "backward_layer"])
        {
            if (config[name] is JsonObject inner) Modernise(inner, place);
        }
    }
}
