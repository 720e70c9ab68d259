using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Unroll.Configuration;

/// <summary>What was written for an argument, and where.</summary>
/// <param name="TypeName">The class, for messages.</param>
/// <param name="Name">The argument.</param>
/// <param name="Node">The value; null: <c>none</c>.</param>
/// <param name="IsOfKeras">True if it comes from a file of Keras.</param>
internal readonly record struct ArgumentInput(string TypeName, string Name, JsonNode? Node, bool IsOfKeras)
{
    public ArgumentException Wrong(string expected) =>
        new($"{TypeName}: argument '{Name}' is {ArgumentText.Describe(Node)}; it must be {expected}.");

    /// <summary>A name or a nested call.</summary>
    public ObjectConfig Object()
    {
        try
        {
            // What is tolerated in an object of a file is tolerated in the objects inside of it.
            return ObjectConfig.FromNode(Node) with { IsOfKeras = IsOfKeras };
        }
        catch (FormatException)
        {
            throw Wrong("a name, with arguments in parentheses if need be");
        }
    }
}

/// <summary>How values of a type are read from text or JSON and written to Keras' JSON.</summary>
/// <param name="Read">Reads a value that is written.</param>
/// <param name="Write">The value in Keras' JSON.</param>
/// <param name="Example">A value for messages.</param>
/// <param name="ReadsNone">True if a written <c>none</c> means something else than the default.</param>
internal sealed record ArgumentForm<T>(Func<ArgumentInput, T> Read, Func<T, JsonNode?> Write, string Example, bool ReadsNone = false);

/// <summary>The forms of plain values.</summary>
internal static class ArgumentForms
{
    private const string WholeNumber = "a whole number", ListOfNumbers = "a list of numbers";

    public static ArgumentForm<int> Whole { get; } = new(ReadWhole, value => JsonValue.Create(value), "16");

    public static ArgumentForm<int?> OptionalWhole { get; } = new(input => input.Node is null ? null : ReadWhole(input), value => JsonValue.Create(value), "16", ReadsNone: true);

    public static ArgumentForm<long> Long { get; } = new(input => ToLong(input, input.Node), value => JsonValue.Create(value), "1000");

    public static ArgumentForm<double> Number { get; } = new(ReadNumber, KerasJson.Real, "0.5");

    public static ArgumentForm<double?> OptionalNumber { get; } =
        new(input => input.Node is null ? null : ReadNumber(input), value => value is { } number ? KerasJson.Real(number) : null, "0.5", ReadsNone: true);

    public static ArgumentForm<bool> Flag { get; } = new(
        input => input.Node is JsonValue value && value.TryGetValue(out bool flag) ? flag : throw input.Wrong("true or false"),
        value => JsonValue.Create(value), "true");

    public static ArgumentForm<string> Text { get; } = new(ReadText, value => JsonValue.Create(value), "name");

    public static ArgumentForm<string?> OptionalText { get; } =
        new(input => input.Node is null ? null : ReadText(input), value => JsonValue.Create(value), "name", ReadsNone: true);

    public static ArgumentForm<IReadOnlyList<long>> Longs { get; } = new(
        input => [.. Items(input).Select(node => ToLong(input, node))],
        values => new JsonArray([.. values.Select(value => JsonValue.Create(value))]), "[1, 2]");

    public static ArgumentForm<IReadOnlyList<double>> Numbers { get; } = new(
        input => [.. Items(input).Select(node => ToNumber(node) ?? throw input.Wrong(ListOfNumbers))],
        values => new JsonArray([.. values.Select(KerasJson.Real)]), "[0.1, 0.2]");

    public static ArgumentForm<IReadOnlyList<double>?> OptionalNumbers { get; } = new(
        input => input.Node is null ? null : Numbers.Read(input), values => values is null ? null : Numbers.Write(values), Numbers.Example, ReadsNone: true);

    public static ArgumentForm<IReadOnlyList<string>> Texts { get; } = new(
        input => input.Node is JsonArray list ? [.. list.Select(node => ReadText(input with { Node = node }))] : throw input.Wrong("a list of names"),
        values => new JsonArray([.. values.Select(value => JsonValue.Create(value))]), "[bias, scale]");

    public static ArgumentForm<T> Choice<T>((string Word, T Value)[] words) where T : notnull
    {
        return new ArgumentForm<T>(Read, Write, words[0].Word);

        T Read(ArgumentInput input)
        {
            string text = ReadText(input);
            foreach ((string word, T value) in words)
            {
                if (NameMatching.Comparer.Equals(word, text)) return value;
            }

            throw input.Wrong($"one of {string.Join(", ", words.Select(word => word.Word))}");
        }

        JsonNode Write(T value) => JsonValue.Create(words.First(word => word.Value.Equals(value)).Word);
    }

    /// <summary>An object of a kind, by name, nested call or serialised object.</summary>
    public static ArgumentForm<T> Object<T>(Catalog<T> catalog) where T : Configurable =>
        new(input => input.Node is null ? catalog.None! : catalog.Create(input.Object()), catalog.ToNode, catalog.Names[0], ReadsNone: catalog.None is not null);

    /// <summary>An object of a kind, or null.</summary>
    public static ArgumentForm<T?> OptionalObject<T>(Catalog<T> catalog) where T : Configurable =>
        new(
            input => input.Node is null ? null : catalog.Create(input.Object()), value => value is null ? null : catalog.ToNode(value), catalog.Names[0],
            ReadsNone: true);

    /// <summary>The number, or null if it is none.</summary>
    public static double? ToNumber(JsonNode? node)
    {
        if (node is not JsonValue value || value.GetValueKind() != JsonValueKind.Number) return null;
        if (value.TryGetValue(out double real)) return real;
        if (value.TryGetValue(out long whole)) return whole;
        return double.TryParse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out real) ? real : null;
    }

    private static int ReadWhole(ArgumentInput input)
    {
        double value = ToNumber(input.Node) ?? throw input.Wrong(WholeNumber);
        return value == Math.Floor(value) && value is >= int.MinValue and <= int.MaxValue ? (int)value : throw input.Wrong(WholeNumber);
    }

    private static long ToLong(ArgumentInput input, JsonNode? node)
    {
        double value = ToNumber(node) ?? throw input.Wrong(WholeNumber);
        return value == Math.Floor(value) && Math.Abs(value) <= 1L << 53 ? (long)value : throw input.Wrong(WholeNumber);
    }

    private static double ReadNumber(ArgumentInput input) => ToNumber(input.Node) ?? throw input.Wrong("a number");

    private static string ReadText(ArgumentInput input) =>
        input.Node is JsonValue value && value.TryGetValue(out string? text) ? text : throw input.Wrong("a name");

    private static JsonArray Items(ArgumentInput input) => input.Node as JsonArray ?? throw input.Wrong(ListOfNumbers);
}

/// <summary>Values as messages show them.</summary>
internal static class ArgumentText
{
    public static string Describe(JsonNode? value) => value switch
    {
        null => "none",
        JsonObject json when json.ContainsKey(ObjectConfig.TypeKey) => $"'{ObjectConfig.FromNode(json)}'",
        JsonObject json when json["class_name"]?.ToString() is "DTypePolicy" or "Policy" && json["config"]?["name"] is JsonValue policy => $"'{policy}'",
        JsonObject json when json["class_name"] is JsonValue name => $"a {name}",
        JsonValue scalar when scalar.TryGetValue(out string? text) => $"'{text}'",
        _ => value.ToJsonString(),
    };

    public static string Describe(object? value) => value switch
    {
        null => "none",
        string text => $"'{text}'",
        int large when Math.Abs((long)large) >= 1 << 20 => large.ToString("N0", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
