using System.Text;
using System.Xml.Linq;

namespace Unroll.Configuration;

/// <summary>
/// Texts from files as terminals, HTML, SVG and tables may show them: without control characters (a terminal would obey their
/// escape sequences, XML can't hold them), without marks that turn the order of letters around, and without half characters.
/// </summary>
internal static class Printable
{
    /// <summary>Letters of a message or a name that are shown.</summary>
    public const int MostLetters = 2000;

    private const char Replacement = '\uFFFD';

    /// <summary>The text with every letter that can't be shown replaced by one that can: ␛ for escape. Ends of lines and tabs stay.</summary>
    public static string Of(string text) => text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0 ? text : Replaced(text);

    /// <summary>The same without ends of lines, and cut.</summary>
    public static string Line(string text, int most = MostLetters) => Cut(Of(text).Replace("\r\n", " ", StringComparison.Ordinal).Replace('\n', ' ').Replace('\r', ' ').Replace('\t', ' '), most);

    /// <summary>The beginning of a text that is too long.</summary>
    public static string Cut(string text, int most = MostLetters)
    {
        if (text.Length <= most) return text;
        int length = char.IsHighSurrogate(text[most - 1]) ? most - 1 : most;
        return $"{text[..length]}… ({text.Length:N0} letters)";
    }

    /// <summary>
    /// A field of a table that spreadsheets open: they take what begins with =, +, - or @ for a formula. An apostrophe in front
    /// makes a text of it; numbers stay as they are.
    /// </summary>
    public static string Field(string text)
    {
        text = Of(text);
        bool isFormula = text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n'
            or '\uFF1D' or '\uFF0B' or '\uFF0D' or '\uFF20'; // the same in full width, which some spreadsheets understand
        return isFormula && !double.TryParse(text, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out _) ? "'" + text : text;
    }

    /// <summary>Makes all texts of a document such that it can be written.</summary>
    public static XElement Xml(XElement root)
    {
        foreach (XElement element in root.DescendantsAndSelf())
        {
            foreach (XAttribute attribute in element.Attributes()) attribute.Value = Of(attribute.Value);
            foreach (XText text in element.Nodes().OfType<XText>()) text.Value = Of(text.Value);
        }

        return root;
    }

    private static string Replaced(string text)
    {
        var result = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) result.Append(c).Append(text[++i]);
            else result.Append(Shown(c));
        }

        return result.ToString();
    }

    private static char Shown(char c) => c switch
    {
        '\n' or '\r' or '\t' => c,
        < ' ' => (char)('\u2400' + c), // the pictures of control characters
        '\x7F' => '\u2421',
        (>= '\x80' and <= '\x9F') or '\uFFFE' or '\uFFFF' or '\uFEFF' => Replacement,
        '\u061C' or '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') => Replacement, // turn letters around
        '\u2028' or '\u2029' => '\n',
        _ => char.IsSurrogate(c) ? Replacement : c,
    };
}
