using System.Globalization;
using System.Xml.Linq;
using Unroll.Configuration;
using Unroll.Studies.Analysis;
using Unroll.Studies.Storage;

namespace Unroll.Studies.Reports;

/// <summary>A study while it runs, with the tables and figures of its report. Without its script the page still shows and filters.</summary>
internal static class LivePage
{
    private const string Style = """

        form.filter{display:flex;flex-wrap:wrap;gap:8px 16px;align-items:end;margin:12px auto 0;max-width:1100px;padding:0 16px}
        form.filter label{display:flex;flex-direction:column;font-size:.8rem;color:var(--muted)}
        form.filter label.check{flex-direction:row;gap:6px;align-items:center;padding-bottom:6px}
        form.filter input[type=search],form.filter select{font:inherit;padding:5px 8px;border:1px solid var(--rule);background:var(--paper);color:var(--ink);max-width:100%}
        form.filter button{font:inherit;padding:5px 12px}
        .bar{display:flex;height:14px;margin:10px 0;background:var(--soft);border:1px solid var(--rule)}
        .bar div{height:100%}
        .bar .done{background:#0072b2}.bar .now{background:#56b4e9}.bar .failed{background:#d55e00}
        .state{font-size:1.1rem;font-weight:600}
        .provisional{color:var(--warn);font-weight:400;font-size:.85rem}
        #link{max-width:1100px;margin:0 auto;padding:0 16px;color:var(--warn);font-size:.875rem;min-height:1.4em}

        """;

    public static string Document(LiveMoment moment, LiveFilter filter)
    {
        Study study = moment.Result.Study;
        var html = new XElement("html",
            new XAttribute("lang", "en"),
            new XElement("head",
                new XElement("meta", new XAttribute("charset", "utf-8")),
                new XElement("meta", new XAttribute("name", "viewport"), new XAttribute("content", "width=device-width, initial-scale=1")),
                new XElement("title", study.Title),
                new XElement("style", ReportStyle.Css + Style),
                new XElement("script", new XAttribute("src", "watch.js"), new XAttribute("defer", "defer"), "")),
            new XElement("body", Form(moment, filter), ReportHtml.Classed("p", "note", new XAttribute("id", "link"), new XAttribute("role", "status"), ""), MainElement(moment, filter)));
        return "<!DOCTYPE html>\n" + Printable.Xml(html).ToString(SaveOptions.DisableFormatting) + "\n";
    }

    public static string Main(LiveMoment moment, LiveFilter filter) =>
        string.Concat(Printable.Xml(MainElement(moment, filter)).Nodes().Select(node => node.ToString(SaveOptions.DisableFormatting)));

    private static XElement Form(LiveMoment moment, LiveFilter filter)
    {
        var parts = new XElement("select", new XAttribute("name", "part"), new XElement("option", new XAttribute("value", ""), "all parts"));
        foreach (PartResult part in moment.Result.Parts)
            parts.Add(new XElement("option", new XAttribute("value", part.Part.Name), part.Part.Name == filter.Part ? new XAttribute("selected", "selected") : null, part.Part.Title));
        return new XElement("form", new XAttribute("class", "filter"), new XAttribute("method", "get"),
            new XElement("label", "Part", parts),
            new XElement("label", "Cells with", new XElement("input", new XAttribute("type", "search"), new XAttribute("name", "find"), new XAttribute("value", filter.Find), new XAttribute("placeholder", "text in the label"))),
            new XElement("label", new XAttribute("class", "check"),
                new XElement("input", new XAttribute("type", "checkbox"), new XAttribute("name", "all"), new XAttribute("value", "1"), filter.All ? new XAttribute("checked", "checked") : null),
                "designs in full, not only what differs"),
            new XElement("noscript", new XElement("button", "Show")));
    }

    private static XElement MainElement(LiveMoment moment, LiveFilter filter)
    {
        StudyResult result = moment.Result;
        var main = new XElement("main", new XElement("h1", result.Study.Title));
        if (result.UsedFallback)
            main.Add(ReportHtml.Classed("div", "banner", new XElement("strong", "Made-up data, not real reviews"), "The numbers show that the study runs; they say nothing about its question."));
        if (result.Study.Question.Length > 0) main.Add(ReportHtml.Classed("p", "question", result.Study.Question));
        main.Add(State(moment), Bar(moment), ReportHtml.Classed("p", "meta", moment.Location));
        main.Add(Workers(moment, filter), Failures(result, filter));
        PartAnalysis[] parts = [.. moment.Analysis!.Parts.Where(part => filter.ShowsPart(part.Result.Part.Name) && part.Result.Cells.Any(cell => filter.Shows(cell.Cell)))];
        if (parts.Length == 0) main.Add(ReportHtml.Classed("p", "note", "No cell of the study is like that."));
        else main.Add(Answers(parts));
        foreach (PartAnalysis part in parts) main.Add(Part(result, part, filter));
        return main;
    }

    private static XElement State(LiveMoment moment)
    {
        int waiting = moment.Count(TrialState.Waiting), running = moment.Count(TrialState.Running), complete = moment.Count(TrialState.Complete), failed = moment.Count(TrialState.Failed), silent = moment.Silent;
        string counts = $"{Words.Count(complete)} of {Words.Count(moment.Trials.Count)} trials complete"
            + (running > 0 ? $", {running} running" : "") + (failed > 0 ? $", {failed} failed" : "") + (waiting > 0 ? $", {waiting} waiting" : "");
        string rest = waiting + running == 0 ? "; nothing is left to do."
            : running > silent ? moment.Left is { } left ? $"; about {NumberText.Duration(left)} left." : "."
            : silent > 0 ? "; stopped: who ran it is gone. The same command goes on, or “unroll study resume”."
            : "; nobody works on it. The same command goes on, or “unroll study resume”.";
        return ReportHtml.Classed("p", "state", counts + rest);
    }

    private static XElement Bar(LiveMoment moment)
    {
        XElement Share(string style, int count) => ReportHtml.Classed("div", style, new XAttribute("style", string.Create(CultureInfo.InvariantCulture, $"width:{100.0 * count / Math.Max(1, moment.Trials.Count):0.##}%")), "");
        int complete = moment.Count(TrialState.Complete);
        return ReportHtml.Classed("div", "bar", new XAttribute("role", "progressbar"), new XAttribute("aria-label", "trials complete"), new XAttribute("aria-valuemin", 0),
            new XAttribute("aria-valuemax", moment.Trials.Count), new XAttribute("aria-valuenow", complete),
            Share("done", complete), Share("failed", moment.Count(TrialState.Failed)), Share("now", moment.Count(TrialState.Running)));
    }

    private static XElement? Workers(LiveMoment moment, LiveFilter filter)
    {
        ILookup<string, StudyCell> cells = moment.Result.Parts.SelectMany(part => part.Cells).Select(cell => cell.Cell).ToLookup(cell => $"{cell.Part}\n{cell.Label}");
        StoredTrial[] running = [.. moment.Running.Where(trial => cells[$"{trial.Planned.Place.Part}\n{trial.Planned.Place.Cell}"].Any(filter.Shows))];
        if (running.Length == 0) return null;
        IEnumerable<XElement> rows = running.OrderBy(trial => trial.Worker?.ToString(), StringComparer.Ordinal).Select(trial => new XElement("tr",
            ReportHtml.Classed("td", "name", trial.Worker?.ToString() ?? "–"),
            ReportHtml.Classed("td", "text", $"{trial.Planned.Place.Part} / {trial.Planned.Place.Cell}, seed {trial.Planned.Seed}"),
            new XElement("td", trial.Epochs.Count),
            new XElement("td", trial.Epochs.Count > 0 && trial.Epochs[^1].Logs.TryGetValue("loss", out double loss) ? Words.Number(loss, 4) : "–"),
            new XElement("td", moment.IsSilent(trial) ? "gone" : $"{NumberText.Duration(moment.SilentFor(trial))} ago")));
        return new XElement("section", new XElement("h2", new XAttribute("id", "workers"), "Running now"),
            ReportHtml.Classed("div", "scroll", new XElement("table",
                new XElement("thead", new XElement("tr", ReportHtml.Classed("th", "name", "Worker"), ReportHtml.Classed("th", "name", "Trial"), new XElement("th", "Epochs"), new XElement("th", "Loss"), new XElement("th", "Heard of"))),
                new XElement("tbody", rows))));
    }

    private static XElement? Failures(StudyResult result, LiveFilter filter)
    {
        XElement[] failures =
        [
            .. result.Parts.SelectMany(part => part.Cells).Where(cell => filter.Shows(cell.Cell)).SelectMany(cell => cell.Trials).Where(trial => trial.State == TrialState.Failed)
                .Select(trial => new XElement("p", $"{trial.Trial.Cell.Part} / {trial.Trial.Cell.Label}, seed {trial.Trial.Seed}: {trial.Error}")),
        ];
        return failures.Length == 0 ? null : ReportHtml.Classed("div", "failures", new XElement("strong", failures.Length == 1 ? "One trial failed." : $"{failures.Length} trials failed."), failures);
    }

    private static XElement Answers(PartAnalysis[] parts)
    {
        XElement box = ReportHtml.Classed("div", "answers", new XElement("strong", "What is known so far"));
        foreach (PartAnalysis part in parts) box.Add(new XElement("p", new XElement("b", part.Result.Part.Title + ". "), part.Findings[0], Provisional(part)));
        return box;
    }

    // Whoever looks before the planned number of repeats is there, and stops where it pleases, finds differences that are none.
    private static XElement? Provisional(PartAnalysis part)
    {
        int ended = part.Result.Cells.Sum(cell => cell.Trials.Count(trial => trial.State is TrialState.Complete or TrialState.Failed)), planned = part.Result.Cells.Sum(cell => cell.Trials.Count);
        return ended == planned ? null : ReportHtml.Classed("span", "provisional", $" Provisional: {Words.Count(ended)} of {Words.Count(planned)} trials.");
    }

    private static XElement Part(StudyResult result, PartAnalysis analysis, LiveFilter filter)
    {
        PartResult all = analysis.Result, part = all with { Cells = [.. all.Cells.Where(cell => filter.Shows(cell.Cell))] };
        var section = new XElement("section", new XElement("h2", new XAttribute("id", part.Part.Name), part.Part.Title));
        if (part.Part.Question.Length > 0) section.Add(new XElement("p", part.Part.Question));
        section.Add(ReportFindings.Findings(analysis), Provisional(analysis));
        section.Add(ReportHtml.Classed("div", "scroll", ReportTable.Of(part)), ReportHtml.Classed("p", "caption", ReportTable.Caption(result, part)));
        if (PartFigure.Of(part) is { } figure) section.Add(ReportHtml.FigureElement(figure, part));
        section.Add(ReportFindings.Comparisons(analysis), filter.All ? ReportHtml.Designs(part) : Differing(part));
        return section;
    }

    private static XElement? Differing(PartResult part)
    {
        string[] paths = [.. part.Cells.SelectMany(cell => cell.Cell.Values.Keys).Distinct().Where(path => part.Cells.Select(cell => cell.Cell.Values.GetValueOrDefault(path)).Distinct().Count() > 1)];
        if (paths.Length == 0) return null;
        return new XElement("details", new XElement("summary", "What differs between the designs"), ReportHtml.Classed("div", "scroll", new XElement("table",
            new XElement("thead", new XElement("tr", ReportHtml.Classed("th", "name", "Cell"), paths.Select(path => new XElement("th", path)))),
            new XElement("tbody", part.Cells.Select(cell => new XElement("tr", ReportHtml.Classed("td", "name", cell.Cell.Label), paths.Select(path => new XElement("td", cell.Cell.Values.GetValueOrDefault(path, "–")))))))));
    }
}
