using System.Globalization;
using System.Net;
using System.Text;
using Unroll.Layers;

namespace Unroll.Text;

/// <summary>The single steps of <see cref="TextCleaning"/>. Each takes time linear in the text.</summary>
internal static class CleaningSteps
{
    public static string StripHtml(string text)
    {
        if (text.AsSpan().IndexOfAny('<', '&') < 0) return text;
        var result = new StringBuilder(text.Length);
        bool closes = true, commentCloses = true; // whether an end was still to be found: else a text of "<a<a<a…" takes quadratic time
        for (int at = 0; at < text.Length;)
        {
            int end = -1;
            if (text[at] == '<' && at + 1 < text.Length)
            {
                if (commentCloses && string.CompareOrdinal(text, at, "<!--", 0, 4) == 0)
                {
                    end = text.IndexOf("-->", at + 4, StringComparison.Ordinal);
                    commentCloses = end >= 0;
                    if (end >= 0) end += 3;
                }
                else if (closes && (char.IsAsciiLetter(text[at + 1]) || text[at + 1] is '/' or '!' or '?'))
                {
                    end = text.IndexOf('>', at + 1) + 1;
                    closes = end > 0;
                }
            }

            if (end > at)
            {
                result.Append(' ');
                at = end;
            }
            else result.Append(text[at++]);
        }

        return WebUtility.HtmlDecode(result.ToString());
    }

    public static string StripUrls(string text)
    {
        var result = new StringBuilder(text.Length);
        for (int at = 0; at < text.Length;)
        {
            if (!StartsUrl(text, at))
            {
                result.Append(text[at++]);
                continue;
            }

            result.Append(' ');
            while (at < text.Length && !char.IsWhiteSpace(text[at]) && text[at] is not ('<' or '>' or '"')) at++;
        }

        return result.ToString();
    }

    private static bool StartsUrl(string text, int at)
    {
        if (text[at] is not ('h' or 'H' or 'w' or 'W') || (at > 0 && char.IsLetterOrDigit(text[at - 1]))) return false;
        ReadOnlySpan<char> rest = text.AsSpan(at);
        return rest.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
            || rest.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
            || rest.StartsWith("www.", StringComparison.OrdinalIgnoreCase);
    }

    public static string StripPunctuation(string text) => string.Create(text.Length, text, static (span, source) =>
    {
        for (int i = 0; i < span.Length; i++)
        {
            char c = source[i];
            bool inWord = c is '\'' or '\u2019' && i > 0 && i + 1 < source.Length && char.IsLetter(source[i - 1]) && char.IsLetter(source[i + 1]);
            span[i] = !inWord && (char.IsPunctuation(c) || (char.IsAscii(c) && char.IsSymbol(c))) ? ' ' : c;
        }
    });

    public static string StripDigits(string text) => string.Create(text.Length, text, static (span, source) =>
    {
        for (int i = 0; i < span.Length; i++) span[i] = CharUnicodeInfo.GetUnicodeCategory(source[i]) == UnicodeCategory.DecimalDigitNumber ? ' ' : source[i];
    });

    public static string CollapseSpaces(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    public static string AsTextVectorization(string text) =>
        string.Join(' ', TextTokens.Split(TextTokens.Standardize(text, TextStandardization.LowerAndStripPunctuation), TextSplitting.Whitespace));

    public static string RemoveWords(string text, HashSet<string>.AlternateLookup<ReadOnlySpan<char>> words)
    {
        var result = new StringBuilder(text.Length);
        foreach (string word in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (words.Contains(word)) continue;
            if (result.Length > 0) result.Append(' ');
            result.Append(word);
        }

        return result.ToString();
    }
}
