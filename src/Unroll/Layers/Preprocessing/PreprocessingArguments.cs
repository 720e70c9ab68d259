using System.Buffers;
using System.Text.Json.Nodes;
using Unroll.Configuration;

namespace Unroll.Layers;

/// <summary>Forms of arguments of layers that make numbers of texts and tables.</summary>
internal static class PreprocessingArguments
{
    private const int MostSlots = 1 << 20, WidestNgram = 100;

    /// <summary>What ends a line where Keras reads vocabularies.</summary>
    public static SearchValues<char> LineEnds { get; } = SearchValues.Create("\n\r\v\f\u001c\u001d\u001e\u0085\u2028\u2029");

    /// <summary>Numbers, or null.</summary>
    public static Argument<IReadOnlyList<double>?> OptionalNumbers(string name) => Optional(name, ArgumentForms.Numbers);

    /// <summary>Whole numbers that may be large, or null.</summary>
    public static Argument<IReadOnlyList<long>?> OptionalLongs(string name) => Optional(name, ArgumentForms.Longs);

    /// <summary>Texts, or null.</summary>
    public static Argument<IReadOnlyList<string>?> OptionalTexts(string name) => new(
        name,
        new ArgumentForm<IReadOnlyList<string>?>(
            input => input.Node is null ? null
                : input.Node is JsonArray list && list.All(node => node is JsonValue value && value.TryGetValue(out string? _))
                    ? [.. list.Select(node => node!.GetValue<string>())] : throw input.Wrong("a list of texts"),
            values => values is null ? null : new JsonArray([.. values.Select(value => JsonValue.Create(value))]), "[good, bad]", ReadsNone: true),
        null);

    /// <summary>A whole number that may be large, or null.</summary>
    public static Argument<long?> OptionalLong(string name) => new(
        name, new ArgumentForm<long?>(input => input.Node is null ? null : ArgumentForms.Long.Read(input), value => JsonValue.Create(value), "0", ReadsNone: true), null);

    /// <summary>A number for all or numbers for each, or null.</summary>
    public static Argument<IReadOnlyList<double>?> NumberOrNumbers(string name) => new(
        name,
        new ArgumentForm<IReadOnlyList<double>?>(
            input => input.Node is null ? null : input.Node is JsonArray ? ArgumentForms.Numbers.Read(input) : [ArgumentForms.Number.Read(input)],
            values => values is null ? null : values.Count == 1 ? KerasJson.Real(values[0]) : ArgumentForms.Numbers.Write(values), "[0.1, 0.2]", ReadsNone: true),
        null);

    /// <summary>The key of a hash: a number for both halves, two numbers, or null.</summary>
    public static Argument<IReadOnlyList<long>?> Salt(string name) => new Argument<IReadOnlyList<long>?>(
        name,
        new ArgumentForm<IReadOnlyList<long>?>(
            input => input.Node is null ? null : List(input.Node) is { } list ? ArgumentForms.Longs.Read(input with { Node = list }) : [ArgumentForms.Long.Read(input)],
            values => values is null ? null : values.Count == 1 ? JsonValue.Create(values[0]) : ArgumentForms.Longs.Write(values), "[1, 2]", ReadsNone: true),
        null).Require(salt => salt is null || salt.Count is 1 or 2, "a whole number or two").KeywordOnly();

    /// <summary>Widths of groups of tokens; Keras' <c>n</c> stands for all from 1 to n. Null: tokens alone.</summary>
    public static Argument<IReadOnlyList<int>?> Ngrams(string name) => new Argument<IReadOnlyList<int>?>(
        name,
        new ArgumentForm<IReadOnlyList<int>?>(
            input => input.Node is null ? null
                : List(input.Node) is { } list ? [.. ArgumentForms.Longs.Read(input with { Node = list }).Select(width => checked((int)width))]
                : [.. Enumerable.Range(1, Math.Clamp(ArgumentForms.Whole.Read(input), 0, WidestNgram + 1))],
            widths => widths is null ? null
                : widths.SequenceEqual(Enumerable.Range(1, widths.Count)) ? JsonValue.Create(widths.Count) : new JsonArray([.. widths.Select(width => JsonValue.Create(width))]),
            "2", ReadsNone: true),
        null).Require(widths => widths is null || widths.Count > 0 && widths.All(width => width is >= 1 and <= WidestNgram), $"null, or widths of 1 to {WidestNgram} tokens").KeywordOnly();

    /// <summary>Places for tokens that are not in a vocabulary.</summary>
    public static Argument<int> OovSlots(string name) => Argument.Whole(name, 1).AtLeast(0).Require(slots => slots <= MostSlots, $"at most {MostSlots:N0}").KeywordOnly();

    /// <summary>One of several words, or null, which has a meaning, too.</summary>
    public static Argument<T> ChoiceOrNone<T>(string name, T defaultValue, T none, params (string Word, T Value)[] words)
        where T : notnull
    {
        ArgumentForm<T> form = ArgumentForms.Choice(words);
        return new Argument<T>(
            name,
            new ArgumentForm<T>(input => input.Node is null ? none : form.Read(input), value => value.Equals(none) ? null : form.Write(value), form.Example, ReadsNone: true),
            defaultValue).KeywordOnly();
    }

    private static Argument<IReadOnlyList<T>?> Optional<T>(string name, ArgumentForm<IReadOnlyList<T>> form) => new(
        name,
        new ArgumentForm<IReadOnlyList<T>?>(input => input.Node is null ? null : form.Read(input), value => value is null ? null : form.Write(value), form.Example, ReadsNone: true), null);

    /// <summary>A list, which Keras also writes as a tuple.</summary>
    private static JsonArray? List(JsonNode? node) =>
        node as JsonArray ?? (node is JsonObject tuple && tuple["class_name"] is JsonValue name && name.TryGetValue(out string? text) && text == "__tuple__" ? tuple["items"] as JsonArray : null);
}
