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
    public static void Write(IAnsiConsole console, StudyResult result)
    {
        foreach (PartAnalysis analysis in StudyAnalysis.Of(result).Parts)
        {
            PartResult part = analysis.Result;
            if (part.Cells.All(cell => cell.Trials.All(trial => trial.State == TrialState.Cancelled))) continue;
            console.WriteLine();
            console.Write(new ConsoleText(part.Part.Title, new Style(decoration: Decoration.Bold)));
            console.WriteLine();
            console.Write(Table(part));
            foreach (string finding in analysis.Findings) console.Write(new Padder(new ConsoleText(finding), new Padding(2, 0, 0, 0)));
            foreach (TrialResult trial in part.Cells.SelectMany(cell => cell.Trials).Where(trial => trial.State == TrialState.Failed))
                console.Write(new ConsoleText($"FAILED {StudyText.Name(trial.Trial)}: {trial.Error}\n", Color.Red));
        }

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
        foreach (LintMessage message in messages)
            console.Write(new Padder(new ConsoleText($"{message.Code} {(message.Part is null ? "" : $"{message.Part}: ")}{message.Message}"), new Padding(2, 0, 0, 0)));
    }

    private static Table Table(PartResult part)
    {
        bool validated = part.Cells.Any(cell => cell.Cell.Design.Training.Validation == ValidationKind.Split);
        bool reported = part.Cells.Any(cell => cell.Cell.Published is { TestAccuracy: not null } or { TestLoss: not null });
        bool reportedTime = part.Cells.Any(cell => cell.Cell.Published?.Seconds is not null);
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn(new TableColumn("cell"));
        Number(table, "parameters");
        if (validated) Number(table, "validation accuracy");
        Number(table, "test accuracy");
        if (reported) Number(table, "reported");
        Number(table, "test loss");
        if (reported) Number(table, "reported");
        Number(table, "training time");
        if (reportedTime) Number(table, "reported");
        foreach (CellResult cell in part.Cells)
        {
            PublishedNumbers? published = cell.Cell.Published;
            var row = new List<string> { cell.Cell.Label, NumberText.Count(cell.Parameters) };
            if (validated) row.Add(NumberText.Percent(cell.Last("val_accuracy")));
            row.Add(NumberText.Percent(cell.TestAccuracy));
            if (reported) row.Add(NumberText.Percent(One(published?.TestAccuracy)));
            row.Add(NumberText.Loss(cell.TestLoss));
            if (reported) row.Add(NumberText.Loss(One(published?.TestLoss)));
            row.Add(NumberText.Seconds(cell.FitSeconds));
            if (reportedTime) row.Add(NumberText.Seconds(One(published?.Seconds)));
            table.AddRow([.. row.Select(text => new ConsoleText(text))]);
        }

        return table;
    }

    private static Summary One(double? value) => new(1, value ?? double.NaN, double.NaN);

    private static void Number(Table table, string heading) => table.AddColumn(new TableColumn(heading).RightAligned().NoWrap());
}
