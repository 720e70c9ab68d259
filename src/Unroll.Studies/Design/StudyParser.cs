using System.Text.Json;
using System.Text.Json.Nodes;
using Unroll.Configuration;

namespace Unroll.Studies;

/// <summary>Reads a study document and expands it into parts and cells.</summary>
/// <param name="file">What errors call it.</param>
/// <param name="folder">What relative paths of data begin at, unless the document says it.</param>
internal sealed class StudyParser(string file, string folder)
{
    // Letters of names and of remarks, which tables and figures show in full.
    private const int MaxTitle = 500, MaxNote = 10_000;

    private readonly List<string> _options = [];

    private string _folder = folder;

    public Study Parse(string json)
    {
        SourceNode root = SourceNode.Parse(json, file);
        var reader = new SourceReader(root, "", file);
        reader.String("$schema");
        if (reader.String(StudyFolder.Member) is { } its)
        {
            if (!Path.IsPathRooted(its)) throw reader.Error(StudyFolder.Member, reader.Find(StudyFolder.Member)!, $"'{its}' must begin at the root; leave it out for the folder of the study file.");
            _folder = its;
        }

        string name = Name(reader, "name", "a short name in letters, digits and hyphens; folders are named after it.");
        string title = Text(reader, "title", MaxTitle) ?? name;
        string question = Text(reader, "question", MaxNote) ?? "";
        string note = Text(reader, "note", MaxNote) ?? "";
        int seed = reader.Integer("seed", 1, 0);
        int repeats = reader.Integer("repeats", 1, 1);
        double matters = reader.Number("matters") ?? 0.5;
        if (!(matters > 0 && matters < 100))
            throw reader.Error("matters", reader.Find("matters")!, "write the difference in percentage points that would change a decision, above 0 and below 100, for example 0.5.");

        var design = new SourceNode(JsonValueKind.Object, "", root.Line, root.Column);
        foreach (string member in (string[])["dataset", "training", "model"])
            if (reader.Find(member) is { } value) design = design.With(member, value);
        SourceNode partsNode = reader.Require("parts", "write at least one: \"parts\": [ { \"name\": \"units\", \"axes\": [ … ] } ].");
        IReadOnlyList<SourceNode> parts = reader.Array("parts");
        if (parts.Count == 0) throw reader.Error("parts", partsNode, "the list is empty; a study needs at least one part.");
        reader.Finish();
        DesignReader.Read(design, file, _folder); // errors of the base are reported as such, not once per cell

        RequireCells(parts);
        PartDraft[] drafts = [.. parts.Select((node, index) => ReadPart(node, index, design))];
        Check(reader, repeats, seed, drafts.Sum(draft => (long)draft.Cells.Count));
        RefuseTwice(drafts.Select(draft => (draft.Name, draft.Node)), "parts", "name");
        return new Study(json, _folder)
        {
            Name = name,
            Title = title,
            Question = question,
            Note = note,
            Seed = seed,
            Repeats = repeats,
            Matters = matters / 100,
            Options = _options,
            BaseValues = Values(design),
            Parts = [.. drafts.Select(Finish)],
        };
    }

    /// <summary>Counts the cells before the first is made: a few lists of values multiply.</summary>
    private void RequireCells(IReadOnlyList<SourceNode> parts)
    {
        double cells = 0;
        for (int i = 0; i < parts.Count; i++)
        {
            double own = 1;
            IReadOnlyList<SourceNode> axes = parts[i]["axes"]?.Items ?? [];
            foreach (SourceNode axis in axes) own *= Math.Max(1, axis["values"]?.Items.Count ?? 1);
            cells += (axes.Count > 0 ? own : 0) + (parts[i]["cells"]?.Items.Count ?? 0);
            if (cells > Study.MaxCells)
                throw SourceReader.Error(file, parts[i], $"parts[{i}]", $"the study has {cells:N0} cells up to here; it can have {Study.MaxCells:N0}. Give the axes fewer values.");
        }
    }

    private static void Check(SourceReader reader, int repeats, int seed, long cells)
    {
        try
        {
            Study.RequireRepeats(repeats, seed, cells);
        }
        catch (ArgumentException error)
        {
            string member = error.Message.StartsWith("seed", StringComparison.Ordinal) ? "seed" : "repeats";
            throw reader.Find(member) is { } node ? reader.Error(member, node, ErrorText.Of(error)) : new InvalidDataException(ErrorText.Of(error), error);
        }
    }

    private sealed record CellDraft(string Label, SourceNode Node, SourceNode Design, string Note, PublishedNumbers? Published);

    private sealed record PartDraft(string Name, SourceNode Node, string Title, string Question, string Note, string? Reference, IReadOnlyList<StudyAxis> Axes, IReadOnlyList<CellDraft> Cells);

    private PartDraft ReadPart(SourceNode node, int index, SourceNode baseDesign)
    {
        var reader = new SourceReader(node, $"parts[{index}]", file);
        string name = Name(reader, "name", "a short name in letters, digits and hyphens; files are named after it.");
        string title = Text(reader, "title", MaxTitle) ?? name;
        string question = Text(reader, "question", MaxNote) ?? "";
        string note = Text(reader, "note", MaxNote) ?? "";
        SourceNode design = Apply(baseDesign, reader.Map("changes"));

        var cells = new List<CellDraft>();
        Axis[] axes = reader.Find("axes") is null ? [] : [.. reader.Array("axes").Select((axis, i) => ReadAxis(new SourceReader(axis, reader.PathOf($"axes[{i}]"), file)))];
        if (axes.Length > 0) cells.AddRange(Grid(axes, reader.Find("axes")!, design));
        foreach ((SourceNode cellNode, int i) in reader.Array("cells").Select((cell, i) => (cell, i)))
        {
            var cell = new SourceReader(cellNode, reader.PathOf($"cells[{i}]"), file);
            cell.Require("label", "what tables and figures shall call this cell.");
            string label = Text(cell, "label", MaxTitle)!;
            SourceNode changed = Apply(design, cell.Map("changes"));
            string cellNote = Text(cell, "note", MaxNote) ?? "";
            PublishedNumbers? published = cell.Object("published") is { } numbers ? ReadPublished(numbers) : null;
            cell.Finish();
            cells.Add(new CellDraft(label, cellNode, changed, cellNote, published));
        }

        if (cells.Count == 0)
            throw SourceReader.Error(file, node, $"parts[{index}]", $"'{name}' has no cell; give it \"axes\" (a grid) or \"cells\" (named designs).");
        RefuseTwice(cells.Select(cell => (cell.Label, cell.Node)), $"parts[{index}]", "cell label");

        string[] labels = [.. cells.Select(cell => cell.Label)];
        foreach ((string label, SourceNode value) in reader.Map("published"))
            cells = [.. Annotate(cells, label, value, reader.PathOf("published"), labels, cell => cell with { Published = ReadPublished(new SourceReader(value, reader.PathOf($"published['{label}']"), file)) })];
        foreach ((string label, SourceNode value) in reader.Map("notes"))
            cells = [.. Annotate(cells, label, value, reader.PathOf("notes"), labels, cell => cell with { Note = value.Text })];

        string? reference = reader.String("reference");
        if (reference is not null && !labels.Contains(reference, StringComparer.Ordinal))
            throw reader.Error("reference", reader.Find("reference")!, $"there is no cell '{reference}'{NameMatching.Suggestion(reference, labels)}");
        reader.Finish();
        return new PartDraft(name, node, title, question, note, reference, [.. axes.Select(axis => axis.Described)], cells);
    }

    private IEnumerable<CellDraft> Annotate(List<CellDraft> cells, string label, SourceNode value, string path, string[] labels, Func<CellDraft, CellDraft> change) =>
        labels.Contains(label, StringComparer.Ordinal)
            ? cells.Select(cell => cell.Label == label ? change(cell) : cell)
            : throw SourceReader.Error(file, value, path, $"there is no cell '{label}'{NameMatching.Suggestion(label, labels)}");

    private sealed record Axis(string Path, string Name, bool IsOrdered, IReadOnlyList<SourceNode> Values, IReadOnlyList<string> Labels)
    {
        public StudyAxis Described => new(Path, Name, [.. Values.Select(value => DesignText.Of(value.ToJsonNode()))], IsOrdered);
    }

    private List<CellDraft> Grid(Axis[] axes, SourceNode at, SourceNode design)
    {
        var cells = new List<CellDraft> { new("", at, design, "", null) };
        foreach (Axis axis in axes)
        {
            Remember(axis.Path);
            cells =
            [
                .. from cell in cells
                   from i in Enumerable.Range(0, axis.Values.Count)
                   let label = cell.Label.Length == 0 ? axis.Labels[i] : $"{cell.Label}, {axis.Labels[i]}"
                   select new CellDraft(label, axis.Values[i], DesignPath.Set(cell.Design, axis.Path, axis.Values[i], file), "", null),
            ];
        }

        return cells;
    }

    private static Axis ReadAxis(SourceReader reader)
    {
        reader.Require("path", "which option varies, for example \"model[1].units\".");
        string path = reader.String("path")!;
        SourceNode valuesNode = reader.Require("values", "the values of the option, for example [8, 16, 32].");
        IReadOnlyList<SourceNode> values = reader.Array("values");
        if (values.Count == 0) throw reader.Error("values", valuesNode, "the list is empty; give at least one value.");
        string name = reader.String("name") ?? path[(path.LastIndexOf('.') + 1)..];
        IReadOnlyList<string> labels = reader.Strings("labels");
        if (labels.Count == 0)
            labels = [.. values.Select(value => value.Kind == JsonValueKind.Object || path.EndsWith(']') ? DesignText.Of(value.ToJsonNode()) : $"{name} {DesignText.Of(value.ToJsonNode())}")];
        if (labels.Count != values.Count)
            throw reader.Error("labels", reader.Find("labels")!, $"{labels.Count} labels for {values.Count} values; give one each or leave the labels out.");
        bool numbers = values.All(value => value.Kind == JsonValueKind.Number);
        bool ordered = reader.Boolean("ordered") ?? numbers;
        if (ordered && !numbers)
            throw reader.Error("ordered", reader.Find("ordered")!, "only numbers have an order along which a trend can be tested; leave it out.");
        reader.Finish();
        return new Axis(path, name, ordered, values, labels);
    }

    private SourceNode Apply(SourceNode design, IReadOnlyList<(string Path, SourceNode Value)> changes)
    {
        foreach ((string path, SourceNode value) in changes)
        {
            design = DesignPath.Set(design, path, value, file);
            Remember(path);
        }

        return design;
    }

    private void Remember(string path)
    {
        if (!_options.Contains(path)) _options.Add(path);
    }

    private StudyPart Finish(PartDraft draft) => new()
    {
        Name = draft.Name,
        Title = draft.Title,
        Question = draft.Question,
        Note = draft.Note,
        Reference = draft.Reference,
        Axes = draft.Axes,
        Cells =
        [
            .. draft.Cells.Select(cell => new StudyCell
            {
                Part = draft.Name,
                Label = cell.Label,
                Note = cell.Note,
                Design = DesignReader.Read(cell.Design, file, _folder),
                Values = Values(cell.Design),
                Published = cell.Published,
            }),
        ],
    };

    private Dictionary<string, string> Values(SourceNode design)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string path in _options)
        {
            JsonNode? value = DesignPath.Get(design, path);
            if (value is not null) values[path] = DesignText.Of(value);
        }

        return values;
    }

    private static PublishedNumbers ReadPublished(SourceReader reader)
    {
        var numbers = new PublishedNumbers
        {
            TrainLoss = reader.Number("trainLoss"),
            TrainAccuracy = reader.Number("trainAccuracy"),
            ValidationLoss = reader.Number("validationLoss"),
            ValidationAccuracy = reader.Number("validationAccuracy"),
            TestLoss = reader.Number("testLoss"),
            TestAccuracy = reader.Number("testAccuracy"),
            Parameters = (long?)reader.Number("parameters"),
            Seconds = reader.Number("seconds"),
        };
        reader.Finish();
        return numbers;
    }

    private static string? Text(SourceReader reader, string member, int most)
    {
        string? text = reader.String(member);
        return text is null || text.Length <= most ? text : throw reader.Error(member, reader.Find(member)!, $"has {text.Length:N0} letters; it can have {most:N0}.");
    }

    private static string Name(SourceReader reader, string member, string remedy)
    {
        SourceNode node = reader.Require(member, remedy);
        string name = reader.String(member)!;
        if (name.Length is 0 or > 100 || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'))
            throw reader.Error(member, node, $"'{Printable.Cut(name, 100)}' can't name a file everywhere; use letters, digits, hyphens and underscores, 100 at most.");
        return name;
    }

    private void RefuseTwice(IEnumerable<(string Name, SourceNode Node)> names, string path, string what)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, SourceNode node) in names)
            if (!seen.Add(name)) throw SourceReader.Error(file, node, path, $"the {what} '{name}' is used twice; each must be unique.");
    }
}
