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
                $"Intervals are 95 % (Student's t over the repeats) and speak of new seeds on the same test data. “Higher” and “lower” are corrected for the number of cells (Holm); along an ordered axis there must first be a trend. So a part without any difference gets a false verdict in at most 5 % of studies; “unroll study calibrate” measures that. “Equivalent” means that the whole interval lies within {margin} points, the difference that matters. “Undecided” is no answer: neither was shown."));
    }

    private static string Probability(double p) => double.IsNaN(p) ? "–" : p < 0.0001 ? "< 0.0001" : Words.Number(p, 4);
}
