using System.Text.Json;
using System.Xml.Linq;
using Unroll.Studies.Analysis;
using Unroll.Studies.Reports;
using Unroll.Studies.Tests.Analysis;
using Xunit;

namespace Unroll.Studies.Tests.Reports;

/// <summary>Answers, findings, numbers and remarks stand in the report and in results.json.</summary>
public sealed class FindingReportTests
{
    private const string Cells = """{ "name": "cells", "title": "Cells", "question": "Which?", "cells": [{ "label": "LSTM" }, { "label": "GRU", "changes": { "model[1]": "gru(8)" } }] }""";

    private static readonly StudyResult Result = Made.Result(Made.Study(Cells), [[.80, .81, .80, .82, .81], [.812, .820, .814, .828, .821]]);

    [Fact]
    public void The_report_begins_with_the_answers()
    {
        XElement html = XElement.Parse(ReportHtml.Text(StudyAnalysis.Of(Result))["<!DOCTYPE html>".Length..]);
        XElement answers = html.Descendants("div").First(element => element.Attribute("class")?.Value == "answers");
        Assert.StartsWith("The answerCells. GRU against LSTM: +1.10 points (95 %: +0.82 to +1.38; 5 seeds × 25,000 reviews): higher by at least 0.82.", answers.Value, StringComparison.Ordinal);
        Assert.Equal(answers.Elements("p").First().Value["Cells. ".Length..], html.Descendants("li").First(element => element.Attribute("class")?.Value == "answer").Value);
    }

    [Fact]
    public void Numbers_remarks_and_method_stand_in_the_report()
    {
        XElement html = XElement.Parse(ReportHtml.Text(StudyAnalysis.Of(Result))["<!DOCTYPE html>".Length..]);
        XElement details = html.Descendants("details").First(element => element.Element("summary")!.Value == "Comparisons in numbers");
        Assert.StartsWith("GRU5+1.10+0.82 to +1.380.0004", details.Descendants("tbody").First().Value, StringComparison.Ordinal);
        Assert.Contains("5 of 5 (95 %: 0.48 to 1.00)", details.Value, StringComparison.Ordinal); // R: binom.test(5, 5) from 0.4781762
        Assert.Contains("LSTMtest accuracy580.80 %0.84 %79.76 % to 81.84 %80.00 %82.00 %", html.Value, StringComparison.Ordinal);
        Assert.Contains("U014 cells: An exact test cannot reach significance with so few repeats.", html.Value, StringComparison.Ordinal);
        Assert.Matches(@"in 2,000 simulated studies of 2 cells and 5 repeats it was [0-9.]+ %", html.Value);
    }

    [Fact]
    public void Results_json_has_findings_and_remarks()
    {
        using JsonDocument json = JsonDocument.Parse(ResultsJson.Text(StudyAnalysis.Of(Result)));
        JsonElement part = json.RootElement.GetProperty("findings")[0];
        Assert.Equal("LSTM", part.GetProperty("reference").GetString());
        Assert.StartsWith("GRU against LSTM: +1.10 points", part.GetProperty("sentences")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal(("HIGHER", .011), (part.GetProperty("comparisons")[0].GetProperty("verdict").GetString(), Math.Round(part.GetProperty("comparisons")[0].GetProperty("difference").GetDouble(), 9)));
        Assert.Equal("U014", json.RootElement.GetProperty("lint")[0].GetProperty("code").GetString());
    }
}
