using System.Globalization;
using Spectre.Console;
using Unroll.Studies;
using Unroll.Studies.Reports;
using ConsoleText = Spectre.Console.Text;

namespace Unroll.Cli.Commands.Study;

/// <summary>Two results side by side. Differences are by repeat, that is, between trials of one seed.</summary>
internal static class StudyComparison
{
    public static void Write(IAnsiConsole console, StudyResult a, StudyResult b)
    {
        var cells = (
            from part in a.Parts
            from cell in part.Cells
            let other = b.Parts.FirstOrDefault(its => its.Part.Name == part.Part.Name)?.Cells.FirstOrDefault(its => its.Cell.Label == cell.Cell.Label)
            where other is not null
            select (Part: part.Part, A: cell, B: other)).ToArray();
        if (cells.Length == 0)
            throw new ArgumentException($"'{a.Study.Name}' and '{b.Study.Name}' have no cell of the same part and label in common: there is nothing to compare.");

        console.Write(new ConsoleText($"A: {Describe(a)}\nB: {Describe(b)}\n"));
        foreach (var part in cells.GroupBy(cell => cell.Part.Name))
        {
            (TrialResult A, TrialResult B)[][] pairs = [.. part.Select(cell => Pairs(cell.A, cell.B))];
            console.WriteLine();
            console.Write(new ConsoleText(part.First().Part.Title, new Style(decoration: Decoration.Bold)));
            console.WriteLine();
            NarrowTable.Write(console, "cell", [.. part.Select(cell => cell.A.Cell.Label)],
            [
                new("accuracy A", [.. part.Select(cell => NumberText.Percent(cell.A.TestAccuracy))]),
                new("accuracy B", [.. part.Select(cell => NumberText.Percent(cell.B.TestAccuracy))]),
                new("B − A, points", [.. pairs.Select(its => Points(its, trial => 100 * trial.TestAccuracy, 2))]),
                new("B − A, loss", [.. pairs.Select(its => Points(its, trial => trial.TestLoss, 4))]),
                new("repeats", [.. pairs.Select(its => its.Length.ToString(CultureInfo.InvariantCulture))]),
                new("same weights", [.. pairs.Select(its => $"{its.Count(pair => pair.A.Fingerprint == pair.B.Fingerprint)} of {its.Length}")]),
            ]);
        }

        (CellResult A, CellResult B)[] both = [.. cells.Select(cell => (cell.A, cell.B))];
        if (both.SelectMany(cell => Pairs(cell.A, cell.B)).Any(pair => pair.A.Dataset?.Hash != pair.B.Dataset?.Hash))
            console.Write(new ConsoleText("The data of A and B are not the same: differences are of designs and data together.\n", Color.Yellow));
        int left = a.Parts.Sum(part => part.Cells.Count) + b.Parts.Sum(part => part.Cells.Count) - 2 * cells.Length;
        if (left > 0) console.Write(new ConsoleText($"Cells that only one of them has: {left}.\n"));
        console.Write(new ConsoleText("Differences are means over repeats with the same seed, ± their standard deviation.\n", Color.Grey));
    }

    private static (TrialResult A, TrialResult B)[] Pairs(CellResult a, CellResult b) =>
        [.. a.Complete.Join(b.Complete, trial => trial.Trial.Seed, trial => trial.Trial.Seed, (its, other) => (its, other))];

    private static string Points((TrialResult A, TrialResult B)[] pairs, Func<TrialResult, double> value, int decimals)
    {
        Summary difference = Summary.Of(pairs.Select(pair => value(pair.B) - value(pair.A)));
        if (difference.Count == 0) return "–";
        string format = "F" + decimals.ToString(CultureInfo.InvariantCulture);
        string sign = difference.Mean > 0 ? "+" : difference.Mean < 0 ? "−" : "";
        string mean = sign + Math.Abs(difference.Mean).ToString(format, CultureInfo.InvariantCulture);
        return difference.Count == 1 ? mean : $"{mean} ± {difference.Std.ToString(format, CultureInfo.InvariantCulture)}";
    }

    private static string Describe(StudyResult result) =>
        $"{result.Study.Name}, {result.Environment.Started.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC, Unroll {result.Environment.Version}";
}
