using Spectre.Console;
using Unroll.Studies;
using Unroll.Studies.Reports;
using ConsoleText = Spectre.Console.Text;

namespace Unroll.Cli.Commands.Study;

/// <summary>What is printed when a run has ended: a table per part, warnings, the path of the report.</summary>
internal static class StudyTables
{
    /// <summary>Prints the tables of one part, or of all.</summary>
    public static void Write(IAnsiConsole console, StudyResult result, string? part = null)
    {
        foreach (PartResult its in result.Parts.Where(its => part is null || string.Equals(its.Part.Name, part, StringComparison.OrdinalIgnoreCase)))
        {
            if (its.Cells.All(cell => cell.Trials.All(trial => trial.State is TrialState.Waiting or TrialState.Running))) continue;
            console.WriteLine();
            console.Write(new ConsoleText(its.Part.Title, new Style(decoration: Decoration.Bold)));
            console.WriteLine();
            NarrowTable.Write(console, "cell", [.. its.Cells.Select(cell => cell.Cell.Label)], [.. Columns(its)]);
            foreach (TrialResult trial in its.Cells.SelectMany(cell => cell.Trials).Where(trial => trial.State == TrialState.Failed))
                console.Write(new ConsoleText($"FAILED {StudyText.Name(trial.Trial)}: {trial.Error}\n", Color.Red));
        }

        console.WriteLine();
        if (result.UsedFallback)
            console.Write(new ConsoleText($"WARNING: MADE-UP DATA, not real reviews. {result.Datasets.First(info => info.IsFallback).Notice} These numbers say nothing about the question of the study.\n", new Style(Color.Black, Color.Yellow, Decoration.Bold)));
        foreach (TrialDataset data in result.Datasets.Where(info => !info.IsFallback && info.Notice is not null))
            console.Write(new ConsoleText($"Data: {data.Notice}\n", Color.Yellow));
        if (result.Environment.Jobs > 1 && result.ReportPath is not null)
            console.Write(new ConsoleText($"Times: {result.Environment.Jobs} trials ran side by side; with --jobs 1 each is shorter.\n", Color.Grey));
        if (result.ReportPath is { } path) console.Write(new ConsoleText($"Report: {Path.GetFullPath(path)}\n"));
    }

    private static IEnumerable<NarrowTable.Column> Columns(PartResult part)
    {
        bool Has(Func<PublishedNumbers, double?> number) => part.Cells.Any(cell => cell.Cell.Published is { } published && number(published) is not null);
        NarrowTable.Column Of(string heading, Func<CellResult, string> text) => new(heading, [.. part.Cells.Select(text)]);
        Summary Reported(CellResult cell, Func<PublishedNumbers, double?> number) =>
            new(1, (cell.Cell.Published is { } published ? number(published) : null) ?? double.NaN, double.NaN);

        bool reported = Has(numbers => numbers.TestAccuracy) || Has(numbers => numbers.TestLoss);
        yield return Of("parameters", cell => NumberText.Count(cell.Parameters));
        if (part.IsValidated) yield return Of("validation", cell => NumberText.Percent(cell.Last("val_accuracy")));
        yield return Of("test accuracy", cell => NumberText.Percent(cell.TestAccuracy));
        if (reported) yield return Of("reported", cell => NumberText.Percent(Reported(cell, numbers => numbers.TestAccuracy)));
        yield return Of("test loss", cell => NumberText.Loss(cell.TestLoss));
        if (reported) yield return Of("reported", cell => NumberText.Loss(Reported(cell, numbers => numbers.TestLoss)));
        yield return Of("training time", cell => NumberText.Seconds(cell.FitSeconds));
        if (Has(numbers => numbers.Seconds)) yield return Of("reported", cell => NumberText.Seconds(Reported(cell, numbers => numbers.Seconds)));
    }
}
