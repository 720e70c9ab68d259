using Unroll.Studies.Analysis;

namespace Unroll.Studies.Lint;

/// <summary>Rules that need results.</summary>
internal static class ResultRules
{
    private const int RisingEpochs = 3;
    private const double OovLimit = 0.2;
    private const double CutLimit = 0.5;
    private const double StillImproving = 0.01;

    /// <summary>Rules about one part.</summary>
    public static IEnumerable<LintMessage> Check(PartResult part, LintFacts facts) =>
        [.. NotTrained(part, facts), .. Shares(part), .. Curves(part), .. NotPaired(part)];

    /// <summary>Rules about the whole run.</summary>
    public static IEnumerable<LintMessage> Check(StudyResult result, LintFacts facts)
    {
        int[] numWords = [.. result.Parts.SelectMany(part => part.Cells).Select(cell => cell.Cell.Design.Dataset.NumWords).Distinct().Where(count => count > facts.VocabularySize)];
        if (numWords.Length > 0)
        {
            yield return new("U006", null, "An option has no effect.", $"numWords is {Words.List(numWords.Select(count => Words.Count(count)))}; the data have {Words.Count(facts.VocabularySize!.Value)} words.",
                "A smaller numWords gives the same result with fewer parameters.");
        }

        if (facts.SharedTexts > 0)
        {
            yield return new("U013", null, "The training data hold texts of the test.", $"{Words.Count(facts.SharedTexts)} texts, {Words.Count(facts.ConflictingTexts)} of them with another label.",
                "Take them out of one of the two; the test is easier, or less clean, than it looks.");
        }

        int[] earlier = [.. facts.EarlierRepeats.Where(count => count < result.Environment.Repeats).Distinct().Order()];
        if (earlier.Length > 0)
        {
            yield return new("U015", null, "Repeats were added after results had been looked at; p values no longer hold.", $"Looked at with n = {Words.List(earlier.Select(count => count.ToString(System.Globalization.CultureInfo.InvariantCulture)))}, now n = {result.Environment.Repeats}.",
                "Plan the number of repeats beforehand (“unroll study plan”) and judge once.");
        }
    }

    private static IEnumerable<LintMessage> NotTrained(PartResult part, LintFacts facts)
    {
        var evidence = new List<string>();
        foreach (CellResult cell in part.Cells)
        {
            string[] runs = [.. cell.Trials.Select(trial => Untrained.Evidence(trial, facts.MajorityShare)).OfType<string>()];
            if (runs.Length > 0) evidence.Add($"{cell.Cell.Label}, {runs.Length} of {cell.Complete.Count()}: {runs[0]}");
        }

        if (evidence.Count > 0)
            yield return new("U002", part.Part.Name, "Some runs learned nothing; they compare no designs.", $"{string.Join("; ", evidence)}.", "Train longer or with a larger learning rate before comparing.");
    }

    private static IEnumerable<LintMessage> Shares(PartResult part)
    {
        string[] unknown = Over(part, data => data.OovShare, OovLimit), cut = Over(part, data => data.CutShare, CutLimit);
        if (unknown.Length > 0)
            yield return new("U009", part.Part.Name, "More than 20 % of the words are outside the vocabulary.", $"{string.Join("; ", unknown)}.", "Raise dataset.numWords.");
        if (cut.Length > 0)
            yield return new("U010", part.Part.Name, "More than half of the reviews are cut.", $"{string.Join("; ", cut)}.", "Raise dataset.maxLen, or say that the question is about beginnings or ends of reviews.");
    }

    // One entry for cells that share their data.
    private static string[] Over(PartResult part, Func<TrialDataset, double> share, double limit) =>
    [
        .. part.Cells.Select(cell => (cell.Cell.Label, Data: cell.Trials.Select(trial => trial.Dataset).FirstOrDefault(data => data is not null)))
            .Where(cell => cell.Data is not null && share(cell.Data) > limit)
            .GroupBy(cell => Math.Round(share(cell.Data!), 3))
            .Select(cells => $"{(cells.Count() == part.Cells.Count ? "" : Words.List(cells.Select(cell => cell.Label)) + ": ")}{Words.Percent(cells.Key)}"),
    ];

    private static IEnumerable<LintMessage> Curves(PartResult part)
    {
        var rising = new List<string>();
        var improving = new List<string>();
        foreach (CellResult cell in part.Cells)
        {
            double[] validation = MeanCurve(cell, "val_loss");
            if (validation.Length > RisingEpochs && Enumerable.Range(validation.Length - RisingEpochs, RisingEpochs).All(e => validation[e] > validation[e - 1]))
                rising.Add($"{cell.Cell.Label}: {Words.Number(validation[^(RisingEpochs + 1)], 4)} to {Words.Number(validation[^1], 4)}");
            double[] watched = validation.Length > 0 ? validation : MeanCurve(cell, "loss");
            if (watched.Length > 1 && watched.Length == cell.Cell.Design.Training.Epochs && watched[^1] <= watched.Min() && (watched[^2] - watched[^1]) / watched[^2] > StillImproving)
                improving.Add($"{cell.Cell.Label}: {Words.Number(watched[^2], 4)} to {Words.Number(watched[^1], 4)} in the last epoch");
        }

        if (rising.Count > 0)
            yield return new("U011", part.Part.Name, $"Overfitting: validation loss rises over the last {RisingEpochs} epochs.", $"{string.Join("; ", rising)}.", "Stop earlier: \"callbacks\": [\"early_stopping(patience=2, restore_best_weights=true)\"].");
        if (improving.Count > 0)
            yield return new("U012", part.Part.Name, "Still improving when training stopped.", $"{string.Join("; ", improving)}.", "Train for more epochs before comparing final values.");
    }

    /// <summary>Mean over the trials, as far as all of them go.</summary>
    private static double[] MeanCurve(CellResult cell, string name)
    {
        TrialResult[] trials = [.. cell.Complete];
        if (trials.Length == 0 || trials.Any(trial => trial.Epochs.Any(epoch => !epoch.Logs.ContainsKey(name)))) return [];
        return [.. Enumerable.Range(0, trials.Min(trial => trial.Epochs.Count)).Select(epoch => trials.Average(trial => trial.Epochs[epoch].Logs[name]))];
    }

    private static IEnumerable<LintMessage> NotPaired(PartResult part)
    {
        TrialDataset[] data = [.. part.Cells.SelectMany(cell => cell.Trials).Select(trial => trial.Dataset).OfType<TrialDataset>()
            .DistinctBy(info => (info.Name, info.IsFallback, info.TrainCount, info.TestCount))];
        bool seedsDiffer = part.Cells.SelectMany(cell => cell.Trials).GroupBy(trial => trial.Trial.Repeat).Any(repeat => repeat.Select(trial => trial.Trial.Seed).Distinct().Count() > 1);
        if (data.Length > 1)
        {
            yield return new("U017", part.Part.Name, "The cells are not paired: they have different data.",
                $"{string.Join("; ", data.Select(info => $"{info.Name}, {Words.Count(info.TrainCount)} training and {Words.Count(info.TestCount)} test samples"))}.", "Run all cells on the same data.");
        }
        else if (seedsDiffer)
        {
            yield return new("U017", part.Part.Name, "The cells are not paired: the same repeat has different seeds.", "Repeats do not share their seeds.", "Run all cells with the same seeds.");
        }
    }
}
