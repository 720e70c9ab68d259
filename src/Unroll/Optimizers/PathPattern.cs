using System.Text.RegularExpressions;
using Unroll.Configuration;

namespace Unroll.Optimizers;

/// <summary>
/// Regular expressions that are looked for in the names of weights. They may come from a file: the engine is the one whose
/// time grows with the text alone.
/// </summary>
internal static class PathPattern
{
    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    /// <summary>The same argument, which refuses what is no pattern.</summary>
    public static Argument<IReadOnlyList<string>> Check(Argument<IReadOnlyList<string>> argument) =>
        argument.Require(patterns => patterns.All(IsPattern), "a list of regular expressions without look-around and back references");

    /// <summary>True if one of them is found in the path.</summary>
    public static bool Matches(IReadOnlyList<string> patterns, string path)
    {
        for (int i = 0; i < patterns.Count; i++) // no closure: asked in every step
            if (Regex.IsMatch(path, patterns[i], Options)) return true;
        return false;
    }

    private static bool IsPattern(string pattern)
    {
        try
        {
            _ = new Regex(pattern, Options);
            return true;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }
}
