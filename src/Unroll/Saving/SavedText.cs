using System.Text.Json.Nodes;
using Unroll.Text;

namespace Unroll.Saving;

/// <summary>A text pipeline as a member of a <c>.keras</c> archive; Keras passes over assets that no layer asks for.</summary>
internal static class SavedText
{
    public const string Member = "assets/unroll_text.json";

    /// <summary>Words are sorted by their id, so that the same pipeline gives the same bytes.</summary>
    public static JsonObject Write(TextPipeline text) => new()
    {
        ["max_len"] = text.MaxLen,
        ["padding"] = Word(text.Padding),
        ["truncating"] = Word(text.Truncating),
        ["start_id"] = text.StartId,
        ["oov_id"] = text.OovId,
        ["words"] = new JsonObject(text.Words
            .OrderBy(word => word.Value).ThenBy(word => word.Key, StringComparer.Ordinal)
            .Select(word => KeyValuePair.Create<string, JsonNode?>(word.Key, JsonValue.Create(word.Value)))),
    };

    /// <exception cref="InvalidDataException">Something is missing or of the wrong type.</exception>
    public static TextPipeline Read(JsonObject json, string place)
    {
        if (json["words"] is not JsonObject words) throw new InvalidDataException($"{place}: has no words.");
        var ids = words.Select(word => KeyValuePair.Create(
            word.Key, words.WholeNumber(word.Key) ?? throw new InvalidDataException($"{place}: the id of '{word.Key}' is no whole number.")));
        return new TextPipeline(
            ids, json.WholeNumber("max_len") ?? throw new InvalidDataException($"{place}: has no max_len."), json.WholeNumber("start_id"),
            json.WholeNumber("oov_id"), Side("padding"), Side("truncating"));

        Padding Side(string name) => json.Text(name) switch
        {
            "pre" => Padding.Pre,
            "post" => Padding.Post,
            var other => throw new InvalidDataException($"{place}: {name} is '{other}'; it must be pre or post."),
        };
    }

    private static string Word(Padding side) => side == Padding.Pre ? "pre" : "post";
}
