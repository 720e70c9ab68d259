using System.Text.Json.Nodes;
using Unroll.Configuration;

namespace Unroll.Callbacks;

/// <summary>Arguments that several callbacks have.</summary>
internal static class CallbackArguments
{
    private const string Epoch = "epoch", Batch = "batch";

    private static readonly ArgumentForm<int?> s_frequency = new(
        ReadFrequency, batches => batches is { } number ? JsonValue.Create(number) : JsonValue.Create(Epoch), "100", ReadsNone: true);

    /// <summary>A number of batches, as text also <c>batch</c> for 1; null, as text <c>epoch</c>: whole epochs.</summary>
    public static Argument<int?> Frequency(string name) => new Argument<int?>(name, s_frequency, null).AtLeast(1);

    /// <summary>A text that must be there when the object is made from text.</summary>
    public static ArgumentException Missing(string typeName, Argument argument, string example) =>
        new($"{typeName}: argument '{argument.Name}' is missing; write {typeName}({argument.Name}='{example}'), say.");

    private static int? ReadFrequency(ArgumentInput input)
    {
        if (input.Node is null) return null;
        if (input.Node is not JsonValue value || !value.TryGetValue(out string? word)) return ArgumentForms.Whole.Read(input);
        return NameMatching.Comparer.Equals(word, Epoch) ? null
            : NameMatching.Comparer.Equals(word, Batch) ? 1
            : throw input.Wrong("a number of batches, batch or epoch");
    }
}
