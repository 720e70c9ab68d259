using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Unroll.Configuration;

/// <summary>
/// Recursive descent over the written form of <see cref="ObjectConfig"/>:
/// <code>
/// list  := call { "," call } [ "," ]
/// call  := word [ "(" [ argument { "," argument } [ "," ] ] ")" ]
/// argument := [ word "=" ] value
/// value := number | string | "true" | "false" | "none" | word | call with parentheses | "[" [ value { "," value } ] "]"
/// </code>
/// </summary>
internal sealed class ConfigParser(string text)
{
    private const int MaxDepth = 32;

    private int _position;

    public ObjectConfig ParseSingle()
    {
        ObjectConfig config = ReadCall(depth: 0);
        SkipBlanks();
        if (_position < text.Length)
            throw Error(Peek() == ',' ? "Expected one object, found a list" : $"Unexpected {Here()}");
        return config;
    }

    public IReadOnlyList<ObjectConfig> ParseList()
    {
        var configs = new List<ObjectConfig>();
        do
        {
            configs.Add(ReadCall(depth: 0));
            SkipBlanks();
            if (_position < text.Length && !TryTake(','))
                throw Error($"Expected ',' or the end, found {Here()}");
            SkipBlanks();
        } while (_position < text.Length);
        return configs;
    }

    private ObjectConfig ReadCall(int depth)
    {
        SkipBlanks();
        string name = ReadWord() ?? throw Error($"Expected a name, found {Here()}");
        return TryTake('(') ? ReadArguments(name, depth) : new ObjectConfig(name);
    }

    /// <summary>Reads the arguments of <paramref name="type"/>; its opening parenthesis has been taken.</summary>
    private ObjectConfig ReadArguments(string type, int depth)
    {
        if (depth >= MaxDepth) throw Error($"Nested deeper than {MaxDepth} levels");
        int open = _position - 1;
        var positional = new List<JsonNode?>();
        var named = new Dictionary<string, JsonNode?>(NameMatching.Comparer);
        while (!TryTake(')'))
        {
            RequireOpenEnded(open, '(');
            int start = _position;
            if (ReadWord() is { } name && TryTake('='))
            {
                if (named.ContainsKey(name)) throw Error($"Argument '{name}' is given twice", start);
                named.Add(name, ReadValue(depth + 1));
            }
            else
            {
                _position = start;
                if (named.Count > 0) throw Error("An argument without a name can't follow one with a name");
                positional.Add(ReadValue(depth + 1));
            }

            RequireOpenEnded(open, '(');
            if (!TryTake(',') && Peek() != ')') throw Error($"Expected ',' or ')', found {Here()}");
        }

        return new ObjectConfig(type, positional, named);
    }

    private JsonNode? ReadValue(int depth)
    {
        SkipBlanks();
        char first = Peek();
        if (first is '"' or '\'') return JsonValue.Create(ReadQuoted());
        if (first == '[') return ReadList(depth);
        if (char.IsAsciiDigit(first) || first is '+' or '-' or '.') return ReadNumber();

        string word = ReadWord() ?? throw Error($"Expected a value, found {Here()}");
        if (TryTake('(')) return ConfigWriter.ToJson(ReadArguments(word, depth));
        return word.ToLowerInvariant() switch
        {
            "true" => JsonValue.Create(true),
            "false" => JsonValue.Create(false),
            "none" or "null" => null,
            _ => JsonValue.Create(word),
        };
    }

    private JsonArray ReadList(int depth)
    {
        if (depth >= MaxDepth) throw Error($"Nested deeper than {MaxDepth} levels");
        int open = _position++;
        var items = new JsonArray();
        while (!TryTake(']'))
        {
            RequireOpenEnded(open, '[');
            items.Add(ReadValue(depth + 1));
            RequireOpenEnded(open, '[');
            if (!TryTake(',') && Peek() != ']') throw Error($"Expected ',' or ']', found {Here()}");
        }

        return items;
    }

    private JsonValue ReadNumber()
    {
        int start = _position;
        while (_position < text.Length && IsNumberPart(text[_position], text[_position - 1 < start ? start : _position - 1], _position == start))
            _position++;
        ReadOnlySpan<char> digits = text.AsSpan(start, _position - start);
        if (long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole))
            return JsonValue.Create(whole);
        if (double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out double real) && double.IsFinite(real))
            return JsonValue.Create(real);
        throw Error($"'{digits}' is not a number", start);
    }

    private static bool IsNumberPart(char c, char previous, bool isFirst) =>
        char.IsAsciiLetterOrDigit(c) || c is '.' or '_' || (c is '+' or '-' && (isFirst || previous is 'e' or 'E'));

    private string ReadQuoted()
    {
        int start = _position;
        char quote = text[_position++];
        var content = new StringBuilder();
        while (_position < text.Length)
        {
            char c = text[_position++];
            if (c == quote) return content.ToString();
            if (c == '\\' && _position < text.Length) c = text[_position++];
            content.Append(c);
        }

        throw Error("This string is not closed", start);
    }

    private string? ReadWord()
    {
        int start = _position;
        if (!char.IsLetter(Peek()) && Peek() != '_') return null;
        while (_position < text.Length && IsWordPart(text[_position])) _position++;
        return text[start.._position];
    }

    internal static bool IsWordPart(char c) => char.IsLetterOrDigit(c) || c is '_' or '-' or '.';

    private bool TryTake(char expected)
    {
        SkipBlanks();
        if (Peek() != expected) return false;
        _position++;
        SkipBlanks();
        return true;
    }

    private void RequireOpenEnded(int open, char bracket)
    {
        SkipBlanks();
        if (_position >= text.Length) throw Error($"This '{bracket}' is not closed", open);
    }

    private void SkipBlanks()
    {
        while (_position < text.Length && char.IsWhiteSpace(text[_position])) _position++;
    }

    private char Peek() => _position < text.Length ? text[_position] : '\0';

    private string Here() => _position < text.Length ? $"'{text[_position]}'" : "the end";

    private FormatException Error(string problem) => Error(problem, _position);

    /// <summary>The message shows the neighbourhood of the position with a caret under it; positions count from 1.</summary>
    private FormatException Error(string problem, int position)
    {
        const int Reach = 36;
        int from = Math.Max(0, position - Reach), to = Math.Min(text.Length, position + Reach);
        string before = from > 0 ? "…" : "", after = to < text.Length ? "…" : "";
        string excerpt = string.Concat(text[from..to].Select(c => char.IsControl(c) ? ' ' : c));
        string caret = new string(' ', before.Length + position - from) + '^';
        return new FormatException($"{problem} at position {position + 1}:\n  {before}{excerpt}{after}\n  {caret}");
    }
}
