using System.Text;
using System.Text.Json;
using Unroll.Formats.Csv;

namespace Unroll.Text;

/// <summary>
/// Reads texts from JSON Lines: an object on each line, such as <c>{"review": "A great film", "sentiment": "positive"}</c>.
/// <code>LabeledTexts reviews = TextJsonLines.Read("reviews.jsonl", text: "review", label: "sentiment");</code>
/// </summary>
public static class TextJsonLines
{
    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    /// <summary>Reads a member with the text and one with the label of each object. Lines that are blank are passed over.</summary>
    /// <param name="path">The file.</param>
    /// <param name="text">Name of the member with the text.</param>
    /// <param name="label">Name of the member with the label: a text, a number, true or false; with <paramref name="labelSeparator"/> also a list of them.</param>
    /// <param name="encoding">How letters are written; null for UTF-8, with or without a byte order mark.</param>
    /// <param name="labelSeparator">What the labels of a list are joined by; null: a list is an error.</param>
    /// <exception cref="ArgumentException">A line has no such member; the message lists those it has.</exception>
    /// <exception cref="InvalidDataException">A line is no JSON object, a member is no single value, or a byte is not UTF-8; the message names the line.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static LabeledTexts Read(string path, string text, string label, Encoding? encoding = null, char? labelSeparator = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(label);
        List<(int Line, string[] Values)> rows = Rows(path, [text, label], encoding, labelSeparator);
        return new LabeledTexts([.. rows.Select(row => row.Values[0])], [.. rows.Select(row => row.Values[1])], [.. rows.Select(row => row.Line)]);
    }

    private static List<(int Line, string[] Values)> Rows(string path, string[] names, Encoding? encoding, char? labelSeparator)
    {
        var rows = new List<(int, string[])>();
        using var reader = new StringReader(TextBytes.Read(path, encoding));
        for (int number = 1; reader.ReadLine() is { } line; number++)
        {
            if (string.IsNullOrWhiteSpace(line)) continue;
            try
            {
                using JsonDocument document = JsonDocument.Parse(line, s_options);
                if (document.RootElement.ValueKind != JsonValueKind.Object) throw new InvalidDataException($"{path}, line {number}: holds no JSON object, but {Kind(document.RootElement)}.");
                rows.Add((number, [.. names.Select((name, place) => Value(path, number, document.RootElement, name, place == 0 ? null : labelSeparator))]));
            }
            catch (JsonException e)
            {
                throw new InvalidDataException($"{path}, line {number}: not readable as JSON: {e.Message}", e);
            }
        }

        return rows.Count > 0 ? rows : throw new InvalidDataException($"{path}: is empty.");
    }

    private static string Value(string path, int line, JsonElement row, string name, char? labelSeparator)
    {
        if (!row.TryGetProperty(name, out JsonElement value))
            throw new ArgumentException($"{path}, line {line}: has no member '{name}'. Its members are: {string.Join(", ", row.EnumerateObject().Select(member => member.Name))}.");
        if (value.ValueKind == JsonValueKind.Array && labelSeparator is { } sign) return string.Join(sign, value.EnumerateArray().Select(one => Label(path, line, one, name, sign)));
        return Single(value) ?? throw new InvalidDataException($"{path}, line {line}: '{name}' must be a text or another single value, but is {Kind(value)}.");
    }

    private static string Label(string path, int line, JsonElement value, string name, char separator)
    {
        string label = Single(value) ?? throw new InvalidDataException($"{path}, line {line}: '{name}' holds {Kind(value)}; a label must be a text or another single value.");
        return label.Contains(separator, StringComparison.Ordinal)
            ? throw new InvalidDataException($"{path}, line {line}: the label '{label}' holds the sign that stands between two labels, '{separator}'; choose another one.")
            : label;
    }

    private static string? Single(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        JsonValueKind.Null => "",
        _ => null,
    };

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => "a list; if a text has several labels, say what stands between two of them in other files (LabelSeparator, --label-separator)",
        JsonValueKind.Object => "an object",
        JsonValueKind.Null => "null",
        JsonValueKind.String => "a text",
        _ => value.GetRawText(),
    };
}
