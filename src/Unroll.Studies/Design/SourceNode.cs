using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Unroll.Configuration;

namespace Unroll.Studies;

/// <summary>
/// A JSON value that knows where it stands in its file. <see cref="JsonDocument"/> forgets positions, and an error
/// in a study file should name the line. Immutable: changes make a new tree that shares what stayed the same.
/// </summary>
internal sealed record SourceNode(JsonValueKind Kind, string Text, int Line, int Column)
{
    /// <summary>Members of an object, in order.</summary>
    public IReadOnlyList<(string Name, SourceNode Value)> Members { get; init; } = [];

    /// <summary>Elements of an array.</summary>
    public IReadOnlyList<SourceNode> Items { get; init; } = [];

    /// <summary>Where the name of a member stands, parallel to <see cref="Members"/>.</summary>
    public IReadOnlyList<(int Line, int Column)> NamePositions { get; init; } = [];

    /// <summary>The member of that name, or null.</summary>
    public SourceNode? this[string name]
    {
        get
        {
            foreach ((string candidate, SourceNode value) in Members)
                if (candidate == name) return value;
            return null;
        }
    }

    /// <summary>A copy in which one member is replaced or appended.</summary>
    public SourceNode With(string name, SourceNode value)
    {
        var members = Members.ToList();
        var positions = NamePositions.ToList();
        int index = members.FindIndex(member => member.Name == name);
        if (index >= 0)
        {
            members[index] = (name, value);
        }
        else
        {
            members.Add((name, value));
            positions.Add((value.Line, value.Column));
        }

        return this with { Members = members, NamePositions = positions };
    }

    /// <summary>A copy in which one element is replaced.</summary>
    public SourceNode With(int index, SourceNode value)
    {
        var items = Items.ToArray();
        items[index] = value;
        return this with { Items = items };
    }

    /// <summary>The value as a node of System.Text.Json.</summary>
    public JsonNode? ToJsonNode()
    {
        switch (Kind)
        {
            case JsonValueKind.Object:
                var result = new JsonObject();
                foreach ((string name, SourceNode value) in Members) result[name] = value.ToJsonNode();
                return result;
            case JsonValueKind.Array:
                var array = new JsonArray();
                foreach (SourceNode item in Items) array.Add(item.ToJsonNode());
                return array;
            case JsonValueKind.String:
                return JsonValue.Create(Text);
            default:
                return JsonNode.Parse(Text);
        }
    }

    /// <summary>A tree for a value that no file holds; every part of it stands at the given position.</summary>
    public static SourceNode From(JsonNode? node, int line, int column)
    {
        switch (node)
        {
            case JsonObject members:
                return new SourceNode(JsonValueKind.Object, "", line, column)
                {
                    Members = [.. members.Select(member => (member.Key, From(member.Value, line, column)))],
                    NamePositions = [.. members.Select(_ => (line, column))],
                };
            case JsonArray items:
                return new SourceNode(JsonValueKind.Array, "", line, column)
                {
                    Items = [.. items.Select(item => From(item, line, column))],
                };
            case null:
                return new SourceNode(JsonValueKind.Null, "null", line, column);
            default:
                JsonValueKind kind = node.GetValueKind();
                string text = kind == JsonValueKind.String ? node.GetValue<string>() : node.ToJsonString();
                return new SourceNode(kind, text, line, column);
        }
    }

    /// <summary>A string, as if it stood at this node's place.</summary>
    public SourceNode StringHere(string text) => new(JsonValueKind.String, text, Line, Column);

    /// <summary>Reads JSON with comments and trailing commas.</summary>
    /// <exception cref="InvalidDataException">The text is not JSON, or an object has a member twice.</exception>
    public static SourceNode Parse(string json, string fileName)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(json);
        var positions = new PositionFinder(utf8);
        var options = new JsonReaderOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = 64 };
        var reader = new Utf8JsonReader(utf8, options);
        try
        {
            if (!reader.Read()) throw new InvalidDataException($"{fileName}: the file is empty; a study is a JSON object.");
            SourceNode root = Read(ref reader, positions, fileName);
            while (reader.Read())
            {
                // Utf8JsonReader itself refuses a second value after the first.
            }

            return root;
        }
        catch (InvalidOperationException error) // an escape such as \ud800, half of a character
        {
            (int line, int column) = positions.Find((int)reader.TokenStartIndex);
            throw new InvalidDataException($"{fileName}({line},{column}): the text holds an escape that is no character: {error.Message}", error);
        }
        catch (JsonException error)
        {
            string cause = error.Message;
            int tail = cause.IndexOf(" LineNumber:", StringComparison.Ordinal);
            if (tail > 0) cause = cause[..tail];
            throw new InvalidDataException(
                $"{fileName}({error.LineNumber + 1},{error.BytePositionInLine + 1}): not valid JSON: {cause}", error);
        }
    }

    private static SourceNode Read(ref Utf8JsonReader reader, PositionFinder positions, string fileName)
    {
        (int line, int column) = positions.Find((int)reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var members = new List<(string, SourceNode)>();
                var names = new List<(int, int)>();
                var seen = new HashSet<string>(StringComparer.Ordinal);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    (int Line, int Column) at = positions.Find((int)reader.TokenStartIndex);
                    string name = Printable.Of(reader.GetString()!);
                    if (!seen.Add(name))
                        throw new InvalidDataException($"{fileName}({at.Line},{at.Column}): the member '{name}' stands here for the second time; remove one.");
                    reader.Read();
                    names.Add(at);
                    members.Add((name, Read(ref reader, positions, fileName)));
                }

                return new SourceNode(JsonValueKind.Object, "", line, column) { Members = members, NamePositions = names };
            case JsonTokenType.StartArray:
                var items = new List<SourceNode>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) items.Add(Read(ref reader, positions, fileName));
                return new SourceNode(JsonValueKind.Array, "", line, column) { Items = items };
            case JsonTokenType.String:
                return new SourceNode(JsonValueKind.String, Printable.Of(reader.GetString()!), line, column);
            case JsonTokenType.Number:
                return new SourceNode(JsonValueKind.Number, Encoding.UTF8.GetString(reader.ValueSpan), line, column);
            case JsonTokenType.True:
                return new SourceNode(JsonValueKind.True, "true", line, column);
            case JsonTokenType.False:
                return new SourceNode(JsonValueKind.False, "false", line, column);
            default:
                return new SourceNode(JsonValueKind.Null, "null", line, column);
        }
    }

    private sealed class PositionFinder
    {
        private readonly byte[] _text;
        private readonly List<int> _lineStarts = [0];

        public PositionFinder(byte[] text)
        {
            _text = text;
            for (int i = 0; i < text.Length; i++)
                if (text[i] == (byte)'\n') _lineStarts.Add(i + 1);
        }

        public (int Line, int Column) Find(int offset)
        {
            int index = _lineStarts.BinarySearch(offset);
            if (index < 0) index = ~index - 1;
            int start = _lineStarts[index];
            return (index + 1, Encoding.UTF8.GetCharCount(_text, start, offset - start) + 1);
        }
    }
}
