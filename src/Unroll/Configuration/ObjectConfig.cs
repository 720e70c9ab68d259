using System.Text.Json;
using System.Text.Json.Nodes;

namespace Unroll.Configuration;

/// <summary>
/// A layer, optimizer or initializer as it is written down: a type name and arguments. Names are compared without
/// regard to case, underscores and hyphens, so <c>simple_rnn</c>, <c>SimpleRNN</c> and <c>simple-rnn</c> are one.
/// <para>
/// The text is <c>name</c> or <c>name(argument, …)</c>; an argument is <c>value</c> or <c>name=value</c>, those
/// without a name first. A value is a number, <c>true</c>, <c>false</c>, <c>none</c>, a bare word or a quoted string
/// (both are strings), a list <c>[1, 2]</c>, or again a <c>name(…)</c>. Such a nested call becomes a
/// <see cref="JsonObject"/> with the reserved keys <c>type</c> and, for arguments without a name, <c>$args</c>:
/// <c>bidirectional(lstm(8), merge_mode=sum)</c> has the positional argument
/// <c>{ "type": "lstm", "$args": [8] }</c>.
/// </para>
/// </summary>
/// <param name="Type">Name of the type, for example <c>LSTM</c>.</param>
/// <param name="Positional">Arguments without a name, in order.</param>
/// <param name="Named">Arguments by name.</param>
public sealed record ObjectConfig(string Type, IReadOnlyList<JsonNode?> Positional, IReadOnlyDictionary<string, JsonNode?> Named)
{
    /// <summary>Key of the type's name in JSON.</summary>
    internal const string TypeKey = "type";

    /// <summary>Key of the arguments without a name in JSON.</summary>
    internal const string PositionalKey = "$args";

    /// <summary>True if it was read from a file of Keras, which may have entries besides the arguments.</summary>
    internal bool IsOfKeras { get; init; }

    /// <summary>A type without arguments.</summary>
    public ObjectConfig(string type) : this(type, [], new Dictionary<string, JsonNode?>())
    {
    }

    /// <summary>Parses <c>lstm(16, dropout=0.4)</c>; a bare name has no arguments.</summary>
    /// <exception cref="FormatException">The text is malformed; the message names the position.</exception>
    public static ObjectConfig Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new ConfigParser(text).ParseSingle();
    }

    /// <summary>Parses a comma-separated list, as the <c>--model</c> option takes it.</summary>
    /// <exception cref="FormatException">The text is malformed; the message names the position.</exception>
    public static IReadOnlyList<ObjectConfig> ParseList(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new ConfigParser(text).ParseList();
    }

    /// <summary>
    /// Reads <c>"adam"</c>, <c>"lstm(16, dropout=0.4)"</c> or <c>{ "type": "LSTM", "units": 16 }</c>.
    /// </summary>
    /// <exception cref="FormatException">Neither a string nor an object with a <c>type</c>.</exception>
    public static ObjectConfig FromJson(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => Parse(element.GetString()!),
        JsonValueKind.Object => FromObject(JsonObject.Create(element)!),
        _ => throw NotAnObject(element.GetRawText()),
    };

    /// <summary>Reads what an argument holds: a string is parsed, an object needs a <c>type</c>.</summary>
    /// <exception cref="FormatException">Neither a string nor an object with a <c>type</c>.</exception>
    internal static ObjectConfig FromNode(JsonNode? node) => node switch
    {
        JsonObject json => FromObject(json),
        JsonValue value when value.TryGetValue(out string? text) => Parse(text),
        _ => throw NotAnObject(node?.ToJsonString() ?? "null"),
    };

    /// <summary>The written form, which <see cref="Parse"/> reads back.</summary>
    public override string ToString() => ConfigWriter.Write(this);

    private static ObjectConfig FromObject(JsonObject json)
    {
        if (!json.ContainsKey(TypeKey) && json.ContainsKey("class_name")) return KerasJson.FromObject(json);
        if (json[TypeKey] is not JsonValue typeValue || !typeValue.TryGetValue(out string? type) || type.Length == 0)
            throw new FormatException($"An object needs \"{TypeKey}\" with a name, for example {{ \"type\": \"LSTM\", \"units\": 16 }}.");

        JsonNode?[] positional = json[PositionalKey] switch
        {
            null => [],
            JsonArray array => [.. array],
            _ => throw new FormatException($"{type}: \"{PositionalKey}\" must be a list of arguments."),
        };
        var named = new Dictionary<string, JsonNode?>();
        foreach ((string name, JsonNode? value) in json)
            if (name is not (TypeKey or PositionalKey))
                named.Add(name, value);
        return new ObjectConfig(type, positional, named);
    }

    private static FormatException NotAnObject(string text) => new(
        $"Expected a name, a text such as \"lstm(16, dropout=0.4)\" or an object with a \"{TypeKey}\", found {text}.");
}
