using System.Globalization;
using System.Text;

namespace Unroll.Formats.Csv;

/// <summary>A row of a table: the line on which it begins, and its fields.</summary>
internal readonly record struct CsvRow(int Line, string[] Fields);

/// <summary>
/// Reads tables of comma-separated values (RFC 4180: quoted fields may hold separators, line breaks and doubled quotes),
/// with errors that name the line. Rows that are empty are passed over.
/// </summary>
internal static class CsvFile
{
    /// <summary>All rows of chosen columns.</summary>
    /// <param name="path">The file.</param>
    /// <param name="columns">Names of the columns; without a header their numbers from 0.</param>
    /// <param name="separator">Between two fields.</param>
    /// <param name="hasHeader">True if the first row names the columns.</param>
    /// <param name="encoding">How letters are written; null for UTF-8, in which every byte is checked.</param>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    /// <exception cref="InvalidDataException">The file is empty or damaged.</exception>
    public static List<CsvRow> Read(string path, IReadOnlyList<string> columns, char separator, bool hasHeader, Encoding? encoding)
    {
        string text = TextBytes.Read(path, encoding);
        var rows = new List<CsvRow>();
        string[]? header = null;
        int[] places = [];
        foreach (CsvRow row in CsvText.Rows(path, text, separator))
        {
            if (row.Fields is [var only] && string.IsNullOrWhiteSpace(only)) continue;
            if (header is null)
            {
                header = hasHeader ? row.Fields : [.. Enumerable.Range(0, row.Fields.Length).Select(i => i.ToString(CultureInfo.InvariantCulture))];
                places = [.. columns.Select(column => Place(path, header, column, hasHeader))];
                if (hasHeader) continue;
            }

            if (row.Fields.Length != header.Length)
            {
                throw new InvalidDataException(
                    $"{path}, line {row.Line}: has {row.Fields.Length} fields, the first row has {header.Length}. A field that holds '{separator}' or a line break must stand in quotation marks.");
            }

            rows.Add(row with { Fields = [.. places.Select(place => row.Fields[place])] });
        }

        return header is null ? throw new InvalidDataException($"{path}: is empty.") : rows;
    }

    /// <summary>One column with a separator inside of its name was probably cut at the wrong sign.</summary>
    private static string SeparatorHint(string[] header)
    {
        if (header is not [var only] || only.IndexOfAny([';', '\t', '|', ',']) is var at && at < 0) return "";
        string sign = only[at] == '\t' ? "tab" : only[at].ToString();
        return $" It was read as one column; the sign between two is probably '{sign}': --separator \"{sign}\", in C# separator.";
    }

    private static int Place(string path, string[] header, string column, bool hasHeader)
    {
        int place = Array.IndexOf(header, column);
        string known = hasHeader ? string.Join(", ", header) : $"0 to {header.Length - 1}, as the file is read without a header";
        if (place < 0) throw new ArgumentException($"{path} has no column '{column}'. Its columns are: {known}.{SeparatorHint(header)}", nameof(column));
        if (Array.LastIndexOf(header, column) != place) throw new ArgumentException($"{path} has more than one column '{column}'. Its columns are: {known}.", nameof(column));
        return place;
    }
}
