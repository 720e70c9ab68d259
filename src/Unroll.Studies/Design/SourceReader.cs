using System.Globalization;
using System.Text.Json;
using Unroll.Configuration;

namespace Unroll.Studies;

/// <summary>
/// Reads the members of one object and refuses those that nobody asked for. Every error names the file, the line,
/// the member, the value and what would be right.
/// </summary>
internal sealed class SourceReader
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly string _file;
    private readonly SourceNode _node;
    private readonly string _path;

    public SourceReader(SourceNode node, string path, string file)
    {
        (_node, _path, _file) = (node, path, file);
        if (node.Kind != JsonValueKind.Object)
            throw Error(file, node, path.Length == 0 ? "a study" : path, $"expected an object {{ … }}, found {Describe(node)}.");
    }

    public static InvalidDataException Error(string file, SourceNode node, string path, string message) =>
        new($"{file}({node.Line},{node.Column}): {path}: {message}");

    public InvalidDataException Error(string member, SourceNode node, string message) =>
        Error(_file, node, PathOf(member), message);

    public string PathOf(string member) => _path.Length == 0 ? member : $"{_path}.{member}";

    /// <summary>The member, or null when absent or JSON null.</summary>
    public SourceNode? Find(string name)
    {
        _known.Add(name);
        SourceNode? value = _node[name];
        return value is { Kind: JsonValueKind.Null } ? null : value;
    }

    public SourceNode Require(string name, string remedy)
    {
        if (Find(name) is { } value) return value;
        for (int i = 0; i < _node.Members.Count; i++) // a misspelt member is a better explanation than a missing one
            if (NameMatching.Nearest(_node.Members[i].Name, [name]) is not null && _node.Members[i].Value.Kind != JsonValueKind.Null)
                throw UnknownMember(i, [name]);
        throw Error(_file, _node, PathOf(name), $"missing; {remedy}");
    }

    public string? String(string name)
    {
        SourceNode? value = Find(name);
        if (value is null) return null;
        if (value.Kind != JsonValueKind.String) throw Error(name, value, $"expected text in quotes, found {Describe(value)}.");
        return value.Text;
    }

    public string String(string name, string fallback, params string[] allowed)
    {
        string? value = String(name);
        if (value is null) return fallback;
        if (allowed.Length > 0 && !allowed.Contains(value, StringComparer.Ordinal))
            throw Error(name, Find(name)!, $"'{value}' is not one of {string.Join(", ", allowed)}{Suggest(value, allowed)}");
        return value;
    }

    public int Integer(string name, int fallback, int minimum)
    {
        SourceNode? value = Find(name);
        if (value is null) return fallback;
        if (value.Kind != JsonValueKind.Number || !int.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int result))
            throw Error(name, value, $"expected a whole number of at least {minimum}, found {Describe(value)}.");
        if (result < minimum) throw Error(name, value, $"{result} is too small; it must be at least {minimum}.");
        return result;
    }

    public double? Number(string name)
    {
        SourceNode? value = Find(name);
        if (value is null) return null;
        if (value.Kind != JsonValueKind.Number) throw Error(name, value, $"expected a number, found {Describe(value)}.");
        return double.Parse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture);
    }

    public bool? Boolean(string name)
    {
        SourceNode? value = Find(name);
        return value?.Kind switch
        {
            null => null,
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Error(name, value, $"expected true or false, found {Describe(value)}."),
        };
    }

    public IReadOnlyList<SourceNode> Array(string name)
    {
        SourceNode? value = Find(name);
        if (value is null) return [];
        if (value.Kind != JsonValueKind.Array) throw Error(name, value, $"expected a list [ … ], found {Describe(value)}.");
        return value.Items;
    }

    public IReadOnlyList<string> Strings(string name)
    {
        IReadOnlyList<SourceNode> items = Array(name);
        var result = new string[items.Count];
        for (int i = 0; i < result.Length; i++)
        {
            if (items[i].Kind != JsonValueKind.String)
                throw Error($"{name}[{i}]", items[i], $"expected text in quotes, found {Describe(items[i])}.");
            result[i] = items[i].Text;
        }

        return result;
    }

    public SourceReader? Object(string name)
    {
        SourceNode? value = Find(name);
        return value is null ? null : new SourceReader(value, PathOf(name), _file);
    }

    /// <summary>All members of an object whose names are free, such as paths.</summary>
    public IReadOnlyList<(string Name, SourceNode Value)> Map(string name)
    {
        SourceNode? value = Find(name);
        if (value is null) return [];
        if (value.Kind != JsonValueKind.Object) throw Error(name, value, $"expected an object {{ … }}, found {Describe(value)}.");
        return value.Members;
    }

    /// <summary>Refuses the members that nobody asked for.</summary>
    public void Finish()
    {
        for (int i = 0; i < _node.Members.Count; i++)
        {
            if (!_known.Contains(_node.Members[i].Name)) throw UnknownMember(i, [.. _known.Order(StringComparer.Ordinal)]);
        }
    }

    private InvalidDataException UnknownMember(int index, string[] known)
    {
        string name = _node.Members[index].Name;
        (int line, int column) = _node.NamePositions[index];
        string where = _path.Length == 0 ? "the study" : _path;
        return new InvalidDataException($"{_file}({line},{column}): {where} has no member '{name}'{NameMatching.Suggestion(name, known)}");
    }

    public static string Describe(SourceNode node) => node.Kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => $"\"{node.Text}\"",
        _ => node.Text,
    };

    private static string Suggest(string value, string[] allowed) =>
        NameMatching.Nearest(value, allowed) is { } nearest ? $"; did you mean '{nearest}'?" : ".";
}
