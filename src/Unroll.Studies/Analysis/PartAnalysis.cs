using System.Globalization;

namespace Unroll.Studies.Analysis;

/// <summary>What the results of a part say about its question.</summary>
public sealed record PartAnalysis
{
    /// <summary>The part and its results.</summary>
    public required PartResult Result { get; init; }

    /// <summary>The cell that the others are compared with: the one that the study names, else the first.</summary>
    public required int Reference { get; init; }

    /// <summary>The difference of accuracies that would change a decision, as a share.</summary>
    public required double Matters { get; init; }

    /// <summary>Test accuracy of every other cell against the reference.</summary>
    public required IReadOnlyList<CellComparison> Comparisons { get; init; }

    /// <summary>The trend along the axis; null unless the part has one ordered axis with three values or more.</summary>
    public Trend? Trend { get; init; }

    /// <summary>For each cell the runs that learned nothing, each with the evidence. They are in the means.</summary>
    public required IReadOnlyList<IReadOnlyList<string>> Untrained { get; init; }

    /// <summary>Training time of every cell over that of the reference, by repeat; parallel to <see cref="Comparisons"/>.</summary>
    public required IReadOnlyList<Ratio> TimeRatios { get; init; }

    /// <summary>The best cell by validation (by test where nothing is set aside); null if nothing can be ranked.</summary>
    public int? Best { get; init; }

    /// <summary>The cell with the fewest parameters whose interval against the best excludes a loss that matters; null with fewer than two repeats.</summary>
    public int? CheapestAsGood { get; init; }

    /// <summary>Repeats that every cell has.</summary>
    public int Count => Result.Cells.Count == 0 ? 0 : Result.Cells.Min(cell => cell.Complete.Count());

    /// <summary>The answer to the part's question, one sentence, and after it what else the results say.</summary>
    public required IReadOnlyList<string> Findings { get; init; }

    /// <summary>Analyses a part.</summary>
    /// <param name="part">Its results.</param>
    /// <param name="matters">The difference of accuracies that would change a decision, as a share.</param>
    public static PartAnalysis Of(PartResult part, double matters = 0.005)
    {
        ArgumentNullException.ThrowIfNull(part);
        int reference = Math.Max(0, part.Cells.ToList().FindIndex(cell => cell.Cell.Label == part.Part.Reference));
        double[][] accuracy = [.. part.Cells.Select(cell => ByRepeat(part, cell, trial => trial.TestAccuracy, double.NaN))];
        CorrectAnswers?[][] answers = [.. part.Cells.Select(cell => ByRepeat(part, cell, trial => trial.Correct, null))];
        (IReadOnlyList<CellComparison> comparisons, Trend? trend) = PartComparisons.Of(accuracy, reference, AxisOf(part.Part), matters, answers);
        double[][] seconds = [.. part.Cells.Select(cell => ByRepeat(part, cell, trial => trial.FitSeconds, double.NaN))];
        int? best = BestOf(part);
        var analysis = new PartAnalysis
        {
            Result = part,
            Reference = reference,
            Matters = matters,
            Comparisons = comparisons,
            Trend = trend,
            Untrained = [.. part.Cells.Select(cell => (IReadOnlyList<string>)[.. cell.Trials.Select(trial => Analysis.Untrained.Evidence(trial)).OfType<string>()])],
            TimeRatios = [.. comparisons.Select(comparison => Ratio.Of(seconds[comparison.Cell], seconds[reference]))],
            Best = best,
            CheapestAsGood = best is { } cell ? Cheapest(part, accuracy, cell, matters) : null,
            Findings = [],
        };
        return analysis with { Findings = PartFindings.Of(analysis) };
    }

    // A repeat that failed or was never run keeps its place, so that the others stay in pairs.
    private static T[] ByRepeat<T>(PartResult part, CellResult cell, Func<TrialResult, T> value, T missing)
    {
        int repeats = part.Cells.SelectMany(other => other.Trials).Select(trial => trial.Trial.Repeat + 1).DefaultIfEmpty(0).Max();
        var values = new T[repeats];
        Array.Fill(values, missing);
        foreach (TrialResult trial in cell.Complete) values[trial.Trial.Repeat] = value(trial);
        return values;
    }

    private static double[]? AxisOf(StudyPart part) =>
        part.Axes is [{ IsOrdered: true } axis] && axis.Values.Count == part.Cells.Count && axis.Values.Distinct().Count() >= 3
            ? [.. axis.Values.Select(value => double.Parse(value, CultureInfo.InvariantCulture))]
            : null;

    private static int? BestOf(PartResult part)
    {
        int best = PartRanking.Ranks(part).ToList().IndexOf(1);
        return best < 0 ? null : best;
    }

    private static int? Cheapest(PartResult part, double[][] accuracy, int best, double matters)
    {
        foreach (int cell in Enumerable.Range(0, part.Cells.Count).OrderBy(cell => part.Cells[cell].Parameters ?? long.MaxValue).ThenBy(cell => part.Cells[cell].FitSeconds.Mean))
        {
            if (cell == best) return part.Cells.Count > 1 && part.Cells[cell].Complete.Count() > 1 ? cell : null;
            Interval interval = PairedTest.Student([.. accuracy[cell].Zip(accuracy[best], (a, b) => a - b).Where(value => !double.IsNaN(value))]).Interval;
            if (interval.Exists && interval.Low > -matters) return cell;
        }

        return null;
    }
}

/// <summary>How many times as much, mean over repeats on a logarithmic scale.</summary>
/// <param name="Count">Repeats in common.</param>
/// <param name="Mean">Geometric mean of the ratios; NaN without one.</param>
/// <param name="Interval">Its 95 % interval.</param>
public sealed record Ratio(int Count, double Mean, Interval Interval)
{
    internal static Ratio Of(IReadOnlyList<double> values, IReadOnlyList<double> reference)
    {
        double[] logs = [.. values.Zip(reference, (a, b) => Math.Log(a / b)).Where(double.IsFinite)];
        PairedTest.Result test = PairedTest.Student(logs);
        return new Ratio(logs.Length, Math.Exp(test.Mean), new Interval(Math.Exp(test.Interval.Low), Math.Exp(test.Interval.High)));
    }
}
