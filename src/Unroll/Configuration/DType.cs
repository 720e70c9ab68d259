using System.Text.Json.Nodes;

namespace Unroll.Configuration;

/// <summary>Keras' <c>dtype</c>, which is float32 here.</summary>
internal static class DType
{
    public const string Float32 = "float32";

    private const string Remedy =
        "Unroll computes in float32. In Keras, build the model under keras.config.set_dtype_policy(\"float32\"), hand the weights over by set_weights(model.get_weights()) and save that";

    /// <summary>Written as the policy that Keras makes of the name.</summary>
    public static Argument AsPolicy { get; } = Entry(Policy());

    /// <summary>Written as the plain name.</summary>
    public static Argument AsName { get; } = Entry(JsonValue.Create(Float32));

    /// <summary>The dtype of an embedding: Keras 2.0 wrote that of its ids.</summary>
    public static Argument OfEmbedding { get; } = Entry(Policy(), alsoAccepted: "int32");

    public static JsonObject Policy() => new()
    {
        ["module"] = "keras",
        ["class_name"] = "DTypePolicy",
        ["config"] = new JsonObject { ["name"] = Float32 },
        ["registered_name"] = null,
    };

    private static KerasEntry Entry(JsonNode written, string? alsoAccepted = null) => new("dtype", written, node => IsAccepted(node, alsoAccepted))
    {
        Remedy = _ => Remedy,
    };

    /// <summary>A plain name, or the policy that Keras makes of it.</summary>
    private static bool IsAccepted(JsonNode? node, string? alsoAccepted) => node switch
    {
        null => true,
        JsonObject policy => policy["config"] is JsonObject config && IsAccepted(config["name"], alsoAccepted),
        JsonValue value => value.TryGetValue(out string? name) && (name == Float32 || name == alsoAccepted),
        _ => false,
    };
}
