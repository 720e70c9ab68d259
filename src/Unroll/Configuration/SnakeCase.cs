using System.Text.RegularExpressions;

namespace Unroll.Configuration;

/// <summary>Keras' rule for layer names: <c>SimpleRNN</c> becomes <c>simple_rnn</c>.</summary>
internal static partial class SnakeCase
{
    public static string Of(string className)
    {
        string name = BeforeCapitalised().Replace(className, "$1_$2");
        return BetweenCases().Replace(name, "$1_$2").ToLowerInvariant();
    }

    [GeneratedRegex("(.)([A-Z][a-z]+)")]
    private static partial Regex BeforeCapitalised();

    [GeneratedRegex("([a-z])([A-Z])")]
    private static partial Regex BetweenCases();
}
