using System.Text.Json.Nodes;

namespace Unroll.Saving;

/// <summary>The names of a model's classes as a member of a <c>.keras</c> archive; Keras passes over assets that no layer asks for.</summary>
internal static class SavedClasses
{
    public const string Member = "assets/unroll_classes.json";

    private const string Names = "class_names";

    public static JsonObject Write(IReadOnlyList<string> names) => new() { [Names] = new JsonArray([.. names.Select(name => JsonValue.Create(name))]) };

    /// <exception cref="InvalidDataException">They are missing, or one is no text.</exception>
    public static IReadOnlyList<string> Read(JsonObject json, string place) => json[Names] is JsonArray names
        ? [.. names.Select((name, i) => name is JsonValue value && value.TryGetValue(out string? text)
            ? text
            : throw new InvalidDataException($"{place}: the name of class {i} is no text."))]
        : throw new InvalidDataException($"{place}: has no {Names}.");
}
