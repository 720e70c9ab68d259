using Unroll.Random;

namespace Unroll.Studies.Analysis;

/// <summary>
/// Whether the verdicts keep what they promise: studies are simulated of which it is known whether there is a difference.
/// They go through the same code as real ones.
/// </summary>
public static class Calibration
{
    // What film reviews showed: seeds move an accuracy by some tenths of a point, partly the same way in all cells.
    private const double Level = 0.82, SharedStd = 0.002, OwnStd = 0.003;

    /// <summary>Share of simulated parts without any difference in which some cell is called higher or lower, or a trend is called one.</summary>
    /// <param name="studies">Simulated parts.</param>
    /// <param name="cells">Cells of each, the reference among them.</param>
    /// <param name="repeats">Seeds of each cell.</param>
    /// <param name="ordered">True for cells along an ordered axis.</param>
    /// <param name="seed">Of the simulation.</param>
    public static double FalseVerdicts(int studies = 2000, int cells = 4, int repeats = 5, bool ordered = false, int seed = 0) =>
        Share(studies, cells, repeats, ordered, 0, seed, (comparisons, trend) =>
            trend is { IsSignificant: true } || comparisons.Any(comparison => comparison.Verdict is Verdict.Higher or Verdict.Lower));

    /// <summary>Share of simulated comparisons of two cells that find a difference which is there.</summary>
    /// <param name="effect">The difference in standard deviations of the paired differences.</param>
    /// <param name="studies">Simulated parts.</param>
    /// <param name="repeats">Seeds of each cell.</param>
    /// <param name="seed">Of the simulation.</param>
    public static double FoundDifferences(double effect, int studies = 2000, int repeats = 5, int seed = 0) =>
        Share(studies, 2, repeats, ordered: false, effect * OwnStd * Math.Sqrt(2), seed, (comparisons, _) => comparisons[0].Verdict == Verdict.Higher);

    private static double Share(
        int studies, int cells, int repeats, bool ordered, double difference, int seed, Func<IReadOnlyList<PartComparisons.Judged>, Trend?, bool> isHit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(studies, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(cells, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(repeats, 2);
        double[]? axis = ordered ? [.. Enumerable.Range(0, cells).Select(cell => Math.ScaleB(8, cell))] : null;
        int hits = 0;
        for (int study = 0; study < studies; study++)
        {
            var random = new Philox(seed, RandomPurpose.SimulatedStudies, study, repeats, cells);
            var accuracy = new double[cells][];
            for (int cell = 0; cell < cells; cell++) accuracy[cell] = new double[repeats];
            for (int repeat = 0; repeat < repeats; repeat++)
            {
                double shared = Level + SharedStd * random.NextNormal();
                for (int cell = 0; cell < cells; cell++)
                    accuracy[cell][repeat] = shared + OwnStd * random.NextNormal() + (cell > 0 ? difference : 0);
            }

            // A margin of nothing: any difference that is claimed counts, however small.
            (IReadOnlyList<PartComparisons.Judged> comparisons, Trend? trend) = PartComparisons.Judge(accuracy, 0, axis, matters: 0);
            if (isHit(comparisons, trend)) hits++;
        }

        return (double)hits / studies;
    }
}
