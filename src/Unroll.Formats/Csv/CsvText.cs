using System.Text;

namespace Unroll.Formats.Csv;

/// <summary>
/// Cuts text into rows and fields (RFC 4180). A field whose first sign is a quotation mark goes on to the one that closes it and
/// may hold separators, line breaks and doubled marks. Elsewhere a mark is a letter like others, and so is what stands
/// between a closing mark and the next separator: as Python's reader has it.
/// </summary>
internal static class CsvText
{
    /// <summary>All rows, empty ones as one empty field.</summary>
    /// <exception cref="InvalidDataException">A quotation mark is never closed.</exception>
    public static IEnumerable<CsvRow> Rows(string path, string text, char separator)
    {
        var fields = new List<string>();
        int line = 1;
        for (int at = 0; at < text.Length;)
        {
            int first = line;
            fields.Clear();
            do fields.Add(Field(path, text, separator, first, ref at, ref line));
            while (at < text.Length && text[at++] == separator);
            // A line break was passed: of two signs, or of one.
            if (text[at - 1] == '\r' && at < text.Length && text[at] == '\n') at++;
            line++;
            yield return new CsvRow(first, [.. fields]);
        }
    }

    /// <summary>Reads up to the separator or line break behind the field.</summary>
    private static string Field(string path, string text, char separator, int row, ref int at, ref int line)
    {
        if (at == text.Length || text[at] != '"') return Plain(text, separator, ref at);
        var field = new StringBuilder();
        at++;
        while (true)
        {
            int length = text.AsSpan(at).IndexOf('"');
            if (length < 0) throw new InvalidDataException($"{path}, line {row}: a quotation mark is opened and never closed.");
            ReadOnlySpan<char> part = text.AsSpan(at, length);
            line += LineBreaks(part);
            field.Append(part);
            at += length + 1;
            if (at == text.Length || text[at] != '"') break;
            field.Append('"');
            at++;
        }

        return field.Append(Plain(text, separator, ref at)).ToString();
    }

    private static string Plain(string text, char separator, ref int at)
    {
        ReadOnlySpan<char> rest = text.AsSpan(at);
        int length = rest.IndexOfAny(separator, '\n', '\r');
        if (length < 0) length = rest.Length;
        at += length;
        return rest[..length].ToString();
    }

    private static int LineBreaks(ReadOnlySpan<char> text)
    {
        int count = text.Count('\n');
        for (int i = 0; i < text.Length; i++)
            if (text[i] == '\r' && (i + 1 == text.Length || text[i + 1] != '\n')) count++;
        return count;
    }
}
