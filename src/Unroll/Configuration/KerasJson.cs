using System.Globalization;
using System.Text.Json.Nodes;
using Unroll.Activations;
using Unroll.Constraints;
using Unroll.Initializers;
using Unroll.Layers;
using Unroll.Regularizers;
using Unroll.Schedules;

namespace Unroll.Configuration;

/// <summary>Values as Keras' configuration files hold them.</summary>
internal static class KerasJson
{
    private static readonly string[] Modules = ["keras", "tf_keras", "tensorflow", "builtins"];

    /// <summary>The value as JSON; objects of registered kinds become Keras' serialised objects.</summary>
    public static JsonNode? ToNode(object? value) => value switch
    {
        null => null,
        bool flag => JsonValue.Create(flag),
        int number => JsonValue.Create(number),
        long number => JsonValue.Create(number),
        double number => Real(number),
        string text => JsonValue.Create(text),
        Activation activation => JsonValue.Create(activation.Name),
        Initializer initializer => Registry.Initializers.ToKeras(initializer),
        Regularizer regularizer => Registry.Regularizers.ToKeras(regularizer),
        Constraint constraint => Registry.Constraints.ToKeras(constraint),
        LearningRateSchedule schedule => Registry.Schedules.ToKeras(schedule),
        Layer layer => Registry.Layers.ToKeras(layer),
        JsonNode node => node,
        IReadOnlyList<long> numbers => new JsonArray([.. numbers.Select(number => ToNode(number))]),
        IReadOnlyList<double> numbers => new JsonArray([.. numbers.Select(number => ToNode(number))]),
        _ => throw new NotSupportedException($"A value of type {value.GetType().Name} has no form in Keras' files."),
    };

    /// <summary>
    /// What a serialised object or a plain name says. <c>{ "module", "class_name", "config", … }</c> as in Keras 3, or
    /// <c>{ "class_name", "config" }</c> as in Keras 2.
    /// </summary>
    /// <exception cref="FormatException">It is neither, or a class of somebody's own.</exception>
    public static ObjectConfig ToConfig(JsonNode? node) => ObjectConfig.FromNode(node) with { ToleratesUnknown = true };

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

    // Keras refuses a learning rate that is an integer: 1 must be written 1.0.
    private static JsonNode Real(double value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        return JsonNode.Parse(text.AsSpan().ContainsAny('.', 'E') ? text : text + ".0")!;
    }
}
