using System.Text;

namespace Unroll.Text;

/// <summary>
/// Reads texts and labels from any of the forms that they come in: a table (<c>.csv</c>, <c>.tsv</c>), JSON Lines (<c>.jsonl</c>,
/// <c>.ndjson</c>), a directory or archive (<c>.tar.gz</c>) with a folder for each class.
/// </summary>
public static class TextFile
{
    private static readonly string[] s_jsonLines = [".jsonl", ".ndjson"];

    private static readonly string[] s_archives = [".tar.gz", ".tgz", ".tar"];

    /// <summary>Reads texts and labels.</summary>
    /// <param name="path">The file or directory.</param>
    /// <param name="text">Column or member with the text; directories and archives have none.</param>
    /// <param name="label">Column or member with the label; directories and archives have folders instead.</param>
    /// <param name="separator">Between two fields of a table; null: a tabulator in <c>.tsv</c> and <c>.tab</c>, else a comma.</param>
    /// <param name="encoding">How letters are written; null: UTF-8.</param>
    /// <param name="part">Of directories and archives only what lies below a folder of this name, such as train; null: everything.</param>
    /// <param name="labelSeparator">What stands between two labels of one text: lists of labels in JSON Lines are joined by it. Null: a text has one label.</param>
    /// <exception cref="ArgumentException">There is no such column; the message lists those there are.</exception>
    /// <exception cref="InvalidDataException">The file is damaged; the message names the line.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static LabeledTexts Read(string path, string text = "text", string label = "label", char? separator = null, Encoding? encoding = null, string? part = null,
        char? labelSeparator = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (HasFolders(path)) return TextArchive.Read(path, part);
        if (EndsIn(path, s_jsonLines)) return TextJsonLines.Read(path, text, label, encoding, labelSeparator);
        return TextCsv.Read(path, text, label, separator ?? (EndsIn(path, [".tsv", ".tab"]) ? '\t' : ','), encoding: encoding);
    }

    /// <summary>True for directories and archives: their folders name the classes.</summary>
    internal static bool HasFolders(string path) => Directory.Exists(path) || EndsIn(path, s_archives);

    private static bool EndsIn(string path, string[] ends) => ends.Any(end => path.EndsWith(end, StringComparison.OrdinalIgnoreCase));
}
