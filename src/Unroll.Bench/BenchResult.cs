namespace Unroll.Bench;

/// <summary>What was measured of one case.</summary>
internal sealed record BenchResult
{
    public required BenchCase Case { get; init; }

    /// <summary>Median milliseconds of a step in each round.</summary>
    public required IReadOnlyList<double> RoundMilliseconds { get; init; }

    /// <summary>Operations per second of all models together, over what the cores in use can do, round by round.</summary>
    public required IReadOnlyList<double> RoundShares { get; init; }

    /// <summary>Times the baseline's step, round by round; null without a baseline.</summary>
    public IReadOnlyList<double>? RoundRatios { get; init; }

    /// <summary>Steps that were timed.</summary>
    public required int Steps { get; init; }

    /// <summary>Median over rounds of the median step.</summary>
    public double Milliseconds => Statistics.Median(RoundMilliseconds);

    /// <summary>Median step times steps of an epoch, for one model.</summary>
    public double SecondsPerEpoch => Milliseconds / 1e3 * Case.Workload.StepsPerEpoch;

    /// <summary>Rows per second of all models together.</summary>
    public double RowsPerSecond => Case.Jobs * Case.Workload.RowsPerStep / (Milliseconds / 1e3);

    /// <summary>10⁹ operations per second of the dense formula, of all models together.</summary>
    public double Gflops => Case.Jobs * Case.Workload.OperationsPerStep / (Milliseconds / 1e3) / 1e9;

    /// <summary>Share of what the cores in use can do at most.</summary>
    public double ShareOfPeak => Statistics.Median(RoundShares);

    /// <summary>Times the baseline's step.</summary>
    public double? Ratio => RoundRatios is null ? null : Statistics.Median(RoundRatios);
}

/// <summary>All that one run measured.</summary>
/// <param name="Machine">Where.</param>
/// <param name="Options">How.</param>
/// <param name="PeakGflops">Median FMA peak of one core, in 10⁹ operations per second.</param>
/// <param name="Results">One per case.</param>
internal sealed record BenchRun(Machine Machine, BenchOptions Options, double PeakGflops, IReadOnlyList<BenchResult> Results);

internal static class Statistics
{
    /// <summary>The middle value, or the mean of the two in the middle.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0) return double.NaN;
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
