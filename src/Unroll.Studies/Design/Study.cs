using Unroll.Configuration;
using Unroll.Saving;

namespace Unroll.Studies;

/// <summary>
/// A set of experiments: parts (one question each) of cells (one design each), every cell run with several seeds.
/// Comes from a JSON document, see <see cref="Load"/>.
/// </summary>
public sealed class Study
{
    internal const int MaxFileBytes = 16 << 20, MaxCells = 10_000, MaxTrials = 1_000_000;

    private readonly string _folder;

    internal Study(string source, string folder) => (Source, _folder) = (source, folder);

    /// <summary>Short name, used for folders.</summary>
    public required string Name { get; init; }

    /// <summary>Title of the report.</summary>
    public required string Title { get; init; }

    /// <summary>What the study is to find out; empty if not said.</summary>
    public string Question { get; init; } = "";

    /// <summary>A remark for the reader; empty if there is none.</summary>
    public string Note { get; init; } = "";

    /// <summary>Seed of repeat 0; repeat r has this plus r, in every cell.</summary>
    public int Seed { get; init; }

    /// <summary>Number of seeds with which every cell is run, unless the run says otherwise.</summary>
    public int Repeats { get; init; } = 1;

    /// <summary>
    /// The difference of accuracies that would change a decision, as a share: 0.005 is half a percentage point. What lies
    /// within it counts as equivalent.
    /// </summary>
    public double Matters { get; init; } = 0.005;

    /// <summary>The parts in order.</summary>
    public required IReadOnlyList<StudyPart> Parts { get; init; }

    /// <summary>The values that <see cref="Options"/> have in the base design, as text; options that it does not set are absent.</summary>
    public required IReadOnlyDictionary<string, string> BaseValues { get; init; }

    /// <summary>Every option that differs between cells somewhere in the study, as paths such as <c>model[1].units</c>.</summary>
    public required IReadOnlyList<string> Options { get; init; }

    /// <summary>The document as it was written.</summary>
    public string Source { get; }

    /// <summary>The document as stores keep it: it knows where its files are.</summary>
    internal string StoredSource => StudyTexts.IsOn(this) ? StudyFolder.Add(Source, _folder) : Source;

    /// <summary>Number of cells in all parts.</summary>
    public int CellCount => Parts.Sum(part => part.Cells.Count);

    static Study() => Catalog.Register(MinimalGatedCell.Registration); // before any document that may name it is read

    /// <summary>Reads a study file: JSON in which comments and trailing commas are allowed.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The document is wrong; the message names file, line, member and remedy.</exception>
    public static Study Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no study file '{path}'.", path);
        using var reader = new StreamReader(new MemoryStream(InputFile.ReadAllBytes(path, MaxFileBytes)));
        return Parse(reader.ReadToEnd(), Path.GetFileName(path), Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Reads a study from text.</summary>
    /// <param name="json">The document; paths in it begin at the current folder.</param>
    /// <param name="fileName">What error messages call the document.</param>
    /// <exception cref="InvalidDataException">The document is wrong; the message names file, line, member and remedy.</exception>
    public static Study Parse(string json, string fileName = "study.json")
    {
        ArgumentNullException.ThrowIfNull(json);
        return Parse(json, fileName, Environment.CurrentDirectory);
    }

    private static Study Parse(string json, string fileName, string folder)
    {
        try
        {
            return new StudyParser(fileName, folder).Parse(json);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new InvalidDataException($"{fileName}: {ErrorText.Of(e)}", e); // about a text inside, whose line is not known
        }
    }

    /// <summary>The part of that name.</summary>
    /// <exception cref="ArgumentException">There is no such part; the message lists those there are.</exception>
    public StudyPart Part(string name) =>
        Parts.FirstOrDefault(part => string.Equals(part.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new ArgumentException(
            $"The study '{Name}' has no part '{name}'{NameMatching.Suggestion(name, [.. Parts.Select(part => part.Name)])}", nameof(name));

    /// <summary>The trials of a run: every cell of the chosen part (or of all) with every seed.</summary>
    /// <param name="part">Name of a part; null for all.</param>
    /// <param name="repeats">Seeds per cell; null for what the study says.</param>
    /// <exception cref="ArgumentException">There is no such part, there are fewer than one repeat, or more trials or seeds than there can be.</exception>
    public IReadOnlyList<Trial> Trials(string? part = null, int? repeats = null)
    {
        int count = repeats ?? Repeats;
        if (count < 1) throw new ArgumentException($"repeats is {count}; it must be at least 1.", nameof(repeats));
        StudyPart[] parts = part is null ? [.. Parts] : [Part(part)];
        RequireRepeats(count, Seed, parts.Sum(chosen => (long)chosen.Cells.Count));
        return
        [
            .. from chosen in parts
               from cell in chosen.Cells
               from repeat in Enumerable.Range(0, count)
               select new Trial(cell, repeat, Seed + repeat),
        ];
    }

    /// <summary>Refuses more trials than anybody runs, and seeds that would wrap around.</summary>
    internal static void RequireRepeats(int repeats, int seed, long cells)
    {
        if (cells * repeats > MaxTrials)
            throw new ArgumentException($"repeats is {repeats:N0}, which makes {cells * repeats:N0} trials of {cells:N0} cells; a study can have {MaxTrials:N0}. Choose fewer repeats.", nameof(repeats));
        if ((long)seed + repeats - 1 > int.MaxValue)
            throw new ArgumentException($"seed is {seed}, which leaves no room for {repeats} repeats: repeat r has the seed plus r, {int.MaxValue} at most. Choose a smaller seed.", nameof(repeats));
    }
}

/// <summary>One question of a study and the designs that are to answer it.</summary>
public sealed class StudyPart
{
    /// <summary>Short name, used for files and on the command line.</summary>
    public required string Name { get; init; }

    /// <summary>Heading in the report.</summary>
    public required string Title { get; init; }

    /// <summary>What this part is to find out; empty if not said.</summary>
    public string Question { get; init; } = "";

    /// <summary>A remark for the reader; empty if there is none.</summary>
    public string Note { get; init; } = "";

    /// <summary>Label of the cell that the others are compared with; null if none is named.</summary>
    public string? Reference { get; init; }

    /// <summary>What the cells vary along, if they are a grid; empty if they are named one by one.</summary>
    public IReadOnlyList<StudyAxis> Axes { get; init; } = [];

    /// <summary>The cells in order.</summary>
    public required IReadOnlyList<StudyCell> Cells { get; init; }
}

/// <summary>An option and the values that the cells of a part give it.</summary>
/// <param name="Path">The option, for example <c>model[1].units</c>.</param>
/// <param name="Name">What labels call it.</param>
/// <param name="Values">The values as text, in order.</param>
/// <param name="IsOrdered">True if the values are quantities, so that a trend over them makes sense.</param>
public sealed record StudyAxis(string Path, string Name, IReadOnlyList<string> Values, bool IsOrdered);

/// <summary>One design of a part.</summary>
public sealed class StudyCell
{
    /// <summary>Name of the part that it belongs to.</summary>
    public required string Part { get; init; }

    /// <summary>What tables and figures call it; unique within the part.</summary>
    public required string Label { get; init; }

    /// <summary>A remark for the reader; empty if there is none.</summary>
    public string Note { get; init; } = "";

    /// <summary>The complete design.</summary>
    public required StudyDesign Design { get; init; }

    /// <summary>The options that the study varies (<see cref="Study.Options"/>) with this cell's values as text.</summary>
    public required IReadOnlyDictionary<string, string> Values { get; init; }

    /// <summary>Numbers that somebody else reported for this design; null if there are none.</summary>
    public PublishedNumbers? Published { get; init; }
}

/// <summary>A cell to be run with one seed.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Repeat">Which repeat, from 0.</param>
/// <param name="Seed">Seed of everything random. The same for one repeat in every cell, so cells compare pairwise.</param>
public sealed record Trial(StudyCell Cell, int Repeat, int Seed);
