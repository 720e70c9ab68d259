using System.Diagnostics;
using Unroll.Configuration;

namespace Unroll.Studies.Analysis;

/// <summary>What a study will cost and what it can find, before anything is spent.</summary>
public sealed record StudyEstimate
{
    /// <summary>The study.</summary>
    public required Study Study { get; init; }

    /// <summary>The difference of accuracies to be found, as a share.</summary>
    public required double Matters { get; init; }

    /// <summary>The parts.</summary>
    public required IReadOnlyList<PartEstimate> Parts { get; init; }

    /// <summary>Results of a pilot that spreads and times are taken from; null without one.</summary>
    public StudyResult? Pilot { get; init; }

    /// <summary>Seconds that one repeat of every cell takes, one after the other.</summary>
    public double SecondsPerRepeat => Parts.Sum(part => part.Cells.Sum(cell => cell.Seconds));

    /// <summary>Repeats that every question of the study gets by with; null without a pilot, or if a question needs more than a thousand.</summary>
    public int? RepeatsNeeded => Parts.Any(part => part.RepeatsNeeded is null && part.Cells.Count > 1) ? null : Parts.Max(part => part.RepeatsNeeded ?? 1);

    /// <summary>Plans a study. Without a pilot the time is estimated from a few training steps of each design on this machine.</summary>
    /// <param name="study">The study.</param>
    /// <param name="matters">The difference to be found, as a share; null for what the study says.</param>
    /// <param name="pilot">Results of some repeats of the same study; null for none.</param>
    /// <param name="trainingSamples">Training samples of the data.</param>
    public static StudyEstimate Of(Study study, double? matters = null, StudyResult? pilot = null, int trainingSamples = 25000) =>
        Of(study, matters, pilot, trainingSamples, MeasureStep);

    internal static StudyEstimate Of(Study study, double? matters, StudyResult? pilot, int trainingSamples, Func<StudyDesign, Sequential, double> secondsPerStep)
    {
        ArgumentNullException.ThrowIfNull(study);
        double margin = matters ?? study.Matters;
        if (!(margin > 0)) throw new ArgumentException($"matters is {margin}; it must be above 0.", nameof(matters));
        var known = new Dictionary<string, (long, double)>(StringComparer.Ordinal);
        return new StudyEstimate
        {
            Study = study,
            Matters = margin,
            Pilot = pilot,
            Parts = [.. study.Parts.Select(part => Part(part, margin, pilot?.Parts.FirstOrDefault(result => result.Part.Name == part.Name), cell => Cell(cell)))],
        };

        CellEstimate Cell(StudyCell cell)
        {
            TrainingDesign training = cell.Design.Training;
            string key = $"{cell.Design.ModelText} {training.BatchSize} {training.Optimizer} {cell.Design.Dataset}";
            if (!known.TryGetValue(key, out (long Parameters, double PerStep) measured))
            {
                Sequential model = Build(cell.Design);
                known[key] = measured = (model.ParameterCount, secondsPerStep(cell.Design, model));
            }

            double samples = trainingSamples * (training.Validation == ValidationKind.Split ? 1 - training.ValidationSplit : 1);
            return new CellEstimate(cell.Label, measured.Parameters, measured.PerStep * Math.Ceiling(samples / training.BatchSize) * training.Epochs);
        }
    }

    /// <summary>The difference that n paired repeats find in 4 of 5 studies, in standard deviations of the differences.</summary>
    public static double DetectableDifference(int repeats) => Power.DetectableDifference(repeats);

    private static PartEstimate Part(StudyPart part, double matters, PartResult? pilot, Func<StudyCell, CellEstimate> plan)
    {
        CellEstimate[] cells = [.. part.Cells.Select(plan)];
        if (pilot is null || pilot.Cells.Count < 2) return new PartEstimate(part, cells, double.NaN, null);
        PartAnalysis analysis = PartAnalysis.Of(pilot, matters);
        double[] spreads = [.. analysis.Comparisons.Select(comparison => comparison.Std).Where(double.IsFinite)];
        if (spreads.Length == 0) return new PartEstimate(part, cells, double.NaN, null);
        // The cell that varies most decides how long all of them take; the trend is one question, cells are several.
        double widest = spreads.Max();
        int questions = analysis.Trend is null ? analysis.Comparisons.Count : 1;
        cells = [.. cells.Select((cell, i) => double.IsNaN(pilot.Cells[i].FitSeconds.Mean) ? cell : cell with { Seconds = pilot.Cells[i].FitSeconds.Mean })];
        return new PartEstimate(part, cells, widest, widest == 0 ? 2 : PartComparisons.RepeatsNeeded(widest, matters, questions, 1));
    }

    private static Sequential Build(StudyDesign design)
    {
        var model = new Sequential { Threads = 1 };
        foreach (ObjectConfig layer in design.Model) model.Add(Catalog.CreateLayer(layer, design.Dataset.NumWords));
        model.Build(design.Dataset.MaxLen);
        return model;
    }

    private static double MeasureStep(StudyDesign design, Sequential model)
    {
        const int Steps = 2, Rounds = 4;
        model.Compile(Catalog.Optimizers.Create(design.Training.Optimizer), design.Training.Loss);
        int rows = design.Training.BatchSize, columns = design.Dataset.MaxLen;
        var x = new int[Steps * rows, columns];
        for (int row = 0; row < Steps * rows; row++)
            for (int column = 0; column < columns; column++) x[row, column] = (int)((1 + row * 7919L + column * 104729L) % design.Dataset.NumWords);
        float[] y = [.. Enumerable.Range(0, Steps * rows).Select(row => (float)(row % 2))];
        model.Fit(x, y, batchSize: rows, verbose: 0); // what happens once is not counted
        double least = double.PositiveInfinity; // whatever else runs on the machine only makes a round longer
        for (int round = 0; round < Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            model.Fit(x, y, batchSize: rows, verbose: 0);
            least = Math.Min(least, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return least / Steps;
    }
}

/// <summary>The plan of a part.</summary>
/// <param name="Part">The part.</param>
/// <param name="Cells">Its cells.</param>
/// <param name="Spread">Largest standard deviation of the paired differences in the pilot, as a share; NaN without a pilot.</param>
/// <param name="RepeatsNeeded">Repeats at which the difference that matters is found in 4 of 5 studies; null if unknown, or more than a thousand.</param>
public sealed record PartEstimate(StudyPart Part, IReadOnlyList<CellEstimate> Cells, double Spread, int? RepeatsNeeded);

/// <summary>The plan of a cell.</summary>
/// <param name="Label">What tables call it.</param>
/// <param name="Parameters">Number of weights.</param>
/// <param name="Seconds">Estimated training time of one repeat on one thread.</param>
public sealed record CellEstimate(string Label, long Parameters, double Seconds);
