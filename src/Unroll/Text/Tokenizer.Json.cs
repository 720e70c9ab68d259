using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Unroll.Text;

public sealed partial class Tokenizer
{
    /// <summary>
    /// Options, numbering and counts as Keras' <c>Tokenizer.to_json</c> writes them; Keras' <c>tokenizer_from_json</c> reads it.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is an <see cref="Analyzer"/>: a function can't be written.</exception>
    public string ToJson()
    {
        if (Analyzer is not null) throw new InvalidOperationException("A tokenizer with an analyzer of its own can't be written: JSON holds no functions.");
        var config = new StringBuilder();
        Field(config, "num_words", NumWords is { } limit ? limit.ToString(CultureInfo.InvariantCulture) : "null");
        Field(config, "filters", Quote(Filters));
        Field(config, "lower", Lower ? "true" : "false");
        Field(config, "split", Quote(Split));
        Field(config, "char_level", CharLevel ? "true" : "false");
        Field(config, "oov_token", OovToken is null ? "null" : Quote(OovToken));
        Field(config, "document_count", DocumentCount.ToString(CultureInfo.InvariantCulture));
        Field(config, "word_counts", Table(WordCounts));
        Field(config, "word_docs", Table(WordDocs));
        Field(config, "index_docs", Table(_indexDocs));
        Field(config, "index_word", Quote("{" + string.Join(", ", _indexWord.Select(entry => $"\"{entry.Key}\": {Quote(entry.Value)}")) + "}"));
        Field(config, "word_index", Table(_wordIndex));
        return $"{{\"class_name\": \"Tokenizer\", \"config\": {{{config}}}}}";
    }

    /// <summary>Reads what <see cref="ToJson"/> or Keras' <c>Tokenizer.to_json</c> wrote.</summary>
    /// <param name="json">The text.</param>
    /// <param name="source">What errors call it, such as the file's name.</param>
    /// <exception cref="InvalidDataException">The text is something else, or a part is missing or of the wrong type.</exception>
    public static Tokenizer FromJson(string json, string source = "tokenizer")
    {
        ArgumentNullException.ThrowIfNull(json);
        if (Parse(json, source)["config"] is not JsonObject config) throw new InvalidDataException($"{source}: has no object 'config', so it is not Keras' JSON of a Tokenizer.");
        int? limit = config["num_words"] is null ? null : Whole(config["num_words"], "num_words", source);
        if (limit < 0) throw new InvalidDataException($"{source}: num_words is {limit}; it must not be negative.");
        var tokenizer = new Tokenizer(limit)
        {
            Filters = config["filters"] is null ? "" : Text(config, "filters", source),
            Lower = Truth(config, "lower", source),
            Split = Text(config, "split", source),
            CharLevel = Truth(config, "char_level", source),
            OovToken = config["oov_token"] is null ? null : Text(config, "oov_token", source),
            DocumentCount = Whole(config["document_count"], "document_count", source),
        };
        JsonObject documents = Inner(config, "word_docs", source);
        foreach (var (word, count) in Inner(config, "word_counts", source))
        {
            tokenizer.AddTally(word, Whole(count, $"word_counts of '{word}'", source), documents[word] is { } seen ? Whole(seen, $"word_docs of '{word}'", source) : 0);
        }

        foreach (var (number, count) in Inner(config, "index_docs", source))
            tokenizer._indexDocs[Key(number, "index_docs", source)] = Whole(count, $"index_docs of {number}", source);
        foreach (var (number, word) in Inner(config, "index_word", source))
        {
            tokenizer._indexWord[Key(number, "index_word", source)] = word is JsonValue value && value.TryGetValue(out string? text) ? text
                : throw new InvalidDataException($"{source}: index_word of {number} is no text.");
        }

        foreach (var (word, number) in Inner(config, "word_index", source)) tokenizer._wordIndex[word] = Whole(number, $"word_index of '{word}'", source);
        if (tokenizer.OovIndex() is { } oov && !tokenizer._indexWord.ContainsKey(oov))
            throw new InvalidDataException($"{source}: word_index gives '{tokenizer.OovToken}' the number {oov}, which index_word lacks.");
        tokenizer.PublishCounts();
        return tokenizer;
    }

    private static void Field(StringBuilder config, string name, string json) =>
        config.Append(config.Length > 0 ? ", " : "").Append('"').Append(name).Append("\": ").Append(json);

    /// <summary>A dictionary as a text that holds JSON, as Keras nests it.</summary>
    private static string Table<T>(IEnumerable<KeyValuePair<T, int>> entries)
        where T : notnull =>
        Quote("{" + string.Join(", ", entries.Select(entry => string.Create(CultureInfo.InvariantCulture, $"{Quote(entry.Key.ToString()!)}: {entry.Value}"))) + "}");

    /// <summary>As Python's <c>json.dumps</c> writes a text: everything beyond ASCII is escaped.</summary>
    private static string Quote(string text)
    {
        var result = new StringBuilder(text.Length + 2).Append('"');
        foreach (char c in text)
        {
            result.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\b' => "\\b",
                '\f' => "\\f",
                < ' ' or > '\x7e' => $"\\u{(int)c:x4}",
                _ => c.ToString(),
            });
        }

        return result.Append('"').ToString();
    }

    private static JsonObject Parse(string json, string source)
    {
        try
        {
            // As in Python, the last of two equal names counts.
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new InvalidDataException($"{source}: is not a JSON object.");
            var result = new JsonObject();
            foreach (JsonProperty property in document.RootElement.EnumerateObject()) result[property.Name] = Node(property.Value);
            return result;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{source}: is not JSON, at line {e.LineNumber + 1}, byte {e.BytePositionInLine}: {e.Message}", e);
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidDataException($"{source}: holds text that is not Unicode: {e.Message}", e); // half a surrogate pair
        }
    }

    private static JsonNode? Node(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var inner = new JsonObject();
                foreach (JsonProperty property in value.EnumerateObject()) inner[property.Name] = Node(property.Value);
                return inner;
            case JsonValueKind.String: return JsonValue.Create(value.GetString());
            case JsonValueKind.Number: return JsonValue.Create(value.GetDouble());
            case JsonValueKind.True or JsonValueKind.False: return JsonValue.Create(value.GetBoolean());
            case JsonValueKind.Null: return null;
            default: return new JsonArray(); // nothing here is a list, so its content does not matter
        }
    }

    private static JsonObject Inner(JsonObject config, string name, string source) => Parse(Text(config, name, source), $"{source}: {name}");

    private static string Text(JsonObject config, string name, string source) =>
        config[name] is JsonValue value && value.TryGetValue(out string? text) ? text : throw new InvalidDataException($"{source}: {name} is missing or no text.");

    private static bool Truth(JsonObject config, string name, string source) =>
        config[name] is JsonValue value && value.TryGetValue(out bool truth) ? truth : throw new InvalidDataException($"{source}: {name} is missing or neither true nor false.");

    private static int Whole(JsonNode? node, string name, string source) =>
        node is JsonValue value && value.TryGetValue(out double number) && number == Math.Floor(number) && Math.Abs(number) <= int.MaxValue
            ? (int)number
            : throw new InvalidDataException($"{source}: {name} is missing or no whole number.");

    private static int Key(string text, string name, string source) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new InvalidDataException($"{source}: '{text}' in {name} is no whole number.");
}
