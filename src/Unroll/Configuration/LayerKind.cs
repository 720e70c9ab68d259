using System.Text.Json.Nodes;
using Unroll.Layers;

namespace Unroll.Configuration;

/// <summary>The layers; they have a name, and Keras also writes the input shape that their weights were made for.</summary>
internal sealed class LayerKind(IReadOnlyList<Registration<Layer>> entries) : RegistryKind<Layer>("Layer", "keras.layers", entries)
{
    public override Layer Create(ObjectConfig config)
    {
        Layer layer = base.Create(config);
        foreach ((string name, JsonNode? value) in config.Named)
        {
            if (NameMatching.Comparer.Equals(name, "name") && value is JsonValue text && text.TryGetValue(out string? given))
                layer.Name = given;
            if (NameMatching.Comparer.Equals(name, "trainable") && value is JsonValue flag && flag.TryGetValue(out bool trainable))
                layer.Trainable = trainable;
        }

        return layer;
    }

    public override JsonObject ToKeras(Layer value)
    {
        JsonObject json = base.ToKeras(value);
        if (value.InputShape is { } shape && value.ParameterCount > 0)
            json["build_config"] = new JsonObject { ["input_shape"] = new JsonArray([null, .. shape.Select(size => KerasJson.ToNode(size))]) };
        return json;
    }
}
