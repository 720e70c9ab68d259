using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using nietras.SeparatedValues;
using Unroll.Studies.Reports;
using Unroll.Studies.Tests.Running;
using Xunit;

namespace Unroll.Studies.Tests.Reports;

public sealed class ReportTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "unroll-report-" + Path.GetRandomFileName());

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void All_files_are_written_and_nothing_else()
    {
        StudyResult result = Write(new FakeExecutor());
        Assert.Equal(Path.Combine(_folder, "report.html"), result.ReportPath);
        Assert.Equal(
            ["report.html", "results.csv", "results.json", "study.db", "trials.csv", "units.svg"],
            Directory.GetFiles(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Results_csv_has_a_row_per_cell()
    {
        Write(new FakeExecutor());
        List<Dictionary<string, string>> rows = Csv("results.csv");
        Assert.Equal(["units 2", "units 4"], rows.Select(row => row["cell"]));
        Assert.Equal(["2", "4"], rows.Select(row => row["param_model[1].units"]));
        Assert.Equal(["200", "400"], rows.Select(row => row["parameters"]));
        Assert.Equal(["2", "1"], rows.Select(row => row["rank_test_accuracy"]));
        // Repeats of the first cell: 0.802 and 0.812; mean 0.807; deviation 0.01/√2 = 0.00707106781…
        Assert.Equal((0.802, 0.812), (Number(rows[0], "split0_test_accuracy"), Number(rows[0], "split1_test_accuracy")));
        Assert.Equal(0.807, Number(rows[0], "mean_test_accuracy"), 12);
        Assert.Equal(0.0070710678118655, Number(rows[0], "std_test_accuracy"), 12);
        Assert.Equal((7.5, 0.0), (Number(rows[0], "mean_fit_time"), Number(rows[0], "std_fit_time")));
        Assert.Equal(("2", "0", "false"), (rows[0]["repeats"], rows[0]["failed"], rows[0]["dataset_fallback"]));
    }

    [Fact]
    public void Trials_csv_has_a_row_per_trial_and_keeps_errors()
    {
        Write(new FakeExecutor { Loss = (trial, epoch) => trial.Repeat == 1 && epoch == 1 ? double.NaN : null });
        List<Dictionary<string, string>> rows = Csv("trials.csv");
        Assert.Equal(["COMPLETE", "FAILED", "COMPLETE", "FAILED"], rows.Select(row => row["state"]));
        Assert.Equal(["7", "8", "7", "8"], rows.Select(row => row["seed"]));
        Assert.Equal("", rows[1]["test_accuracy"]);
        Assert.StartsWith("the loss of epoch 2 is not a number", rows[1]["error"], StringComparison.Ordinal);
        Assert.Equal("2-7", rows[0]["fingerprint"]);
    }

    [Fact]
    public void Results_json_holds_document_cells_trials_and_epochs()
    {
        Write(new FakeExecutor());
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, "results.json")));
        JsonElement root = document.RootElement;
        Assert.Equal("small", root.GetProperty("study").GetProperty("name").GetString());
        Assert.Equal(2, root.GetProperty("environment").GetProperty("repeats").GetInt32());
        JsonElement cell = root.GetProperty("cells")[1];
        Assert.Equal("4", cell.GetProperty("params").GetProperty("model[1].units").GetString());
        Assert.Equal(4, cell.GetProperty("design").GetProperty("model")[1].GetProperty("units").GetInt32());
        Assert.Equal(2, cell.GetProperty("test_accuracy").GetProperty("n").GetInt32());
        JsonElement epoch = cell.GetProperty("trials")[0].GetProperty("epochs")[4];
        Assert.Equal(5, epoch.GetProperty("epoch").GetInt32());
        Assert.Equal(0.81, epoch.GetProperty("val_loss").GetDouble() - epoch.GetProperty("loss").GetDouble() + 0.73, 12);
    }

    [Fact]
    public void Html_is_well_formed_and_refers_to_nothing_outside()
    {
        Write(new FakeExecutor());
        XElement html = Html();
        foreach (XElement element in html.Descendants())
        {
            Assert.DoesNotContain(element.Name.LocalName, (string[])["script", "link", "img", "iframe", "object", "use"]);
            foreach (XAttribute attribute in element.Attributes().Where(attribute => !attribute.IsNamespaceDeclaration))
            {
                Assert.DoesNotContain(attribute.Name.LocalName, (string[])["src", "href", "srcset"]);
                Assert.DoesNotContain("url(", attribute.Value, StringComparison.Ordinal);
            }
        }

        string style = html.Descendants("style").First().Value;
        Assert.DoesNotContain("url(", style, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", style, StringComparison.Ordinal);
        Assert.All((char[])['<', '>', '&'], letter => Assert.DoesNotContain(letter, style)); // raw text in HTML, escaped in XML
        Assert.Contains(html.Descendants("meta"), meta => meta.Attribute("name")?.Value == "viewport");
    }

    [Fact]
    public void Html_escapes_what_users_write()
    {
        Write(new FakeExecutor());
        string text = File.ReadAllText(Path.Combine(_folder, "report.html"));
        Assert.Contains("<h1>Small &amp; &lt;simple&gt;</h1>", text, StringComparison.Ordinal);
        Assert.Equal("Small & <simple>", Html().Descendants("title").First().Value);
    }

    [Fact]
    public void Html_shows_mean_and_deviation()
    {
        Write(new FakeExecutor());
        string[] cells = [.. Html().Descendants("tbody").First().Elements("tr").First().Elements("td").Select(cell => cell.Value)];
        Assert.Equal(["units 2", "200", "80.70 ±\u00A00.71\u00A0%", "0.4750 ±\u00A00.0071"], cells[..4]);
    }

    [Fact]
    public void Made_up_data_is_announced_in_title_and_banner()
    {
        Write(new FakeExecutor { IsFallback = true });
        XElement html = Html();
        Assert.StartsWith("[SYNTHETIC DATA] ", html.Descendants("title").First().Value, StringComparison.Ordinal);
        XElement banner = html.Descendants("div").First(element => element.Attribute("class")?.Value == "banner");
        Assert.StartsWith("Made-up data, not real reviewsIMDB was not found & could <not> be fetched.", banner.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Failures_are_listed_with_cell_and_seed()
    {
        Write(new FakeExecutor { Loss = (trial, _) => trial.Repeat == 1 ? double.NaN : null });
        XElement box = Html().Descendants("div").First(element => element.Attribute("class")?.Value == "failures");
        Assert.StartsWith("2 trials failed.units 2, seed 8: the loss of epoch 1 is not a number", box.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void A_study_in_which_all_failed_still_has_a_report()
    {
        Write(new FakeExecutor { Loss = (_, _) => double.PositiveInfinity });
        Assert.Contains("the loss of epoch 1 is infinite", Html().Value, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder, "units.svg")));
    }

    [Theory]
    [InlineData(4.21, "4.2 s")]
    [InlineData(45.2, "45 s")]
    [InlineData(59.7, "1 min 00 s")]
    [InlineData(200, "3 min 20 s")]
    [InlineData(3599.6, "1 h 00 min")]
    [InlineData(3900, "1 h 05 min")]
    public void Durations(double seconds, string expected) => Assert.Equal(expected, NumberText.Duration(TimeSpan.FromSeconds(seconds)));

    private StudyResult Write(FakeExecutor executor) => StudyRunnerTests.Run(executor, new RunOptions { Jobs = 2, OutputFolder = _folder });

    private XElement Html() => XElement.Parse(File.ReadAllText(Path.Combine(_folder, "report.html"))["<!DOCTYPE html>".Length..]);

    private List<Dictionary<string, string>> Csv(string name)
    {
        var rows = new List<Dictionary<string, string>>();
        using SepReader csv = new Sep(',').Reader(options => options with { Unescape = true }).FromFile(Path.Combine(_folder, name));
        foreach (SepReader.Row row in csv)
        {
            var fields = new Dictionary<string, string>();
            foreach (string column in csv.Header.ColNames) fields.Add(column, row[column].ToString());
            rows.Add(fields);
        }

        return rows;
    }

    private static double Number(Dictionary<string, string> row, string column) => double.Parse(row[column], CultureInfo.InvariantCulture);
}
