namespace Unroll.Studies;

/// <summary>Texts and labels of one's own as the data of a study.</summary>
/// <param name="Path">The file or directory, from the root.</param>
/// <param name="Text">Column or member with the text.</param>
/// <param name="Label">Column or member with the label.</param>
/// <param name="Test">The file with the texts to test on, from the root; null: a share of the former.</param>
/// <param name="TestShare">That share, of every class alike.</param>
/// <param name="Separator">Between two fields of a table; null: by the name of the file.</param>
/// <param name="SplitSeed">Seed of the split, the same for all trials.</param>
public sealed record TextsDesign(string Path, string Text, string Label, string? Test, double TestShare, char? Separator, int SplitSeed)
{
    private const string PathMember = "path", TestMember = "test", TestShareMember = "testShare", SeparatorMember = "separator";

    private static readonly string[] s_others = ["text", "label", TestMember, TestShareMember, SeparatorMember, "splitSeed"];

    /// <summary>Reads the members of a data set; null if it names no file.</summary>
    /// <param name="reader">The members.</param>
    /// <param name="folder">What relative paths begin at.</param>
    internal static TextsDesign? Read(SourceReader reader, string folder)
    {
        if (reader.Find(PathMember) is not { } pathNode)
        {
            if (s_others.FirstOrDefault(member => reader.Find(member) is not null) is { } alone)
                throw reader.Error(alone, reader.Find(alone)!, "is for texts of your own; name their file: \"path\": \"reviews.csv\".");
            return null;
        }

        string path = reader.String(PathMember)!;
        if (string.IsNullOrWhiteSpace(path)) throw reader.Error(PathMember, pathNode, "is empty; name a file of texts, such as \"reviews.csv\".");
        if (reader.Find("name") is { } name) throw reader.Error("name", name, "stands beside \"path\"; a data set is either one of Unroll's or a file.");
        SourceNode? shareNode = reader.Find(TestShareMember);
        if (shareNode is not null && reader.Find(TestMember) is not null)
            throw reader.Error(TestShareMember, shareNode, "stands beside \"test\"; the texts to test on are either a file or a share.");
        double share = reader.Number(TestShareMember) ?? 0.2;
        if (share is not (> 0 and < 1)) throw reader.Error(TestShareMember, shareNode!, "must be above 0 and below 1.");
        return new TextsDesign(
            InFolder(path, folder), reader.String("text") ?? "text", reader.String("label") ?? "label",
            reader.String(TestMember) is { Length: > 0 } test ? InFolder(test, folder) : null, share, Sign(reader), reader.Integer("splitSeed", 0, 0));
    }

    /// <summary>The name of the file, without its folder.</summary>
    internal string FileName => System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(Path));

    private static string InFolder(string path, string folder) => System.IO.Path.GetFullPath(path, folder);

    private static char? Sign(SourceReader reader) => reader.String(SeparatorMember) switch
    {
        null => null,
        "tab" or "\t" => '\t',
        { Length: 1 } sign => sign[0],
        _ => throw reader.Error(SeparatorMember, reader.Find(SeparatorMember)!, "must be one sign, or tab."),
    };
}
