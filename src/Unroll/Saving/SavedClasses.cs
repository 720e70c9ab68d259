using System.Text.Json.Nodes;

namespace Unroll.Saving;

/// <summary>The names of a model's classes as a member of a <c>.keras</c> archive; Keras passes over assets that no layer asks for.</summary>
internal static class SavedClasses
{
    public const string Member = "assets/unroll_classes.json";

    private const string Names = "class_names", Separator = "label_separator";

    public static JsonObject Write(IReadOnlyList<string> names, char? separator)
    {
        var json = new JsonObject { [Names] = new JsonArray([.. names.Select(name => JsonValue.Create(name))]) };
        if (separator is { } sign) json[Separator] = sign.ToString();
        return json;
    }

    /// <summary>What stands between two labels of a sample; null: a sample has one.</summary>
    /// <exception cref="InvalidDataException">It is no single sign.</exception>
    public static char? ReadSeparator(JsonObject json, string place) => json[Separator] is null ? null
        : json.Text(Separator) is { Length: 1 } sign ? sign[0]
        : throw new InvalidDataException($"{place}: {Separator} is {json[Separator]!.ToJsonString()}; it should be one sign.");

    /// <exception cref="InvalidDataException">They are missing, or one is no text.</exception>
    public static IReadOnlyList<string> Read(JsonObject json, string place) => json[Names] is JsonArray names
        ? [.. names.Select((name, i) => name is JsonValue value && value.TryGetValue(out string? text)
            ? text
            : throw new InvalidDataException($"{place}: the name of class {i} is no text."))]
        : throw new InvalidDataException($"{place}: has no {Names}.");
}
