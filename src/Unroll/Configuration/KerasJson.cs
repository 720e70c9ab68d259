using System.Globalization;
using System.Text.Json.Nodes;

namespace Unroll.Configuration;

/// <summary>Values as Keras' configuration files hold them.</summary>
internal static class KerasJson
{
    /// <summary>The module of classes that were registered by users; Keras has none of that name.</summary>
    public const string OwnModule = "unroll";

    /// <summary>The package under which a Python program can register a class of the same name, <c>register_keras_serializable("Unroll", …)</c>.</summary>
    public const string OwnPackage = "Unroll";

    private static readonly string[] Modules = ["keras", "tf_keras", "tensorflow", "builtins", OwnModule];

    /// <summary>
    /// What a serialised object or a plain name says. <c>{ "module", "class_name", "config", … }</c> as in Keras 3, or
    /// <c>{ "class_name", "config" }</c> as in Keras 2.
    /// </summary>
    /// <exception cref="FormatException">It is neither, or a class of somebody's own.</exception>
    public static ObjectConfig ToConfig(JsonNode? node) => ObjectConfig.FromNode(node) with { IsOfKeras = true };

    /// <summary>Reads an object that has a <c>class_name</c>.</summary>
    internal static ObjectConfig FromObject(JsonObject json)
    {
        string name = json["class_name"] is JsonValue value && value.TryGetValue(out string? text) && text.Length > 0
            ? text
            : throw new FormatException("\"class_name\" must be the name of a class.");
        name = name[(name.LastIndexOf('>') + 1)..]; // Keras 2 writes "Custom>Adam"
        if (json["module"] is JsonValue moduleValue && moduleValue.TryGetValue(out string? module)
            && !Modules.Any(known => module == known || module.StartsWith(known + ".", StringComparison.Ordinal)))
        {
            throw new FormatException($"'{name}' belongs to the module '{module}', which is not Keras' own; only Keras' own classes can be read.");
        }

        // Code in a file is never run, whatever it may be wrapped in.
        if (name.StartsWith("__", StringComparison.Ordinal)) throw new FormatException($"'{name}' holds code or data of Python and is not read.");
        if (name == "function") return ObjectConfig.FromNode(json["config"]);
        var named = new Dictionary<string, JsonNode?>();
        Add(json["config"], "config");
        Add(json["unroll_config"], "unroll_config");
        return new ObjectConfig(name, [], named);

        void Add(JsonNode? members, string key)
        {
            if (members is null) return;
            if (members is not JsonObject entries) throw new FormatException($"{name}: \"{key}\" must be an object.");
            foreach ((string member, JsonNode? entry) in entries) named[member] = entry;
        }
    }

    /// <summary>A number that is no integer to Keras, which refuses a learning rate of 1: it must be written 1.0.</summary>
    public static JsonNode Real(double value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        return JsonNode.Parse(text.AsSpan().ContainsAny('.', 'E') ? text : text + ".0")!;
    }
}
