using System.Text.Json.Nodes;
using Unroll.Configuration;

namespace Unroll.Activations;

internal sealed class ActivationCatalog : Catalog<Activation>
{
    private ActivationCatalog() : base("Activation", "keras.activations", [.. Activation.Fused.Select(activation => new FusedRegistration(activation))])
    {
    }

    public static ActivationCatalog Instance { get; } = new();

    /// <summary>In Keras, no activation is the linear one.</summary>
    internal override Activation None => Activation.Linear;

    /// <summary>The activation as it is written in a text.</summary>
    public static string Describe(Activation activation) =>
        Instance.Entries.Any(entry => entry.IsClassOf(activation)) && Instance.ToKeras(activation)["config"] is JsonObject { Count: > 0 } config
            ? new ObjectConfig(activation.Name, [], config.ToDictionary(entry => entry.Key, entry => entry.Value)).ToString()
            : activation.Name;

    /// <summary>Keras writes a function's name; one with arguments is an object.</summary>
    internal override JsonNode ToNode(Activation value)
    {
        JsonObject json = ToKeras(value);
        return json["config"] is JsonObject { Count: 0 } ? JsonValue.Create((string)json["class_name"]!) : json;
    }
}
