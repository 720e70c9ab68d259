using Unroll.Preprocessing;
using Unroll.Text;

namespace Unroll.Classification;

/// <summary>Texts and labels, looked through and split.</summary>
/// <param name="Train">What to train on, the texts that say when to stop included.</param>
/// <param name="Test">What to test on.</param>
/// <param name="Labels">The classes, in the order of their numbers.</param>
/// <param name="Check">What was found in the data.</param>
internal sealed record ClassifierData(LabeledTexts Train, LabeledTexts Test, IReadOnlyList<string> Labels, TextDataCheck Check)
{
    /// <summary>Reads the files; a directory or archive with the folders train and test has its test texts with it.</summary>
    public static (LabeledTexts Data, LabeledTexts? Test) Read(string path, string text, string label, TextClassifierOptions options)
    {
        bool hasParts = options.Test is null && TextFile.HasFolders(path) && TextArchive.HasParts(path, "train", "test");
        LabeledTexts data = TextFile.Read(path, text, label, options.Separator, options.Encoding, hasParts ? "train" : null, options.LabelSeparator);
        LabeledTexts? test = hasParts ? TextArchive.Read(path, "test")
            : options.Test is null ? null
            : TextFile.Read(options.Test, text, label, options.Separator, options.Encoding, labelSeparator: options.LabelSeparator);
        return (data, test);
    }

    /// <param name="data">Texts and labels.</param>
    /// <param name="options">How to split.</param>
    /// <param name="test">Texts to test on; null: some of the former.</param>
    /// <exception cref="ArgumentException">The texts can't be trained on; the message says why.</exception>
    public static ClassifierData Of(LabeledTexts data, TextClassifierOptions options, LabeledTexts? test)
    {
        TextDataCheck check = TextDataCheck.Of(data, test, options.LabelSeparator);
        if (check.Problems.Count > 0) throw new ArgumentException($"The texts can't be trained on: {string.Join(" ", check.Problems)}", nameof(data));
        data = Usable(data, options, options.DropDuplicates, test);
        if (test is not null) test = Usable(test, options, dropDuplicates: false, null);
        IReadOnlyList<string> labels = options.LabelSeparator is { } sign ? LabelSets.NamesIn(data.Labels, sign) : new LabelEncoder().Fit(data.Labels).Classes;
        if (test is null) (data, test) = Split(data, labels, options.TestShare, options);
        return new ClassifierData(data, test, labels, check);
    }

    /// <summary>Without texts that are blank, those that come again, and those that are tested on. A text that can have several labels can also have none.</summary>
    private static LabeledTexts Usable(LabeledTexts data, TextClassifierOptions options, bool dropDuplicates, LabeledTexts? test)
    {
        if (options.LabelSeparator is { } separator) data = data with { Labels = Array.ConvertAll(data.Labels, field => LabelSets.Normal(field, separator)) };
        HashSet<string> tested = test is null ? [] : [.. test.Texts.Select(text => text.Trim())];
        IEnumerable<int> rows = Enumerable.Range(0, data.Count).Where(i =>
            !string.IsNullOrWhiteSpace(data.Texts[i]) && (options.LabelSeparator is not null || !string.IsNullOrWhiteSpace(data.Labels[i])) && !tested.Contains(data.Texts[i].Trim()));
        if (dropDuplicates) rows = rows.DistinctBy(i => (data.Texts[i].Trim(), data.Labels[i]));
        int[] kept = [.. rows];
        return kept.Length == data.Count ? data : Take(data, kept);
    }

    /// <summary>Two parts that have every class in its share; of texts of several labels every frequent set of them.</summary>
    public static (LabeledTexts Train, LabeledTexts Kept) Split(LabeledTexts data, IReadOnlyList<string> labels, double share, TextClassifierOptions options)
    {
        (int[] rest, int[] kept) = options.LabelSeparator is null
            ? TrainTestSplit.Indices(data.Count, share, options.Seed, Places(data, labels))
            : TrainTestSplit.Indices(data.Count, share, options.Seed, LabelSets.Strata(data.Labels, share));
        return (Take(data, rest), Take(data, kept));
    }

    public static int[] Places(LabeledTexts data, IReadOnlyList<string> labels) => LabelEncoder.FromClasses(labels).Transform(data.Labels);

    private static LabeledTexts Take(LabeledTexts data, int[] rows) => new(Rows.Take(data.Texts, rows), Rows.Take(data.Labels, rows), Rows.Take(data.Lines, rows));
}
