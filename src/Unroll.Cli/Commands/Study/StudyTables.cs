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
            console.Write(Table(part, console.Profile.Width));
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
        foreach (IGrouping<(string Code, string Message), LintMessage> same in messages.GroupBy(message => (message.Code, message.Message)))
        {
            string parts = string.Join(", ", same.Select(message => message.Part).OfType<string>());
            console.Write(new Padder(new ConsoleText($"{same.Key.Code} {(parts.Length == 0 ? "" : $"{parts}: ")}{same.Key.Message}"), new Padding(2, 0, 0, 0)));
        }
    }

    private sealed record Column(string Heading, int Importance, Func<CellResult, string> Text);

    /// <summary>As many columns as the width has room for, so that no label and no number is broken.</summary>
    private static Table Table(PartResult part, int width)
    {
        bool validated = part.Cells.Any(cell => cell.Cell.Design.Training.Validation == ValidationKind.Split);
        bool reported = part.Cells.Any(cell => cell.Cell.Published is { TestAccuracy: not null } or { TestLoss: not null });
        bool reportedTime = part.Cells.Any(cell => cell.Cell.Published?.Seconds is not null);
        var columns = new List<Column>
        {
            new("cell", 9, cell => cell.Cell.Label),
            new("parameters", 5, cell => NumberText.Count(cell.Parameters)),
        };
        if (validated) columns.Add(new("validation accuracy", 6, cell => NumberText.Percent(cell.Last("val_accuracy"))));
        columns.Add(new("test accuracy", 8, cell => NumberText.Percent(cell.TestAccuracy)));
        if (reported) columns.Add(new("reported", 4, cell => NumberText.Percent(One(cell.Cell.Published?.TestAccuracy))));
        columns.Add(new("test loss", 3, cell => NumberText.Loss(cell.TestLoss)));
        if (reported) columns.Add(new("reported", 2, cell => NumberText.Loss(One(cell.Cell.Published?.TestLoss))));
        columns.Add(new("training time", 7, cell => NumberText.Seconds(cell.FitSeconds)));
        if (reportedTime) columns.Add(new("reported", 1, cell => NumberText.Seconds(One(cell.Cell.Published?.Seconds))));
        const int Margins = 3;
        while (columns.Count > 3 && columns.Sum(column => part.Cells.Select(cell => column.Text(cell).Length).Append(column.Heading.Length).Max() + Margins) > width)
            columns.Remove(columns.MinBy(column => column.Importance)!);

        var table = new Table { Border = TableBorder.Simple };
        foreach (Column column in columns)
            table.AddColumn(column.Importance == 9 ? new TableColumn(column.Heading) : new TableColumn(column.Heading).RightAligned().NoWrap());
        foreach (CellResult cell in part.Cells) table.AddRow([.. columns.Select(column => new ConsoleText(column.Text(cell)))]);
        return table;
    }

    private static Summary One(double? value) => new(1, value ?? double.NaN, double.NaN);
}
