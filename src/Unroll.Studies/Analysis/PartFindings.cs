using Unroll.Studies.Reports;
using static Unroll.Studies.Analysis.Words;

namespace Unroll.Studies.Analysis;

/// <summary>The findings of a part in sentences that say no more than the analysis does.</summary>
internal static class PartFindings
{
    /// <summary>The answer first, then what qualifies it, then parameters and training time.</summary>
    public static IReadOnlyList<string> Of(PartAnalysis part)
    {
        if (part.Result.Cells.All(cell => !cell.Complete.Any())) return ["No answer: no trial of this part ran to its end."];
        var findings = new List<string> { Answer(part) };
        if (part.Comparisons.Count > 1 && part.Count > 1) findings.AddRange(part.Comparisons.Select(comparison => Compared(part, comparison)));
        if (Untrained(part) is { } untrained) findings.Add(untrained);
        if (Baseline(part) is { } baseline) findings.Add(baseline);
        if (Chosen(part) is { } chosen) findings.Add(chosen);
        if (Parameters(part) is { } parameters) findings.Add(parameters);
        if (Time(part) is { } time) findings.Add(time);
        return findings;
    }

    /// <summary><c>LSTM against GRU: +0.12 points (95 %: −0.10 to +0.34; 20 seeds × 25,000 reviews): equivalent within ±0.5.</c></summary>
    public static string Compared(PartAnalysis part, CellComparison comparison)
    {
        string pair = $"{Label(part, comparison.Cell)} against {Label(part, part.Reference)}";
        if (comparison.Count == 0) return $"{pair}: no repeat has both.";
        if (comparison.Count == 1) return $"{pair}: {Points(comparison.Difference)} points in one run each: no verdict.";
        Interval interval = comparison.Whole;
        string verdict = VerdictText(part, comparison);
        return $"{pair}: {Points(comparison.Difference)} points (95 %: {Range(interval)}; {Counts(part, comparison.Count)}): {verdict}.";
    }

    /// <summary>The verdict in words.</summary>
    public static string VerdictText(PartAnalysis part, CellComparison comparison)
    {
        Interval interval = comparison.Whole;
        return comparison.Verdict switch
        {
            Verdict.Higher => $"higher by at least {Points(Math.Max(0, interval.Low)).TrimStart('+')}",
            Verdict.Lower => $"lower by at least {Points(Math.Max(0, -interval.High)).TrimStart('+')}",
            Verdict.Equivalent => $"equivalent within {Margin(part.Matters)}",
            Verdict.Undecided when comparison.RepeatsNeeded is { } n => $"undecided, needs about {n} repeats",
            Verdict.Undecided => "undecided, more repeats than a thousand would be needed",
            _ => "no verdict from one run",
        };
    }

    private static bool Single(PartAnalysis part) => part.Result.Cells.Count == 1;

    private static string Answer(PartAnalysis part)
    {
        if (Single(part)) return Alone(part);
        if (part.Count < 2) return Spans(part);
        if (part.Trend is { Count: > 1 } trend) return Along(part, trend);
        return part.Comparisons.Count == 1 ? Compared(part, part.Comparisons[0]) : Summary(part);
    }

    private static string Alone(PartAnalysis part)
    {
        CellResult cell = part.Result.Cells[0];
        Summary accuracy = cell.TestAccuracy;
        Interval interval = PairedTest.OfMean(accuracy).ClippedTo(0, 1);
        string counts = Counts(part, accuracy.Count);
        return interval.Exists
            ? $"{cell.Cell.Label} reaches {Percent(accuracy.Mean)} test accuracy (95 %: {Percent(interval.Low)} to {Percent(interval.High)}; {counts}); with one cell nothing is compared."
            : $"{cell.Cell.Label} reached {Percent(accuracy.Mean)} test accuracy in one run (n = 1{NoiseOfTest(part, accuracy.Mean)}); with one cell nothing is compared.";
    }

    private static string Spans(PartAnalysis part)
    {
        (string Label, double Accuracy)[] cells = [.. part.Result.Cells.Where(cell => cell.TestAccuracy.Count > 0).Select(cell => (cell.Cell.Label, cell.TestAccuracy.Mean))];
        (string lowest, double low) = cells.MinBy(cell => cell.Accuracy);
        (string highest, double high) = cells.MaxBy(cell => cell.Accuracy);
        string spread = cells.Length < 2 ? $"only {lowest} ran to its end"
            : $"test accuracy spans {Points(high - low).TrimStart('+')} points, from {Percent(low)} ({lowest}) to {Percent(high)} ({highest})";
        return $"No verdict: with one run per cell (n = 1) it is not known how much another seed would change; {spread}{NoiseOfTest(part, (low + high) / 2, "; ")}.";
    }

    private static string Along(PartAnalysis part, Trend trend)
    {
        StudyAxis axis = part.Result.Part.Axes[0];
        string range = $"from {axis.Name} {axis.Values[0]} to {axis.Values[^1]}";
        string numbers = $"{Points(trend.Change)} points along the fitted line (95 %: {Range(trend.Interval)}; {Counts(part, trend.Count)})";
        string verdict = trend.Interval.IsWithin(part.Matters) ? $"no change that matters, within {Margin(part.Matters)}"
            : trend.IsSignificant ? trend.Change > 0 ? "accuracy rises with it" : "accuracy falls with it"
            : "no trend shown, which does not show that there is none";
        return $"Test accuracy {range}: {numbers}: {verdict}.";
    }

    private static string Summary(PartAnalysis part)
    {
        string Of(Verdict verdict) => List(part.Comparisons.Where(comparison => comparison.Verdict == verdict).Select(comparison => Label(part, comparison.Cell)));
        var groups = new List<string>();
        if (Of(Verdict.Higher) is { Length: > 0 } higher) groups.Add($"higher: {higher}");
        if (Of(Verdict.Lower) is { Length: > 0 } lower) groups.Add($"lower: {lower}");
        if (Of(Verdict.Equivalent) is { Length: > 0 } equivalent) groups.Add($"equivalent within {Margin(part.Matters)}: {equivalent}");
        if (Of(Verdict.Undecided) is { Length: > 0 } undecided) groups.Add($"undecided: {undecided}");
        if (Of(Verdict.None) is { Length: > 0 } none) groups.Add($"no verdict: {none}");
        CellComparison largest = part.Comparisons.Where(comparison => comparison.Count > 1).MaxBy(comparison => Math.Abs(comparison.Difference)) ?? part.Comparisons[0];
        return $"Test accuracy against {Label(part, part.Reference)}: {string.Join("; ", groups)}; the largest difference is {Points(largest.Difference)} points, {Label(part, largest.Cell)} (95 %: {Range(largest.Whole)}; {Counts(part, largest.Count)}).";
    }

    private static string? Untrained(PartAnalysis part)
    {
        string[] cells =
        [
            .. part.Untrained.Select((runs, cell) => (runs.Count, Cell: part.Result.Cells[cell])).Where(entry => entry.Count > 0)
                .Select(entry => $"{entry.Count} of {entry.Cell.Complete.Count()} of {entry.Cell.Cell.Label}"),
        ];
        if (cells.Length == 0) return null;
        bool most = part.Untrained.Where((runs, cell) => 2 * runs.Count > part.Result.Cells[cell].Complete.Count()).Any();
        return $"Runs that learned nothing: {List(cells)}; they are in the means{(most ? ", so that the comparison says how often training begins at all, not how good the trained designs are" : "")}.";
    }

    // The words that a network gets to see, without their order.
    private static string? Baseline(PartAnalysis part)
    {
        (string Label, double Accuracy, TrialDataset Data)[] cells =
        [
            .. part.Result.Cells.Select(cell => (cell.Cell.Label, cell.TestAccuracy.Mean, Data: cell.Complete.Select(trial => trial.Dataset).FirstOrDefault(data => data is not null)))
                .Where(cell => cell.Data is not null && !double.IsNaN(cell.Data.BagOfWordsAccuracy)).Select(cell => (cell.Label, cell.Mean, cell.Data!)),
        ];
        if (cells.Length == 0) return null;
        double low = cells.Min(cell => cell.Data.BagOfWordsAccuracy), high = cells.Max(cell => cell.Data.BagOfWordsAccuracy);
        string[] behind = [.. cells.Where(cell => cell.Accuracy <= cell.Data.BagOfWordsAccuracy).Select(cell => cell.Label)];
        string who = behind.Length == 0 ? "every cell is above it" : behind.Length == cells.Length ? "no cell is above it" : $"not above it: {List(behind)}";
        return $"Without a network: the larger class alone {Percent(cells[0].Data.MajorityShare)}, a logistic regression on the same words {Percent(low)}{(Percent(low) == Percent(high) ? "" : $" to {Percent(high)}")}; {who}.";
    }

    private static string? Chosen(PartAnalysis part)
    {
        if (Single(part) || part.Count < 2 || part.Best is not { } best) return null;
        string by = PartRanking.IsByValidation(part.Result.Part) ? "validation accuracy" : "test accuracy (no data are set aside for validation)";
        string sentence = $"Highest mean {by}: {Label(part, best)}", margin = Margin(part.Matters).TrimStart('±');
        if (part.Result.Cells.All(cell => !(cell.Parameters < part.Result.Cells[best].Parameters))) return sentence + ".";
        return part.CheapestAsGood is { } cheapest && cheapest != best
            ? $"{sentence}; {Label(part, cheapest)}, with {Count(part.Result.Cells[cheapest].Parameters ?? 0)} parameters, is not worse by {margin} points."
            : $"{sentence}; no cell with fewer parameters is shown to be within {margin} points of it.";
    }

    private static string? Parameters(PartAnalysis part)
    {
        (string Label, long Count)[] cells = [.. part.Result.Cells.Where(cell => cell.Parameters is not null).Select(cell => (cell.Cell.Label, cell.Parameters!.Value))];
        if (cells.Length == 0) return null;
        (string fewestLabel, long fewest) = cells.MinBy(cell => cell.Count);
        (string mostLabel, long most) = cells.MaxBy(cell => cell.Count);
        if (fewest == most) return $"Parameters: {Count(fewest)}{(cells.Length > 1 ? " in every cell" : "")}.";
        string times = most >= 1.1 * fewest ? $", {Number((double)most / fewest, 1)} times as many" : "";
        return $"Parameters: {Count(fewest)} ({fewestLabel}) to {Count(most)} ({mostLabel}){times}.";
    }

    private static string? Time(PartAnalysis part)
    {
        CellResult[] cells = [.. part.Result.Cells.Where(cell => cell.FitSeconds.Count > 0)];
        if (cells.Length == 0) return null;
        if (cells.Length == 1 || part.Comparisons.Count == 0) return $"Training time: {NumberText.Seconds(cells[0].FitSeconds)} (n = {cells[0].FitSeconds.Count}).";
        CellResult fastest = cells.MinBy(cell => cell.FitSeconds.Mean)!, slowest = cells.MaxBy(cell => cell.FitSeconds.Mean)!;
        string range = $"Training time: {NumberText.Seconds(fastest.FitSeconds)} ({fastest.Cell.Label}) to {NumberText.Seconds(slowest.FitSeconds)} ({slowest.Cell.Label})";
        // The cell whose time is furthest from the reference's says most.
        int furthest = Enumerable.Range(0, part.TimeRatios.Count).Where(i => part.TimeRatios[i].Count > 0).OrderByDescending(i => Math.Abs(Math.Log(part.TimeRatios[i].Mean))).FirstOrDefault(-1);
        if (furthest < 0) return range + ".";
        Ratio ratio = part.TimeRatios[furthest];
        string interval = ratio.Interval.Exists ? $" (95 %: {Number(ratio.Interval.Low, 2)} to {Number(ratio.Interval.High, 2)}; n = {ratio.Count})" : $" (n = {ratio.Count})";
        return $"{range}; {Label(part, part.Comparisons[furthest].Cell)} takes {Number(ratio.Mean, 2)} times as long as {Label(part, part.Reference)}{interval}.";
    }

    private static string Label(PartAnalysis part, int cell) => part.Result.Cells[cell].Cell.Label;

    // Seeds and examples are two sources of chance; the reader is told how many there were of each.
    private static string Counts(PartAnalysis part, int seeds)
    {
        string repeats = seeds == 1 ? "1 seed" : $"{seeds} seeds";
        return TestCount(part) is { } examples ? $"{repeats} × {Count(examples)} reviews" : repeats;
    }

    private static string NoiseOfTest(PartAnalysis part, double accuracy, string before = "; ") =>
        TestCount(part) is { } examples && accuracy is > 0 and < 1
            ? $"{before}the choice of {Count(examples)} test reviews alone leaves ±{Number(196 * Chances.StandardError(accuracy, examples), 2)} points in each"
            : "";

    private static int? TestCount(PartAnalysis part) =>
        part.Result.Cells.SelectMany(cell => cell.Trials).Select(trial => trial.Dataset?.TestCount).FirstOrDefault(count => count is > 0);
}
