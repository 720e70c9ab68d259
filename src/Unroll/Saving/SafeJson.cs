using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Unroll.Formats;

namespace Unroll.Saving;

/// <summary>JSON from files: bounded in depth, without names that come twice.</summary>
internal static class SafeJson
{
    private const int MaxDepth = 64; // Keras' configurations nest below 20
    private const int TokenBytes = 100; // of memory for a value or a name, and what is made of it

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <summary>An object.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="place">File and member, for messages.</param>
    /// <param name="budget">What the file may take.</param>
    /// <exception cref="InvalidDataException">It is no JSON object, nests too deep, or would take too much memory.</exception>
    public static JsonObject ParseObject(ReadOnlySpan<byte> utf8, string place, ReadBudget budget)
    {
        try
        {
            // What is inside of texts counts, too: they may hold JSON of their own.
            budget.Take((long)TokenBytes * (utf8.Count((byte)',') + utf8.Count((byte)':')) + 4L * utf8.Length, $"the JSON of {place}");
            if (utf8.StartsWith("\uFEFF"u8)) utf8 = utf8[3..];
            if (!Utf8.IsValid(utf8)) throw new InvalidDataException($"{place}: is not UTF-8.");
            return JsonNode.Parse(utf8, documentOptions: Options) as JsonObject
                ?? throw new InvalidDataException($"{place}: holds no JSON object.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{place}: not readable as JSON: {e.Message}", e);
        }
    }

    /// <summary>The text of a member, or null if it is absent or no text.</summary>
    public static string? Text(this JsonObject json, string name) =>
        json[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    /// <summary>The whole number of a member, or null if it is absent or no such number.</summary>
    public static int? WholeNumber(this JsonObject json, string name) =>
        json[name] is JsonValue value && value.TryGetValue(out int number) ? number : null;
}
