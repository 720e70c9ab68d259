using System.Text.Json.Nodes;
using Unroll.Text;

namespace Unroll.Saving;

/// <summary>A text pipeline as a member of a <c>.keras</c> archive; Keras passes over assets that no layer asks for.</summary>
internal static class SavedText
{
    public const string Member = "assets/unroll_text.json";

    /// <summary>Words are sorted by their id, so that the same pipeline gives the same bytes.</summary>
    /// <exception cref="InvalidOperationException">A step of the cleaning or the tokenizer's analyzer is a function that no file can hold.</exception>
    public static JsonObject Write(TextPipeline text)
    {
        var json = new JsonObject
        {
            ["max_len"] = text.MaxLen,
            ["padding"] = Word(text.Padding),
            ["truncating"] = Word(text.Truncating),
        };
        if (text.Cleaning is { } cleaning) json["cleaning"] = JsonNode.Parse(cleaning.ToJson());
        if (text.Tokenizer is { } tokenizer)
        {
            json["tokenizer"] = JsonNode.Parse(tokenizer.ToJson());
            return json;
        }

        json["start_id"] = text.StartId;
        json["oov_id"] = text.OovId;
        json["words"] = new JsonObject(text.Words
            .OrderBy(word => word.Value).ThenBy(word => word.Key, StringComparer.Ordinal)
            .Select(word => KeyValuePair.Create<string, JsonNode?>(word.Key, JsonValue.Create(word.Value))));
        return json;
    }

    /// <exception cref="InvalidDataException">Something is missing or of the wrong type.</exception>
    public static TextPipeline Read(JsonObject json, string place)
    {
        int maxLen = json.WholeNumber("max_len") ?? throw new InvalidDataException($"{place}: has no max_len.");
        if (maxLen > TextPipeline.MostIds) throw new InvalidDataException($"{place}: max_len is {maxLen:N0}; a file can ask for {TextPipeline.MostIds:N0} at most.");
        TextCleaning? cleaning = json["cleaning"] is { } steps ? TextCleaning.FromJson(steps.ToJsonString(), $"{place}: cleaning") : null;
        if (json["tokenizer"] is { } tokenizer)
            return new TextPipeline(Tokenizer.FromJson(tokenizer.ToJsonString(), $"{place}: tokenizer"), maxLen, Side("padding"), Side("truncating")) { Cleaning = cleaning };
        if (json["words"] is not JsonObject words) throw new InvalidDataException($"{place}: has no words.");
        var ids = words.Select(word => KeyValuePair.Create(
            word.Key, words.WholeNumber(word.Key) ?? throw new InvalidDataException($"{place}: the id of '{word.Key}' is no whole number.")));
        return new TextPipeline(
            ids, maxLen, json.WholeNumber("start_id"), json.WholeNumber("oov_id"), Side("padding"), Side("truncating"))
        {
            Cleaning = cleaning,
        };

        Padding Side(string name) => json.Text(name) switch
        {
            "pre" => Padding.Pre,
            "post" => Padding.Post,
            var other => throw new InvalidDataException($"{place}: {name} is '{other}'; it must be pre or post."),
        };
    }

    private static string Word(Padding side) => side == Padding.Pre ? "pre" : "post";
}
