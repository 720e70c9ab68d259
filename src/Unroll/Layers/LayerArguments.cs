using System.Text.Json.Nodes;
using Unroll.Configuration;

namespace Unroll.Layers;

/// <summary>Checks that name layer, argument, value and what would be right, and the entries that all configurations have.</summary>
internal static class LayerArguments
{
    /// <summary>The only type of numbers that there is.</summary>
    public const string Float32 = "float32";

    /// <summary>What Keras writes first for every layer.</summary>
    public static IReadOnlyList<ConfigArgument<T>> Common<T>() where T : Layer =>
    [
        ConfigArgument<T>.Keyword("name", layer => layer.Name),
        ConfigArgument<T>.Keyword("trainable", layer => layer.Trainable),
        ConfigArgument<T>.Fixed("dtype", _ => Policy(), IsFloat32),
    ];

    /// <summary>Entries of Keras that must be null here.</summary>
    public static IEnumerable<ConfigArgument<T>> Null<T>(params IEnumerable<string> names) =>
        names.Select(name => ConfigArgument<T>.Fixed(name, null));

    /// <summary>A plain name, or the policy that Keras makes of it.</summary>
    public static bool IsFloat32(JsonNode? node) => node switch
    {
        null => true,
        JsonObject policy => policy["config"] is JsonObject config && IsFloat32(config["name"]),
        JsonValue value => value.TryGetValue(out string? name) && name == Float32,
        _ => false,
    };

    public static JsonObject Policy() => new()
    {
        ["module"] = "keras",
        ["class_name"] = "DTypePolicy",
        ["config"] = new JsonObject { ["name"] = Float32 },
        ["registered_name"] = null,
    };

    public static void RequirePositive(string layer, string argument, int value)
    {
        if (value <= 0)
            throw new ArgumentOutOfRangeException(argument, value, $"{layer}: argument '{argument}' is {value}; it must be 1 or more.");
    }

    /// <summary>A size above 2^20 is a slip of the pen: one recurrent kernel alone would take terabytes.</summary>
    public static void RequireSize(string layer, string argument, int value)
    {
        const int Largest = 1 << 20;
        RequirePositive(layer, argument, value);
        if (value > Largest)
            throw new ArgumentOutOfRangeException(argument, value, $"{layer}: argument '{argument}' is {value:N0}; it must be at most {Largest:N0}.");
    }

    public static void RequireRate(string layer, string argument, double value)
    {
        if (value is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(argument, value, $"{layer}: argument '{argument}' is {value}; it must be between 0 and 1.");
    }
}
