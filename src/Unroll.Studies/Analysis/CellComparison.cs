namespace Unroll.Studies.Analysis;

/// <summary>What the repeats say about a cell beside the reference.</summary>
public enum Verdict
{
    /// <summary>Nothing can be said: fewer than two repeats that belong together.</summary>
    None,

    /// <summary>More accurate than the reference; the chance of any such mistake in the part is 5 % at most.</summary>
    Higher,

    /// <summary>Less accurate than the reference, to the same standard.</summary>
    Lower,

    /// <summary>The whole interval lies within the difference that matters.</summary>
    Equivalent,

    /// <summary>The repeats show neither a difference nor that there is none.</summary>
    Undecided,
}

/// <summary>A cell compared with the reference of its part, repeat by repeat. Accuracies are shares from 0 to 1.</summary>
public sealed record CellComparison
{
    /// <summary>Which cell of the part.</summary>
    public required int Cell { get; init; }

    /// <summary>Repeats that both cells have.</summary>
    public required int Count { get; init; }

    /// <summary>Mean difference, this cell minus the reference; NaN without a repeat in common.</summary>
    public required double Difference { get; init; }

    /// <summary>Sample standard deviation of the differences.</summary>
    public required double Std { get; init; }

    /// <summary>
    /// 95 % interval of the difference over new seeds (paired t). The test examples are taken as given unless
    /// <see cref="ExampleInterval"/> is there.
    /// </summary>
    public required Interval Interval { get; init; }

    /// <summary>Two-sided p of the paired t test.</summary>
    public required double P { get; init; }

    /// <summary>The p corrected for the number of comparisons in the part (Holm).</summary>
    public required double AdjustedP { get; init; }

    /// <summary>Exact p by signs; NaN with more than 20 repeats.</summary>
    public required double SignP { get; init; }

    /// <summary>Repeats in which this cell is ahead; equal ones count half.</summary>
    public required double Wins { get; init; }

    /// <summary>95 % interval of the probability that one training run of this cell beats one of the reference with the same seed.</summary>
    public required Interval WinInterval { get; init; }

    /// <summary>The verdict.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>Repeats that an undecided question is expected to need; null if it is decided or can't be said.</summary>
    public int? RepeatsNeeded { get; init; }

    /// <summary>95 % interval over new seeds and new test examples together (two-way bootstrap); null where the answers to single examples are not known.</summary>
    public Interval? ExampleInterval { get; init; }

    /// <summary>
    /// What covers <see cref="Interval"/> and <see cref="ExampleInterval"/>, the interval that is told. With few repeats the bootstrap
    /// knows too little of the seeds and comes out narrow; with many, the t interval leaves out the chance of the examples.
    /// </summary>
    public Interval Whole => ExampleInterval is not { } both ? Interval
        : new Interval(Math.Min(Interval.Low, both.Low), Math.Max(Interval.High, both.High));

    /// <summary>Share of the variance that comes from the seeds, the rest from the test examples; null like <see cref="ExampleInterval"/>.</summary>
    public double? SeedShare { get; init; }

    /// <summary>Share of the test examples on which the two disagree; null like <see cref="ExampleInterval"/>.</summary>
    public double? Churn { get; init; }
}

/// <summary>Whether accuracy goes steadily up or down along an ordered axis.</summary>
/// <param name="Count">Repeats that have every cell.</param>
/// <param name="Change">Change from the lowest to the highest value along the fitted line, mean over the repeats.</param>
/// <param name="Interval">Its 95 % interval over new seeds.</param>
/// <param name="P">Two-sided p over the repeats.</param>
/// <param name="Doublings">How often the lowest value doubles up to the highest; 0 if the axis is not taken in doublings.</param>
public sealed record Trend(int Count, double Change, Interval Interval, double P, double Doublings)
{
    /// <summary>True if the trend is there at the 5 % level.</summary>
    public bool IsSignificant => P < 0.05;
}
