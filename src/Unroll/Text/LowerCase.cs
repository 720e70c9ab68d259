using System.Globalization;
using System.Text;

namespace Unroll.Text;

/// <summary>
/// Python's <c>str.lower</c>. It differs from <see cref="string.ToLowerInvariant"/> in two letters: the dotted capital I
/// becomes i and a combining dot, and a capital sigma that ends a word becomes the final form ς.
/// </summary>
internal static class LowerCase
{
    private const char DottedI = '\u0130';
    private const char Sigma = '\u03A3';

    /// <summary>Lower-cases as Python does.</summary>
    public static string Python(string text)
    {
        if (text.AsSpan().IndexOfAny(DottedI, Sigma) < 0) return text.ToLowerInvariant();
        var result = new StringBuilder(text.Length + 8);
        for (int i = 0; i < text.Length;)
        {
            if (text[i] == DottedI) result.Append("i\u0307");
            else if (text[i] == Sigma) result.Append(EndsWord(text, i) ? '\u03C2' : '\u03C3');
            else if (Rune.TryGetRuneAt(text, i, out Rune rune))
            {
                result.Append(Rune.ToLowerInvariant(rune));
                i += rune.Utf16SequenceLength;
                continue;
            }
            else result.Append(text[i]); // half of a surrogate pair stays as it is
            i++;
        }

        return result.ToString();
    }

    /// <summary>Lower-cases A to Z only, as TensorFlow and Keras' IMDB data do.</summary>
    public static string Ascii(string text) => text.AsSpan().IndexOfAnyInRange('A', 'Z') < 0 ? text : string.Create(text.Length, text, static (span, source) =>
    {
        for (int i = 0; i < span.Length; i++) span[i] = source[i] is >= 'A' and <= 'Z' ? (char)(source[i] | 0x20) : source[i];
    });

    /// <summary>Unicode's rule Final_Sigma: a letter before, none behind, whatever combines with them passed over.</summary>
    private static bool EndsWord(string text, int at)
    {
        int before = at;
        Rune rune;
        do before = Back(text, before, out rune);
        while (before >= 0 && IsPassedOver(rune));
        if (before < 0 || !IsCased(rune)) return false;
        for (int behind = at + 1; Rune.TryGetRuneAt(text, Math.Min(behind, text.Length - 1), out rune) && behind < text.Length; behind += rune.Utf16SequenceLength)
        {
            if (!IsPassedOver(rune)) return !IsCased(rune);
        }

        return true;
    }

    private static int Back(string text, int at, out Rune rune)
    {
        rune = Rune.ReplacementChar;
        if (at == 0) return -1;
        int from = at >= 2 && char.IsSurrogatePair(text[at - 2], text[at - 1]) ? at - 2 : at - 1;
        if (!Rune.TryGetRuneAt(text, from, out rune)) rune = Rune.ReplacementChar;
        return from;
    }

    private static bool IsCased(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
        || rune.Value is 0xAA or 0xBA or (>= 0x2160 and <= 0x217F) or (>= 0x24B6 and <= 0x24E9);

    /// <summary>Unicode's property Case_Ignorable.</summary>
    private static bool IsPassedOver(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol
        || rune.Value is '\'' or '.' or ':' or 0xB7 or 0x387 or 0x55F or 0x5F4 or 0x2018 or 0x2019 or 0x2024 or 0x2027
            or 0xFE13 or 0xFE52 or 0xFE55 or 0xFF07 or 0xFF0E or 0xFF1A;
}
