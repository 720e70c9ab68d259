using System.Globalization;
using System.Xml.Linq;
using Unroll.Configuration;
using Unroll.Studies.Analysis;
using Unroll.Studies.Plots;

namespace Unroll.Studies.Reports;

/// <summary>
/// The report as one HTML file without scripts and without anything from elsewhere. Built as an XML tree, so all text
/// is escaped and the file is well-formed.
/// </summary>
internal static class ReportHtml
{
    public static string Text(StudyAnalysis analysis)
    {
        StudyResult result = analysis.Result;
        Study study = result.Study;
        string title = result.UsedFallback ? $"[SYNTHETIC DATA] {study.Title}" : study.Title;
        var main = new XElement("main", Header(result), ReportFindings.Answers(analysis));
        foreach (PartAnalysis part in analysis.Parts) main.Add(Section(result, part));
        main.Add(ReportBesideKeras.Of(analysis.Keras), ReportFindings.Lint(result), ReportFindings.Method(analysis));
        main.Add(Footer(result));
        var html = new XElement("html",
            new XAttribute("lang", "en"),
            new XElement("head",
                new XElement("meta", new XAttribute("charset", "utf-8")),
                new XElement("meta", new XAttribute("name", "viewport"), new XAttribute("content", "width=device-width, initial-scale=1")),
                new XElement("title", title),
                new XElement("style", ReportStyle.Css)),
            new XElement("body", main));
        return "<!DOCTYPE html>\n" + Printable.Xml(html).ToString(SaveOptions.None) + "\n";
    }

    private static IEnumerable<XElement> Header(StudyResult result)
    {
        Study study = result.Study;
        RunEnvironment run = result.Environment;
        yield return new XElement("h1", study.Title);
        if (result.UsedFallback)
        {
            string notice = result.Datasets.First(info => info.IsFallback).Notice ?? "The reviews that the study asks for were not available.";
            yield return Classed("div", "banner", new XElement("strong", "Made-up data, not real reviews"), notice,
                " The numbers below show that the study runs; they say nothing about its question.");
        }

        if (!result.IsFinished)
        {
            int done = result.Trials.Count(trial => trial.State == TrialState.Complete);
            yield return Classed("div", "banner", new XElement("strong", "Not finished"),
                $"{done} of {result.Trials.Count()} trials had ended; means are over these.");
        }

        if (study.Question.Length > 0) yield return Classed("p", "question", study.Question);
        if (study.Note.Length > 0) yield return Classed("p", "note", study.Note);
        string data = string.Join("; ", result.Datasets.Select(info => $"{info.Name}, {NumberText.Count(info.TrainCount)} training and {NumberText.Count(info.TestCount)} test samples"));
        string remarks = string.Concat(result.Datasets.Where(info => !info.IsFallback && info.Notice is not null).Select(info => " Note: " + info.Notice));
        if (data.Length > 0) yield return Classed("p", "meta", $"Data: {data}.{remarks}");
        string repeats = run.Repeats == 1 ? "one repeat per cell" : $"{run.Repeats} repeats per cell";
        string seeds = run.Repeats == 1 ? $"seed {run.Seed}" : $"seeds {run.Seed} to {run.Seed + run.Repeats - 1}";
        string jobs = run.Jobs == 1 ? "one trial at a time" : $"{run.Jobs} trials side by side";
        yield return Classed("p", "meta",
            $"Run: {run.Started.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC, {NumberText.Duration(TimeSpan.FromSeconds(run.Seconds))}; {repeats}, {seeds}; {jobs}; Unroll {run.Version}.");
    }

    private static XElement Section(StudyResult result, PartAnalysis analysis)
    {
        PartResult part = analysis.Result;
        var section = new XElement("section", new XElement("h2", new XAttribute("id", part.Part.Name), part.Part.Title));
        if (part.Part.Question.Length > 0) section.Add(new XElement("p", part.Part.Question));
        if (part.Part.Note.Length > 0) section.Add(Classed("p", "note", part.Part.Note));
        section.Add(ReportFindings.Findings(analysis));
        section.Add(Classed("div", "scroll", ReportTable.Of(part)));
        section.Add(Classed("p", "caption", ReportTable.Caption(result, part)));
        XElement[] failures =
        [
            .. part.Cells.SelectMany(cell => cell.Trials).Where(trial => trial.State == TrialState.Failed)
                .Select(trial => new XElement("p", $"{trial.Trial.Cell.Label}, seed {trial.Trial.Seed}: {trial.Error}")),
        ];
        if (failures.Length > 0) section.Add(Classed("div", "failures", new XElement("strong", failures.Length == 1 ? "One trial failed." : $"{failures.Length} trials failed."), failures));
        if (PartFigure.Of(part) is { } figure) section.Add(FigureElement(figure, part));
        if (ReportFindings.Comparisons(analysis) is { } comparisons) section.Add(comparisons);
        section.Add(ReportFindings.Cells(analysis), Designs(part));
        return section;
    }

    private static XElement FigureElement(Figure figure, PartResult part)
    {
        XElement Entry(XElement swatch, string text) => new("span",
            new XElement(FigureSvg.Svg + "svg", new XAttribute("viewBox", "0 0 28 12"), new XAttribute("aria-hidden", "true"), swatch), text);
        var legend = Classed("div", "legend",
            FigureSvg.ColoursOf(figure).Select(pair => Entry(FigureSvg.Swatch(pair.Value, dashed: false), pair.Key)));
        if (FigureSvg.HasDashed(figure))
        {
            bool onTest = part.Cells.All(cell => cell.Cell.Design.Training.Validation == ValidationKind.Test);
            legend.Add(Entry(FigureSvg.Swatch(0, dashed: false, muted: true), "training"));
            legend.Add(Entry(FigureSvg.Swatch(0, dashed: true, muted: true), onTest ? "validation (on the test data)" : "validation"));
        }

        var element = new XElement("figure", new XAttribute("style", "margin:0"), legend,
            Classed("div", "panels", figure.Panels.Select(panel => FigureSvg.PanelElement(figure, panel))));
        int most = part.Cells.Max(cell => cell.Complete.Count());
        if (most > 1) element.Add(Classed("figcaption", "caption", "Lines are means over the repeats; bands reach from the lowest to the highest repeat."));
        return element;
    }

    private static XElement Designs(PartResult part)
    {
        var rows = part.Cells.Select(cell =>
        {
            StudyDesign design = cell.Cell.Design;
            string validation = design.Training.Validation switch
            {
                ValidationKind.Split => $"validated on the last {NumberText.Fixed(design.Training.ValidationSplit * 100, 0)} % of the training data",
                ValidationKind.Test => "validated on the test data",
                _ => "not validated",
            };
            string callbacks = string.Concat(design.Training.Callbacks.Select(callback => $", {callback}"));
            return new XElement("tr",
                Classed("td", "name", cell.Cell.Label),
                Classed("td", "text", design.ModelText),
                Classed("td", "text", $"{design.Training.Optimizer}, {design.Training.Loss}, batch {design.Training.BatchSize}, {design.Training.Epochs} epochs, {validation}{callbacks}"),
                Classed("td", "text", $"{design.Dataset.NumWords} words, length {design.Dataset.MaxLen}, padded {design.Dataset.Padding}, cut {design.Dataset.Truncating}{Shares(cell)}"));
        });
        return new XElement("details", new XElement("summary", "Designs in full"),
            Classed("div", "scroll", new XElement("table",
                new XElement("thead", new XElement("tr", Classed("th", "name", "Cell"), Classed("th", "name", "Model"), Classed("th", "name", "Training"), Classed("th", "name", "Data"))),
                new XElement("tbody", rows))));
    }

    // Two numbers that say how much of the reviews a model gets to see.
    private static string Shares(CellResult cell)
    {
        TrialDataset? data = cell.Trials.Select(trial => trial.Dataset).FirstOrDefault(info => info is not null);
        return data is null ? "" : $"; {NumberText.Fixed(data.CutShare * 100, 0)} % of the training samples are cut, {NumberText.Fixed(data.OovShare * 100, 0)} % of their tokens are out of vocabulary";
    }

    private static XElement Footer(StudyResult result) => new("footer",
        Classed("p", "meta", "Beside this file: results.csv (one row per cell), trials.csv (one row per trial, with the fingerprint of its final weights), results.json (everything, epoch by epoch), and each figure as SVG."),
        Classed("p", "meta", $"{result.Environment.Runtime} on {result.Environment.System}, {result.Environment.Processors} processors."));

    internal static XElement Classed(string name, string style, params object[] content) => new(name, new XAttribute("class", style), content);
}
