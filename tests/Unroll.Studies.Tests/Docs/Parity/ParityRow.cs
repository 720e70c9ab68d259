namespace Unroll.Studies.Tests.Docs.Parity;

/// <summary>One name of Keras and what Unroll has for it.</summary>
/// <param name="Section">Where Keras documents it: layers, losses, Model.fit …</param>
/// <param name="Keras">The name, or the argument.</param>
/// <param name="Status">same, differs, absent or out of scope.</param>
/// <param name="Unroll">What to write in C#; empty if it is the same name.</param>
/// <param name="Note">How it differs, why it is absent.</param>
/// <param name="Test">The class of tests, or Class.Method, that holds it to Keras' numbers.</param>
internal sealed record ParityRow(string Section, string Keras, string Status, string Unroll, string Note, string Test)
{
    public const string Same = "same", Differs = "differs", Absent = "absent", OutOfScope = "out of scope";

    private const string File = "Unroll.Studies.Tests.Docs.Parity.keras-parity.tsv";

    public bool IsThere => Status is Same or Differs;

    /// <summary>The table: tab-separated, one row per name, the first line names the columns.</summary>
    public static IReadOnlyList<ParityRow> Load()
    {
        using Stream stream = typeof(ParityRow).Assembly.GetManifestResourceStream(File)!;
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(Parse)];
    }

    private static ParityRow Parse(string line) => line.Split('\t') is [var section, var keras, var status, var unroll, var note, var test]
        ? new ParityRow(section, keras, status, unroll, note, test)
        : throw new InvalidDataException($"keras-parity.tsv: '{line}' has not six columns.");
}
