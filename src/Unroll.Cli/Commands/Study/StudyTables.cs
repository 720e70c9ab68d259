using Spectre.Console;
using Unroll.Studies;
using Unroll.Studies.Analysis;
using Unroll.Studies.Lint;
using Unroll.Studies.Reports;
using ConsoleText = Spectre.Console.Text;

namespace Unroll.Cli.Commands.Study;

/// <summary>What is printed when a run has ended: a table per part, warnings, the path of the report.</summary>
internal static class StudyTables
{
    /// <summary>Prints the tables of one part, or of all.</summary>
    public static void Write(IAnsiConsole console, StudyResult result, string? part = null)
    {
        StudyAnalysis study = StudyAnalysis.Of(result);
        foreach (PartAnalysis analysis in study.Parts)
        {
            PartResult its = analysis.Result;
            if (part is not null && !string.Equals(its.Part.Name, part, StringComparison.OrdinalIgnoreCase)) continue;
            if (its.Cells.All(cell => cell.Trials.All(trial => trial.State is TrialState.Waiting or TrialState.Running))) continue;
            console.WriteLine();
            console.Write(new ConsoleText(its.Part.Title, new Style(decoration: Decoration.Bold)));
            console.WriteLine();
            NarrowTable.Write(console, "cell", [.. its.Cells.Select(cell => cell.Cell.Label)], [.. Columns(its)]);
            foreach (string finding in analysis.Findings) console.Write(new Padder(new ConsoleText(finding), new Padding(2, 0, 0, 0)));
            foreach (TrialResult trial in its.Cells.SelectMany(cell => cell.Trials).Where(trial => trial.State == TrialState.Failed))
                console.Write(new ConsoleText($"FAILED {StudyText.Name(trial.Trial)}: {trial.Error}\n", Color.Red));
        }

        if (study.Keras is { } keras) console.Write(new ConsoleText($"\n{keras.Sentence}\n"));
        WriteLint(console, StudyLint.Check(result));
        console.WriteLine();
        if (result.UsedFallback)
            console.Write(new ConsoleText($"WARNING: MADE-UP DATA, not real reviews. {result.Datasets.First(info => info.IsFallback).Notice} These numbers say nothing about the question of the study.\n", new Style(Color.Black, Color.Yellow, Decoration.Bold)));
        foreach (TrialDataset data in result.Datasets.Where(info => !info.IsFallback && info.Notice is not null))
            console.Write(new ConsoleText($"Data: {data.Notice}\n", Color.Yellow));
        if (result.Environment.Jobs > 1 && result.ReportPath is not null)
            console.Write(new ConsoleText($"Times: {result.Environment.Jobs} trials ran side by side; with --jobs 1 each is shorter.\n", Color.Grey));
        if (result.ReportPath is { } path) console.Write(new ConsoleText($"Report: {Path.GetFullPath(path)}\n"));
    }

    /// <summary>Codes and sentences; the report has evidence and remedy beside each.</summary>
    private static void WriteLint(IAnsiConsole console, IReadOnlyList<LintMessage> messages)
    {
        if (messages.Count == 0) return;
        console.WriteLine();
        console.Write(new ConsoleText("What to keep in mind", new Style(decoration: Decoration.Bold)));
        console.WriteLine();
        foreach (IGrouping<(string Code, string Message), LintMessage> same in messages.GroupBy(message => (message.Code, message.Message)))
        {
            string parts = string.Join(", ", same.Select(message => message.Part).OfType<string>());
            console.Write(new Padder(new ConsoleText($"{same.Key.Code} {(parts.Length == 0 ? "" : $"{parts}: ")}{same.Key.Message}"), new Padding(2, 0, 0, 0)));
        }
    }

    private static IEnumerable<NarrowTable.Column> Columns(PartResult part)
    {
        bool Has(Func<PublishedNumbers, double?> number) => part.Cells.Any(cell => cell.Cell.Published is { } published && number(published) is not null);
        NarrowTable.Column Of(string heading, Func<CellResult, string> text) => new(heading, [.. part.Cells.Select(text)]);
        Summary Reported(CellResult cell, Func<PublishedNumbers, double?> number) =>
            new(1, (cell.Cell.Published is { } published ? number(published) : null) ?? double.NaN, double.NaN);

        bool reported = Has(numbers => numbers.TestAccuracy) || Has(numbers => numbers.TestLoss);
        yield return Of("parameters", cell => NumberText.Count(cell.Parameters));
        if (part.Cells.Any(cell => cell.Cell.Design.Training.Validation == ValidationKind.Split)) yield return Of("validation accuracy", cell => NumberText.Percent(cell.Last("val_accuracy")));
        yield return Of("test accuracy", cell => NumberText.Percent(cell.TestAccuracy));
        if (reported) yield return Of("reported", cell => NumberText.Percent(Reported(cell, numbers => numbers.TestAccuracy)));
        yield return Of("test loss", cell => NumberText.Loss(cell.TestLoss));
        if (reported) yield return Of("reported", cell => NumberText.Loss(Reported(cell, numbers => numbers.TestLoss)));
        yield return Of("training time", cell => NumberText.Seconds(cell.FitSeconds));
        if (Has(numbers => numbers.Seconds)) yield return Of("reported", cell => NumberText.Seconds(Reported(cell, numbers => numbers.Seconds)));
    }
}
