using System.Globalization;
using System.Text;
using Unroll.Reports;
using Unroll.Text;

namespace Unroll.Classification;

/// <summary>
/// What is wrong with texts and labels, found before training.
/// <code>Console.WriteLine(TextDataCheck.Of(TextFile.Read("reviews.csv", "review", "sentiment")));</code>
/// </summary>
public sealed class TextDataCheck
{
    private const int Shown = 5;

    private readonly char? _separator;

    private TextDataCheck(LabeledTexts data, LabeledTexts? test, char? separator)
    {
        _separator = separator;
        int[] rows = [.. Enumerable.Range(0, data.Count)];
        Count = data.Count;
        Blank = Lines(rows.Where(i => string.IsNullOrWhiteSpace(data.Texts[i])));
        Unlabeled = Lines(rows.Where(i => string.IsNullOrWhiteSpace(data.Labels[i])));
        int[] sound = [.. rows.Where(i => !string.IsNullOrWhiteSpace(data.Texts[i]) && (separator is not null || !string.IsNullOrWhiteSpace(data.Labels[i])))];
        int[] distinct = [.. sound.DistinctBy(i => (data.Texts[i].Trim(), separator is { } sign ? LabelSets.Normal(data.Labels[i], sign) : data.Labels[i]))];
        Labeled = sound.Length;
        Duplicates = Lines(sound.Except(distinct));
        Contradictions = [.. distinct.GroupBy(i => data.Texts[i].Trim(), StringComparer.Ordinal).Where(group => group.Count() > 1).Select(Lines)];
        HashSet<string> tested = test is null ? [] : [.. test.Texts.Select(text => text.Trim())];
        AlsoInTest = Lines(sound.Where(i => tested.Contains(data.Texts[i].Trim())));
        Classes = [.. sound.SelectMany(i => LabelsOf(data.Labels[i])).GroupBy(label => label, StringComparer.Ordinal).Select(group => KeyValuePair.Create(group.Key, group.Count()))
            .OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key, StringComparer.Ordinal)];
        Lengths = sound.Length == 0 ? null : LengthHistogram.Of(sound.Select(i => WordCount(data.Texts[i])));
        UnknownTestLabels = test is null ? [] : [.. test.Labels.Where(label => !string.IsNullOrWhiteSpace(label)).SelectMany(LabelsOf).Distinct(StringComparer.Ordinal).Except(Classes.Select(entry => entry.Key))];
        Problems = [.. FindProblems()];
        Notes = [.. FindNotes(data, sound)];

        IReadOnlyList<int> Lines(IEnumerable<int> found) => [.. found.Select(i => data.Lines[i])];
        string[] LabelsOf(string field) => separator is { } sign ? LabelSets.Split(field, sign) : [field];
    }

    /// <summary>Number of texts.</summary>
    public int Count { get; }

    /// <summary>Texts that can be trained on.</summary>
    private int Labeled { get; }

    /// <summary>Lines of texts that are empty or blank.</summary>
    public IReadOnlyList<int> Blank { get; }

    /// <summary>Lines of texts whose label is empty or blank.</summary>
    public IReadOnlyList<int> Unlabeled { get; }

    /// <summary>Lines of texts that came before, with the same label.</summary>
    public IReadOnlyList<int> Duplicates { get; }

    /// <summary>Lines of texts that are the same and have different labels, together.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Contradictions { get; }

    /// <summary>Lines of texts that are among those to test on.</summary>
    public IReadOnlyList<int> AlsoInTest { get; }

    /// <summary>Labels of the texts to test on that no training text has.</summary>
    public IReadOnlyList<string> UnknownTestLabels { get; }

    /// <summary>Texts of each class, the largest first. A text of several labels counts for each of them.</summary>
    public IReadOnlyList<KeyValuePair<string, int>> Classes { get; }

    /// <summary>Words of the texts; null: there are none. <c>1 − Lengths.ShareUpTo(200)</c> is the share that a length of 200 would cut.</summary>
    public LengthHistogram? Lengths { get; }

    /// <summary>What makes training impossible, in sentences.</summary>
    public IReadOnlyList<string> Problems { get; }

    /// <summary>What deserves a look, in sentences.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Looks at texts and labels.</summary>
    /// <param name="data">What a model is to be trained on.</param>
    /// <param name="test">What it is to be tested on; null: some of the former.</param>
    /// <param name="labelSeparator">What stands between two labels of a text; null: a text has one.</param>
    public static TextDataCheck Of(LabeledTexts data, LabeledTexts? test = null, char? labelSeparator = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        return new TextDataCheck(data, test, labelSeparator);
    }

    /// <summary>Everything that was found, a line each.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        string classes = string.Join(", ", Classes.Take(10).Select(entry => $"{entry.Key} {Share(entry.Value, Labeled)}"));
        text.Append(CultureInfo.InvariantCulture, $"{Count:N0} texts, {Classes.Count} {(_separator is null ? "classes" : "labels")}: {classes}{(Classes.Count > 10 ? ", …" : "")}\n");
        if (_separator is not null && Labeled > 0) text.Append(CultureInfo.InvariantCulture, $"labels per text: mean {(double)Classes.Sum(all => all.Value) / Labeled:F2}\n");
        if (Lengths is { } lengths)
            text.Append(CultureInfo.InvariantCulture, $"words per text: mean {lengths.Mean:F0}, median {lengths.Percentile(50):F0}, 95 % have at most {lengths.Percentile(95):F0}, the longest {lengths.Percentile(100):F0}\n");
        foreach (string problem in Problems) text.Append("problem: ").Append(problem).Append('\n');
        foreach (string note in Notes) text.Append("note: ").Append(note).Append('\n');
        return text.ToString();
    }

    private static int WordCount(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;

    private static string Share(int part, int whole) => string.Create(CultureInfo.InvariantCulture, $"{100.0 * part / whole:F1} %");

    private static string At(IReadOnlyList<int> lines) =>
        (lines.Count == 1 ? "line " : "lines ") + string.Join(", ", lines.Take(Shown)) + (lines.Count > Shown ? ", …" : "");

    private static bool LooksMisread(string text) =>
        text.AsSpan().ContainsAny('\uFFFD', '\0') || text.Contains("Ã¼", StringComparison.Ordinal) || text.Contains("â€", StringComparison.Ordinal);

    private IEnumerable<string> FindProblems()
    {
        const int Least = 3; // one to train on, one to stop by, one to test on
        if (Classes.Count == 0) yield return "there is no text that has a label.";
        else if (Classes.Count == 1) yield return $"all texts have the label '{Classes[0].Key}'; there must be two classes or more.";
        KeyValuePair<string, int>[] rare = [.. Classes.Where(entry => entry.Value < Least)];
        if (Classes.Count > 1 && rare.Length > 0)
        {
            yield return $"{rare.Length} of {Classes.Count} classes have fewer than {Least} texts ({string.Join(", ", rare.Take(Shown).Select(entry => $"'{entry.Key}' {entry.Value}"))}{(rare.Length > Shown ? ", …" : "")}); "
                + "leave them out, or join them to others. If these are no classes, another column is probably the label.";
        }

        if (UnknownTestLabels.Count > 0)
            yield return $"texts to test on have labels that no training text has: {string.Join(", ", UnknownTestLabels.Take(Shown).Select(label => $"'{label}'"))}{(UnknownTestLabels.Count > Shown ? ", …" : "")}.";
    }

    private IEnumerable<string> FindNotes(LabeledTexts data, int[] sound)
    {
        if (Blank.Count > 0) yield return $"blank texts, left out: {Blank.Count} ({At(Blank)}).";
        if (Unlabeled.Count > 0) yield return $"texts without a label, {(_separator is null ? "left out" : "to which none applies")}: {Unlabeled.Count} ({At(Unlabeled)}).";
        if (Duplicates.Count > 0) yield return $"texts that came before with the same label: {Duplicates.Count} ({At(Duplicates)}).";
        if (Contradictions.Count > 0)
            yield return $"texts that occur with different labels, so that no model can be right about all: {Contradictions.Count} ({string.Join("; ", Contradictions.Take(Shown).Select(At))}{(Contradictions.Count > Shown ? "; …" : "")}).";
        if (AlsoInTest.Count > 0) yield return $"texts that are among those to test on, too, left out of training: {AlsoInTest.Count} ({At(AlsoInTest)}).";
        foreach (IGrouping<string, string> alike in Classes.Select(entry => entry.Key).GroupBy(label => label.Trim().ToUpperInvariant(), StringComparer.Ordinal).Where(group => group.Count() > 1).Take(Shown))
            yield return $"the labels {string.Join(" and ", alike.Select(label => $"'{label}'"))} differ in case or blanks alone; they count as different classes.";
        if (Classes.Count > 1 && Classes[0].Value > 3 * Classes[^1].Value)
            yield return $"the largest class, '{Classes[0].Key}', has {Share(Classes[0].Value, sound.Length)} of the texts, the smallest, '{Classes[^1].Key}', {Share(Classes[^1].Value, sound.Length)}.";
        if (Classes.Count > 50 && Classes.Count > sound.Length / 10) yield return $"there are {Classes.Count} classes for {sound.Length} texts; is the column with the labels the right one?";
        int tagged = sound.Count(i => data.Texts[i].Contains("<br", StringComparison.OrdinalIgnoreCase) || data.Texts[i].Contains("</", StringComparison.Ordinal));
        if (tagged > sound.Length / 100) yield return $"{Share(tagged, sound.Length)} of the texts hold tags of HTML, which become words; TextCleaning's StripHtml takes them out.";
        int[] broken = [.. sound.Where(i => LooksMisread(data.Texts[i])).Select(i => data.Lines[i])];
        if (broken.Length > 0) yield return $"texts with letters that were read in a wrong encoding (U+FFFD, Ã¼, â€): {broken.Length} ({At(broken)}).";
        double letters = sound.Length == 0 ? 0 : sound.Average(i => (double)data.Texts[i].Length) / Math.Max(1, Lengths!.Mean);
        if (letters > 20) yield return string.Create(CultureInfo.InvariantCulture, $"a word has {letters:F0} letters in the mean; for a language without blanks between words use Split = TextSplitting.Character.");
    }
}
