using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Unroll.Configuration;

/// <summary>
/// Hands out the arguments of an <see cref="ObjectConfig"/> with their types. Arguments without a name belong to the
/// parameters in the order given; an argument that is absent, or <c>none</c> where a default exists, takes its default.
/// Call <see cref="RejectUnknown"/> last.
/// </summary>
internal sealed partial class ArgumentReader
{
    private readonly string _typeName;
    private readonly string[] _parameters;
    private readonly bool _toleratesUnknown;
    private readonly Dictionary<string, JsonNode?> _values = new(NameMatching.Comparer);
    private readonly List<string> _unknown = [];

    /// <param name="config">What was written.</param>
    /// <param name="typeName">The type's proper name, used in messages.</param>
    /// <param name="parameters">Names of all parameters, in the order of arguments without a name.</param>
    /// <param name="positional">How many of them can be written without their name.</param>
    /// <exception cref="ArgumentException">Too many arguments, or one given twice.</exception>
    public ArgumentReader(ObjectConfig config, string typeName, IReadOnlyList<string> parameters, int positional)
    {
        _typeName = typeName;
        _parameters = [.. parameters];
        _toleratesUnknown = config.ToleratesUnknown;
        if (config.Positional.Count > positional)
        {
            throw new ArgumentException(
                $"{typeName}: {config.Positional.Count} arguments without a name, but it takes at most {positional}"
                + (positional == 0 ? "." : $": {string.Join(", ", _parameters.Take(positional))}."));
        }

        for (int i = 0; i < config.Positional.Count; i++) _values.Add(_parameters[i], config.Positional[i]);
        foreach ((string name, JsonNode? value) in config.Named)
        {
            if (NameMatching.Find(name, _parameters) is not { } parameter)
                _unknown.Add(name);
            else if (!_values.TryAdd(parameter, value))
                throw new ArgumentException($"{typeName}: argument '{parameter}' is given twice; write it once.");
        }
    }

    /// <summary>True if the argument was written, be it as <c>none</c>.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>The argument as it was written; null if absent or <c>none</c>.</summary>
    public JsonNode? Node(string name) => _values.GetValueOrDefault(name);

    /// <summary>A whole number that must be given.</summary>
    public int Int(string name) => OptionalInt(name) ?? throw Missing(name, "16");

    /// <summary>A whole number.</summary>
    public int Int(string name, int defaultValue) => OptionalInt(name) ?? defaultValue;

    /// <summary>A whole number, or null if absent or <c>none</c>.</summary>
    public int? OptionalInt(string name)
    {
        if (Node(name) is not { } node) return null;
        double value = Number(node) ?? throw Wrong(name, node, "a whole number");
        return value == Math.Floor(value) && value is >= int.MinValue and <= int.MaxValue
            ? (int)value
            : throw Wrong(name, node, "a whole number");
    }

    /// <summary>A number that must be given.</summary>
    public double Double(string name) => OptionalDouble(name) ?? throw Missing(name, "0.5");

    /// <summary>A number.</summary>
    public double Double(string name, double defaultValue) => OptionalDouble(name) ?? defaultValue;

    /// <summary>A number, or null if absent or <c>none</c>.</summary>
    public double? OptionalDouble(string name) =>
        Node(name) is not { } node ? null : Number(node) ?? throw Wrong(name, node, "a number");

    /// <summary>True or false.</summary>
    public bool Bool(string name, bool defaultValue)
    {
        if (Node(name) is not { } node) return defaultValue;
        return node is JsonValue value && value.TryGetValue(out bool flag) ? flag : throw Wrong(name, node, "true or false");
    }

    /// <summary>A text that must be given.</summary>
    public string String(string name) => OptionalString(name) ?? throw Missing(name, "name");

    /// <summary>A text.</summary>
    public string String(string name, string defaultValue) => OptionalString(name) ?? defaultValue;

    /// <summary>A text, or null if absent or <c>none</c>.</summary>
    public string? OptionalString(string name)
    {
        if (Node(name) is not { } node) return null;
        return node is JsonValue value && value.TryGetValue(out string? text) ? text : throw Wrong(name, node, "a name");
    }

    /// <summary>A name or a nested call, or null if absent or <c>none</c>.</summary>
    public ObjectConfig? Object(string name)
    {
        if (Node(name) is not { } node) return null;
        try
        {
            return Nested(node);
        }
        catch (FormatException)
        {
            throw Wrong(name, node, "a name, with arguments in parentheses if need be");
        }
    }

    /// <summary>A name or a nested call.</summary>
    public ObjectConfig Object(string name, string defaultType) => Object(name) ?? new ObjectConfig(defaultType);

    /// <summary>Names and nested calls; empty if absent. A single one need not stand in a list.</summary>
    public IReadOnlyList<ObjectConfig> Objects(string name)
    {
        if (Node(name) is not JsonArray array) return Object(name) is { } single ? [single] : [];
        try
        {
            return [.. array.Select(Nested)];
        }
        catch (FormatException)
        {
            throw Wrong(name, array, "a list of names, with arguments in parentheses if need be");
        }
    }

    /// <summary>Refuses arguments that are no parameter.</summary>
    /// <exception cref="ArgumentException">There is one; the message names the parameter that was probably meant.</exception>
    public void RejectUnknown()
    {
        if (_unknown.Count > 0)
            throw new ArgumentException($"{_typeName}: argument '{_unknown[0]}' is unknown{NameMatching.Suggestion(_unknown[0], _parameters)}");
    }

    // What is tolerated in an object of a file is tolerated in the objects inside of it.
    private ObjectConfig Nested(JsonNode? node) => ObjectConfig.FromNode(node) with { ToleratesUnknown = _toleratesUnknown };

    private ArgumentException Missing(string name, string example)
    {
        if (!_toleratesUnknown) RejectUnknown(); // a misspelt name says more than a missing one
        return new ArgumentException($"{_typeName}: argument '{name}' is missing; write {_typeName}({name}={example}), say.");
    }

    private ArgumentException Wrong(string name, JsonNode value, string expected) =>
        new($"{_typeName}: argument '{name}' is {Describe(value)}; it must be {expected}.");

    /// <summary>A value as messages show it.</summary>
    internal static string Describe(JsonNode? value) => value switch
    {
        null => "none",
        JsonObject json when json.ContainsKey(ObjectConfig.TypeKey) => $"'{ObjectConfig.FromNode(json)}'",
        JsonObject json when json["class_name"] is JsonValue name => $"a {name}",
        JsonValue scalar when scalar.TryGetValue(out string? text) => $"'{text}'",
        _ => value.ToJsonString(),
    };

    private static double? Number(JsonNode node)
    {
        if (node is not JsonValue value || value.GetValueKind() != JsonValueKind.Number) return null;
        if (value.TryGetValue(out double real)) return real;
        if (value.TryGetValue(out long whole)) return whole;
        return double.TryParse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out real) ? real : null;
    }
}
