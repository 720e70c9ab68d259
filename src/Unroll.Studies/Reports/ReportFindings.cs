using System.Xml.Linq;
using Unroll.Studies.Analysis;
using Unroll.Studies.Lint;

namespace Unroll.Studies.Reports;

/// <summary>Answers, findings, comparisons and lint as pieces of the report.</summary>
internal static class ReportFindings
{
    /// <summary>One sentence per part, above everything else.</summary>
    public static XElement Answers(StudyAnalysis analysis)
    {
        XElement box = ReportHtml.Classed("div", "answers", new XElement("strong", analysis.Parts.Count == 1 ? "The answer" : "The answers"));
        foreach (PartAnalysis part in analysis.Parts) box.Add(new XElement("p", new XElement("b", part.Result.Part.Title + ". "), part.Findings[0]));
        return box;
    }

    /// <summary>The findings of a part, the answer first.</summary>
    public static XElement Findings(PartAnalysis part) => ReportHtml.Classed("ul", "findings",
        part.Findings.Select((finding, i) => i == 0 ? ReportHtml.Classed("li", "answer", finding) : new XElement("li", finding)));

    /// <summary>The comparisons in numbers; null if there are none.</summary>
    public static XElement? Comparisons(PartAnalysis part)
    {
        CellComparison[] comparisons = [.. part.Comparisons.Where(comparison => comparison.Count > 1)];
        if (comparisons.Length == 0) return null;
        bool examples = comparisons.Any(comparison => comparison.ExampleInterval is not null);
        List<string> headings = [$"Against {part.Result.Cells[part.Reference].Cell.Label}", "n", "Difference, points", "95 %, seeds"];
        if (examples) headings.AddRange(["95 %, seeds and reviews", "From seeds", "Disagree"]);
        headings.AddRange(["p (t)", "p (Holm)", "p (signs)", "Ahead in", "Verdict"]);
        var rows = comparisons.Select(comparison =>
        {
            var row = new XElement("tr",
                ReportHtml.Classed("td", "name", part.Result.Cells[comparison.Cell].Cell.Label),
                new XElement("td", comparison.Count),
                new XElement("td", Words.Points(comparison.Difference)),
                new XElement("td", Words.Range(comparison.Interval)));
            if (examples)
            {
                row.Add(
                    new XElement("td", comparison.ExampleInterval is { } both ? Words.Range(both) : "–"),
                    new XElement("td", comparison.SeedShare is { } share ? Words.Percent(share) : "–"),
                    new XElement("td", comparison.Churn is { } churn ? Words.Percent(churn) : "–"));
            }

            row.Add(
                new XElement("td", Probability(comparison.P)),
                new XElement("td", Probability(comparison.AdjustedP)),
                new XElement("td", Probability(comparison.SignP)),
                new XElement("td", $"{comparison.Wins:0.#} of {comparison.Count} (95 %: {Words.Number(comparison.WinInterval.Low, 2)} to {Words.Number(comparison.WinInterval.High, 2)})"),
                ReportHtml.Classed("td", "text", PartFindings.VerdictText(part, comparison)));
            return row;
        });
        return new XElement("details", new XElement("summary", "Comparisons in numbers"),
            ReportHtml.Classed("div", "scroll", new XElement("table",
                new XElement("thead", new XElement("tr", headings.Select((heading, i) => i == 0 ? ReportHtml.Classed("th", "name", heading) : new XElement("th", heading)))),
                new XElement("tbody", rows))));
    }

    /// <summary>What the linter has to say; nothing if it is silent.</summary>
    public static XElement? Lint(StudyResult result)
    {
        IReadOnlyList<LintMessage> messages = StudyLint.Check(result);
        if (messages.Count == 0) return null;
        return new XElement("section",
            new XElement("h2", new XAttribute("id", "lint"), "What to keep in mind"),
            ReportHtml.Classed("ul", "lint", messages.Select(message => new XElement("li",
                new XElement("b", message.Code), $" {(message.Part is null ? "" : message.Part + ": ")}{message.Message} ",
                ReportHtml.Classed("span", "note", $"{message.Evidence} {message.Fix}")))));
    }

    /// <summary>How the verdicts are come by.</summary>
    public static XElement Method(StudyAnalysis analysis)
    {
        string margin = Words.Margin(analysis.Result.Study.Matters);
        return new XElement("section", new XElement("h2", new XAttribute("id", "method"), "Method"),
            new XElement("p",
                "Cells are compared with the reference of their part repeat by repeat: the same seed, the same order of the data. ",
                $"{Intervals(analysis)} “Higher” and “lower” are corrected for the number of cells (Holm); along an ordered axis there must first be a trend. So a part without any difference gets a false verdict in at most 5 % of studies{Measured(analysis)}. “Equivalent” means that the whole interval lies within {margin} points, the difference that matters. “Undecided” is no answer: neither was shown."));
    }

    // Trials of older stores don't say which examples they answered rightly.
    private static string Intervals(StudyAnalysis analysis) => analysis.Parts.Any(part => part.Comparisons.Any(comparison => comparison.ExampleInterval is not null))
        ? "Two 95 % intervals are taken together, from the lower to the upper end of both: Student's t over the repeats, which speaks of new seeds on the same test data, and a bootstrap that draws seeds and test examples anew (2,000 times, in pairs), which speaks of new examples as well."
        : "Intervals are 95 % (Student's t over the repeats) and speak of new seeds on the same test data.";

    // The part with most to go wrong, simulated without a difference.
    private static string Measured(StudyAnalysis analysis)
    {
        const int Studies = 2000;
        PartAnalysis[] parts = [.. analysis.Parts.Where(part => part.Count > 1 && part.Comparisons.Count > 0)];
        if (parts.Length == 0) return "; “unroll study calibrate” measures that";
        PartAnalysis widest = parts.MaxBy(part => part.Comparisons.Count)!;
        int cells = widest.Comparisons.Count + 1;
        double share = Calibration.FalseVerdicts(Studies, cells, widest.Count, widest.Trend is not null);
        return $"; in {Words.Count(Studies)} simulated studies of {cells} cells and {widest.Count} repeats it was {Words.Percent(share)} (“unroll study calibrate” simulates more)";
    }

    /// <summary>For each cell and number: how many repeats, mean, deviation, interval, least and greatest.</summary>
    public static XElement Cells(PartAnalysis part)
    {
        (string Name, Func<TrialResult, double> Value, Func<double, string> Text, double Greatest)[] numbers =
        [
            ("test accuracy", trial => trial.TestAccuracy, Words.Percent, 1),
            ("test loss", trial => trial.TestLoss, value => Words.Number(value, 4), double.PositiveInfinity),
            ("training time, s", trial => trial.FitSeconds, value => Words.Number(value, 2), double.PositiveInfinity),
        ];
        var rows =
            from number in numbers
            from cell in part.Result.Cells
            let values = cell.Complete.Select(number.Value).Where(double.IsFinite).ToArray()
            where values.Length > 0
            let summary = Summary.Of(values)
            let interval = PairedTest.OfMean(summary).ClippedTo(0, number.Greatest)
            select new XElement("tr",
                ReportHtml.Classed("td", "name", cell.Cell.Label), ReportHtml.Classed("td", "text", number.Name),
                new XElement("td", summary.Count), new XElement("td", number.Text(summary.Mean)),
                new XElement("td", double.IsNaN(summary.Std) ? "–" : number.Text(summary.Std)),
                new XElement("td", interval.Exists ? $"{number.Text(interval.Low)} to {number.Text(interval.High)}" : "–"),
                new XElement("td", number.Text(values.Min())), new XElement("td", number.Text(values.Max())));
        string[] headings = ["Cell", "Number", "n", "Mean", "Deviation", "95 % of the mean", "Least", "Greatest"];
        return new XElement("details", new XElement("summary", "Cells in numbers"),
            ReportHtml.Classed("div", "scroll", new XElement("table",
                new XElement("thead", new XElement("tr", headings.Select((heading, i) => i == 0 ? ReportHtml.Classed("th", "name", heading) : new XElement("th", heading)))),
                new XElement("tbody", rows))));
    }

    /// <summary>A p value; a dash for none.</summary>
    public static string Probability(double p) => double.IsNaN(p) ? "–" : p < 0.0001 ? "< 0.0001" : Words.Number(p, 4);
}
