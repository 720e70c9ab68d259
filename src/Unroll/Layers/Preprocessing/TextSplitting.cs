using System.Buffers;
using System.Text;

namespace Unroll.Layers;

/// <summary>How texts are made alike before they are split.</summary>
public enum TextStandardization
{
    /// <summary>Lower case for A to Z, punctuation deleted.</summary>
    LowerAndStripPunctuation,

    /// <summary>Lower case for A to Z.</summary>
    Lower,

    /// <summary>Punctuation deleted: the 32 signs of ASCII.</summary>
    StripPunctuation,

    /// <summary>Left as they are.</summary>
    None,
}

/// <summary>What texts are split into.</summary>
public enum TextSplitting
{
    /// <summary>What stands between blanks, tabs and line breaks of ASCII.</summary>
    Whitespace,

    /// <summary>Unicode characters.</summary>
    Character,

    /// <summary>Not at all: a text is a token.</summary>
    None,
}

/// <summary>Makes tokens of texts as TensorFlow's string operations do.</summary>
internal static class TextTokens
{
    private static readonly SearchValues<char> Punctuation = SearchValues.Create("!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~'");

    public static string Standardize(string text, TextStandardization how)
    {
        bool lowers = how is TextStandardization.Lower or TextStandardization.LowerAndStripPunctuation;
        bool strips = how is TextStandardization.StripPunctuation or TextStandardization.LowerAndStripPunctuation;
        if (!strips && !lowers) return text;
        if (!(lowers && text.AsSpan().ContainsAnyInRange('A', 'Z')) && !(strips && text.AsSpan().ContainsAny(Punctuation))) return text;
        var result = new StringBuilder(text.Length);
        foreach (char letter in text)
        {
            if (strips && Punctuation.Contains(letter)) continue;
            result.Append(lowers && letter is >= 'A' and <= 'Z' ? (char)(letter + ('a' - 'A')) : letter);
        }

        return result.ToString();
    }

    public static IEnumerable<string> Split(string text, TextSplitting how) => how switch
    {
        TextSplitting.Whitespace => text.Split([' ', '\t', '\n', '\v', '\f', '\r'], StringSplitOptions.RemoveEmptyEntries),
        TextSplitting.Character => text.EnumerateRunes().Select(rune => rune.ToString()),
        _ => [text],
    };

    /// <summary>Groups of neighbours, all of the first width, then all of the next.</summary>
    public static IEnumerable<string> Ngrams(IEnumerable<string> tokens, IReadOnlyList<int> widths)
    {
        string[] all = [.. tokens];
        foreach (int width in widths)
            for (int i = 0; i + width <= all.Length; i++) yield return width == 1 ? all[i] : string.Join(' ', all, i, width);
    }
}

/// <summary>Texts in the order of their UTF-8 bytes, which is that of Unicode's code points.</summary>
internal sealed class Utf8Order : IComparer<string>
{
    public static Utf8Order Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        int at = x.AsSpan().CommonPrefixLength(y);
        if (at == x.Length || at == y.Length) return x.Length - y.Length;
        return Rank(x[at]) - Rank(y[at]);
    }

    /// <summary>Surrogates stand for code points above all others.</summary>
    private static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}
