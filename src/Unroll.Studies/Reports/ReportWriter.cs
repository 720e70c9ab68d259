using Unroll.Saving;
using Unroll.Studies.Analysis;
using Unroll.Studies.Plots;

namespace Unroll.Studies.Reports;

/// <summary>
/// Writes all reports of a run into one folder: <c>report.html</c>, <c>results.csv</c> (a row per cell),
/// <c>trials.csv</c> (a row per trial), <c>results.json</c> (everything) and one SVG figure per part.
/// </summary>
public static class ReportWriter
{
    private static readonly Lock Writing = new(); // files that are being written are named after the process

    /// <summary>Writes the files, replacing older ones.</summary>
    /// <returns>Path of <c>report.html</c>.</returns>
    /// <exception cref="IOException">The folder can't be written.</exception>
    public static string Write(StudyResult result, string folder)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        lock (Writing) return WriteFiles(result, folder);
    }

    private static string WriteFiles(StudyResult result, string folder)
    {
        StudyAnalysis analysis = StudyAnalysis.Of(result); // resamples examples: seconds in large studies, so once
        Directory.CreateDirectory(folder);
        AtomicFile.WriteAllText(Path.Combine(folder, "results.csv"), ResultsCsv.Cells(result));
        AtomicFile.WriteAllText(Path.Combine(folder, "trials.csv"), ResultsCsv.Trials(result));
        AtomicFile.WriteAllText(Path.Combine(folder, "results.json"), ResultsJson.Text(analysis));
        foreach (PartResult part in result.Parts)
            if (PartFigure.Of(part) is { } figure) AtomicFile.WriteAllText(Path.Combine(folder, $"{part.Part.Name}.svg"), figure.ToSvg());
        string report = Path.Combine(folder, "report.html");
        AtomicFile.WriteAllText(report, ReportHtml.Text(analysis));
        return report;
    }
}

/// <summary>The learning curves of a part.</summary>
internal static class PartFigure
{
    /// <summary>Null if no cell has an epoch.</summary>
    public static Figure? Of(PartResult part)
    {
        (string, IReadOnlyList<IReadOnlyList<EpochResult>>)[] runs =
        [
            .. part.Cells.Select(cell => (cell.Cell.Label, (IReadOnlyList<IReadOnlyList<EpochResult>>)[.. cell.Complete.Select(trial => trial.Epochs)])),
        ];
        return runs.Any(run => run.Item2.Count > 0) ? LearningCurves.Of(runs, part.Part.Title) : null;
    }
}
