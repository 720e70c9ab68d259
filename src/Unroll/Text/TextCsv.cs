using System.Text;
using Unroll.Formats.Csv;

namespace Unroll.Text;

/// <summary>Texts and their labels as a file has them.</summary>
/// <param name="Texts">The texts.</param>
/// <param name="Labels">A label for each text; <c>LabelEncoder</c> makes numbers of them.</param>
/// <param name="Lines">The line of the file on which each row begins.</param>
public sealed record LabeledTexts(string[] Texts, string[] Labels, int[] Lines)
{
    /// <summary>Number of texts.</summary>
    public int Count => Texts.Length;
}

/// <summary>
/// Reads texts from tables of comma-separated values.
/// <code>
/// LabeledTexts reviews = TextCsv.Read("reviews.csv", text: "review", label: "sentiment", dropMissing: true, dropDuplicates: true);
/// int[] y = new LabelEncoder().FitTransform(reviews.Labels);
/// </code>
/// </summary>
public static class TextCsv
{
    /// <summary>Reads a column of texts and one of labels.</summary>
    /// <param name="path">The file.</param>
    /// <param name="text">The column with the texts; without a header its number from 0, as text.</param>
    /// <param name="label">The column with the labels.</param>
    /// <param name="separator">Between two fields; a tabulator for TSV.</param>
    /// <param name="hasHeader">True if the first row names the columns.</param>
    /// <param name="encoding">How letters are written; null for UTF-8, with or without a byte order mark. Many older files
    /// are <see cref="Encoding.Latin1"/>.</param>
    /// <param name="dropMissing">Leaves out rows whose text or label is empty or blank.</param>
    /// <param name="dropDuplicates">Keeps only the first of rows with the same text and label.</param>
    /// <exception cref="ArgumentException">There is no such column; the message lists those there are.</exception>
    /// <exception cref="InvalidDataException">The file is empty, a row has another number of fields, a quotation mark is never
    /// closed, or a byte is not UTF-8; the message names the line.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static LabeledTexts Read(
        string path, string text, string label, char separator = ',', bool hasHeader = true, Encoding? encoding = null,
        bool dropMissing = false, bool dropDuplicates = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(label);
        IEnumerable<CsvRow> rows = CsvFile.Read(path, [text, label], separator, hasHeader, encoding);
        if (dropMissing) rows = rows.Where(row => !row.Fields.Any(string.IsNullOrWhiteSpace));
        if (dropDuplicates) rows = rows.DistinctBy(row => (row.Fields[0], row.Fields[1]));
        CsvRow[] kept = [.. rows];
        return new LabeledTexts(Array.ConvertAll(kept, row => row.Fields[0]), Array.ConvertAll(kept, row => row.Fields[1]), Array.ConvertAll(kept, row => row.Line));
    }

    /// <summary>Reads a column of texts that have no labels.</summary>
    /// <inheritdoc cref="Read"/>
    public static string[] ReadTexts(string path, string text, char separator = ',', bool hasHeader = true, Encoding? encoding = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return [.. CsvFile.Read(path, [text], separator, hasHeader, encoding).Select(row => row.Fields[0])];
    }
}
