namespace Unroll.Studies.Analysis;

/// <summary>
/// The verdicts of one part, from numbers alone. Cells are compared with the reference by repeat and corrected by Holm.
/// A part along an ordered axis is asked one question first, whether there is a trend: only if there is, are differences
/// of single cells called differences. So the chance of any false difference in a part stays at 5 %.
/// </summary>
internal static class PartComparisons
{
    private const double Level = 0.05;

    /// <param name="accuracy">By cell and repeat; NaN where a trial is missing.</param>
    /// <param name="reference">Index of the reference.</param>
    /// <param name="axis">The values of an ordered axis, one per cell; null for cells without order.</param>
    /// <param name="matters">The difference that would change a decision.</param>
    /// <param name="correct">By cell and repeat, the answers to single examples, where they are known.</param>
    public static (IReadOnlyList<CellComparison> Cells, Trend? Trend) Of(
        IReadOnlyList<double[]> accuracy, int reference, IReadOnlyList<double>? axis, double matters, IReadOnlyList<CorrectAnswers?[]>? correct = null)
    {
        (IReadOnlyList<Judged> judged, Trend? trend) = Judge(accuracy, reference, axis, matters, correct);
        return ([.. judged.Select(Describe)], trend);

        CellComparison Describe(Judged one)
        {
            double[] values = one.Differences;
            double wins = values.Sum(value => value > 0 ? 1 : value == 0 ? 0.5 : 0);
            return new CellComparison
            {
                Cell = one.Cell,
                Count = values.Length,
                Difference = one.Test.Mean,
                Std = one.Test.Std,
                Interval = one.Test.Interval,
                P = one.Test.P,
                AdjustedP = one.AdjustedP,
                SignP = values.Length is > 0 and <= PairedTest.MostPairsForSigns ? PairedTest.SignFlip(values) : double.NaN,
                Wins = wins,
                WinInterval = Chances.Exact(wins, values.Length),
                Verdict = one.Verdict,
                RepeatsNeeded = one.Verdict == Verdict.Undecided ? RepeatsNeeded(one.Test, matters, judged.Count) : null,
                ExampleInterval = one.Both?.Interval,
                SeedShare = one.Both?.SeedShare,
                Churn = one.Both?.Churn,
            };
        }
    }

    /// <summary>A cell with its verdict and what that rests on.</summary>
    public sealed record Judged(int Cell, double[] Differences, PairedTest.Result Test, double AdjustedP, TwoWayBootstrap? Both, Verdict Verdict);

    /// <summary>The verdicts alone, as simulations count them; arguments as those of <see cref="Of"/>.</summary>
    public static (IReadOnlyList<Judged> Cells, Trend? Trend) Judge(
        IReadOnlyList<double[]> accuracy, int reference, IReadOnlyList<double>? axis, double matters, IReadOnlyList<CorrectAnswers?[]>? correct = null)
    {
        int[] others = [.. Enumerable.Range(0, accuracy.Count).Where(cell => cell != reference)];
        double[][] differences = [.. others.Select(cell => Differences(accuracy[cell], accuracy[reference]))];
        PairedTest.Result[] tests = [.. differences.Select(values => PairedTest.Student(values))];
        double[] adjusted = Holm.Adjust([.. tests.Select(test => test.P)]);
        Trend? trend = axis is null || accuracy.Count < 3 ? null : TrendOf(accuracy, axis);
        TwoWayBootstrap?[] resampled = correct is null ? new TwoWayBootstrap?[others.Length]
            : TwoWayBootstrap.Of([.. others.Select(cell => InPairs(correct[cell], correct[reference]))]);
        bool gateOpen = trend is null || trend.IsSignificant;
        return (
        [
            .. others.Select((cell, i) =>
            {
                TwoWayBootstrap? both = resampled[i];
                bool differs = gateOpen && adjusted[i] < Level && (both is null || both.Interval.Low > 0 || both.Interval.High < 0);
                bool within = tests[i].Interval.IsWithin(matters) && (both is null || both.Interval.IsWithin(matters));
                Verdict verdict = differences[i].Length < 2 ? Verdict.None
                    : within ? Verdict.Equivalent
                    : !differs ? Verdict.Undecided
                    : tests[i].Mean > 0 ? Verdict.Higher : Verdict.Lower;
                return new Judged(cell, differences[i], tests[i], adjusted[i], both, verdict);
            }),
        ], trend);
    }

    /// <summary>
    /// Repeats at which a difference of the size that matters is found in 4 of 5 studies, for the spread that was seen;
    /// more than there were. Null if that is beyond a thousand.
    /// </summary>
    public static int? RepeatsNeeded(double std, double matters, int comparisons, int have)
    {
        if (!(std > 0)) return null;
        double needed = Math.Ceiling(Power.PairsNeeded(matters / std, alpha: Level / Math.Max(1, comparisons)));
        return needed > 1000 ? null : Math.Max((int)needed, have + 1);
    }

    private static int? RepeatsNeeded(PairedTest.Result test, double matters, int comparisons)
    {
        // A difference near the margin takes longest: neither "more than nothing" nor "less than what matters" comes easily.
        double gap = Math.Max(Math.Abs(test.Mean), Math.Abs(matters - Math.Abs(test.Mean)));
        return RepeatsNeeded(test.Std, Math.Min(matters, gap), comparisons, test.Df + 1);
    }

    private static double[] Differences(double[] cell, double[] reference) =>
        [.. cell.Zip(reference, (a, b) => a - b).Where(difference => !double.IsNaN(difference))];

    private static (CorrectAnswers First, CorrectAnswers Second)[] InPairs(CorrectAnswers?[] cell, CorrectAnswers?[] reference) =>
        [.. cell.Zip(reference).Where(pair => pair.First is not null && pair.Second is not null).Select(pair => (pair.First!, pair.Second!))];

    private static Trend? TrendOf(IReadOnlyList<double[]> accuracy, IReadOnlyList<double> axis)
    {
        bool doublings = axis.All(value => value > 0) && axis.Max() >= 2 * axis.Min();
        double[] x = [.. axis.Select(value => doublings ? Math.Log2(value) : value)];
        double range = x.Max() - x.Min();
        if (range == 0) return null;
        double mean = x.Average(), squares = x.Sum(value => (value - mean) * (value - mean));
        var changes = new List<double>();
        for (int repeat = 0; repeat < accuracy.Max(cell => cell.Length); repeat++)
        {
            double[] y = [.. accuracy.Select(cell => repeat < cell.Length ? cell[repeat] : double.NaN)];
            if (y.Any(double.IsNaN)) continue;
            changes.Add(range * x.Zip(y, (a, b) => (a - mean) * b).Sum() / squares);
        }

        PairedTest.Result test = PairedTest.Student(changes);
        return new Trend(changes.Count, test.Mean, test.Interval, test.P, doublings ? range : 0);
    }
}
