using Unroll.Studies.Storage;
using static Unroll.Studies.Analysis.Words;

namespace Unroll.Studies.Analysis;

/// <summary>
/// The repeats of a built-in study beside runs of the same designs in Keras itself: whether both come from one distribution.
/// Seeds of the two mean different things, so nothing is paired.
/// </summary>
public sealed record BesideKeras
{
    private const double Level = 0.05;

    /// <summary>The designs that both sides ran twice at least, in the order of the study.</summary>
    public required IReadOnlyList<DesignBesideKeras> Designs { get; init; }

    /// <summary>Whether they agree, in one sentence.</summary>
    public required string Sentence { get; init; }

    /// <summary>Designs for which a difference survives Holm's correction at 5 %.</summary>
    public IEnumerable<DesignBesideKeras> Differing => Designs.Where(design => design.AdjustedP < Level);

    /// <summary>Compares a study; null if it is not a built-in one as it is built in, was run on made-up data, or has too few repeats.</summary>
    /// <param name="result">Its results.</param>
    public static BesideKeras? Of(StudyResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (result.UsedFallback || !BuiltInStudies.Names.Contains(result.Study.Name)) return null;
        Study builtIn = BuiltInStudies.Load(result.Study.Name);
        ILookup<(string Part, string Cell), KerasRun> runs = KerasRuns.All.Where(run => run.Study == builtIn.Name).ToLookup(run => (run.Part, run.Cell));
        DesignBesideKeras[] designs =
        [
            .. from part in result.Parts
               from cell in part.Cells
               let theirs = runs[(part.Part.Name, cell.Cell.Label)].ToArray()
               where theirs.Length > 1 && cell.TestLoss.Count > 1 && IsAsBuiltIn(builtIn, cell.Cell)
               select DesignBesideKeras.Of(cell, theirs),
        ];
        if (designs.Length == 0) return null;
        double[] adjusted = Holm.Adjust([.. designs.Select(design => design.P)]);
        designs = [.. designs.Zip(adjusted, (design, p) => design with { AdjustedP = p })];
        return new BesideKeras { Designs = designs, Sentence = SentenceOf(designs) };
    }

    private static bool IsAsBuiltIn(Study builtIn, StudyCell cell) =>
        builtIn.Parts.FirstOrDefault(part => part.Name == cell.Part)?.Cells.FirstOrDefault(other => other.Label == cell.Label) is { } original
        && DesignKey.Canonical(original.Design) == DesignKey.Canonical(cell.Design);

    private static string SentenceOf(DesignBesideKeras[] designs)
    {
        DesignBesideKeras[] differing = [.. designs.Where(design => design.AdjustedP < Level)];
        int ours = designs.Min(design => design.Ours.Count), theirs = designs.Sum(design => design.Theirs.Count);
        string what = $"{Count(designs.Length)} {(designs.Length == 1 ? "design" : "designs")} with {ours} repeats or more beside {Count(theirs)} runs in Keras";
        if (differing.Length == 0) return $"Unroll agrees with Keras: of {what}, none has another distribution of test losses at 5 % (rank sums, corrected by Holm).";
        string named = List(differing.Select(design => $"{design.Part} / {design.Cell} ({Points(design.Difference)} points, 95 %: {Range(design.Interval)})"));
        return $"Unroll differs from Keras: of {what}, {Count(differing.Length)} {(differing.Length == 1 ? "has" : "have")} another distribution of test losses at 5 % (rank sums, corrected by Holm): {named}.";
    }
}

/// <summary>One design beside Keras. Accuracies are shares from 0 to 1.</summary>
public sealed record DesignBesideKeras
{
    /// <summary>Name of the part.</summary>
    public required string Part { get; init; }

    /// <summary>Label of the cell.</summary>
    public required string Cell { get; init; }

    /// <summary>Which Keras.</summary>
    public required string Keras { get; init; }

    /// <summary>Test accuracy of the repeats.</summary>
    public required Summary Ours { get; init; }

    /// <summary>Test accuracy of the runs in Keras.</summary>
    public required Summary Theirs { get; init; }

    /// <summary>Test loss of the repeats.</summary>
    public required Summary OurLoss { get; init; }

    /// <summary>Test loss of the runs in Keras.</summary>
    public required Summary TheirLoss { get; init; }

    /// <summary>Mean test accuracy of ours minus theirs.</summary>
    public required double Difference { get; init; }

    /// <summary>Its 95 % interval (Welch's t).</summary>
    public required Interval Interval { get; init; }

    /// <summary>Exact two-sided p of the rank sum of the test losses. It asks for another distribution, not only for another mean.</summary>
    public required double P { get; init; }

    /// <summary>The same corrected for the number of designs (Holm).</summary>
    public double AdjustedP { get; init; } = double.NaN;

    internal static DesignBesideKeras Of(CellResult cell, KerasRun[] runs)
    {
        TwoSamples.Result accuracy = TwoSamples.Welch([.. cell.Complete.Select(trial => trial.TestAccuracy)], [.. runs.Select(run => run.TestAccuracy)]);
        return new DesignBesideKeras
        {
            Part = cell.Cell.Part,
            Cell = cell.Cell.Label,
            Keras = runs[0].Keras,
            Ours = cell.TestAccuracy,
            Theirs = Summary.Of(runs.Select(run => run.TestAccuracy)),
            OurLoss = cell.TestLoss,
            TheirLoss = Summary.Of(runs.Select(run => run.TestLoss)),
            Difference = accuracy.Difference,
            Interval = accuracy.Interval,
            P = TwoSamples.RankSum([.. cell.Complete.Select(trial => trial.TestLoss)], [.. runs.Select(run => run.TestLoss)]),
        };
    }
}
