using Spectre.Console;
using Unroll.Cli.Commands.Study;
using Xunit;

namespace Unroll.Cli.Tests;

public sealed class StudyStoreCommandTests : IDisposable
{
    private const string Small = """
        {
          "name": "small",
          "dataset": { "name": "synthetic", "numWords": 100, "maxLen": 5 },
          "training": { "optimizer": "adam", "batchSize": 512, "epochs": 1, "validation": { "split": 0.5 } },
          "model": ["embedding(output_dim=2)", "simple_rnn(2)", "dense(1, activation=sigmoid)"],
          "parts": [
            { "name": "units", "axes": [{ "path": "model[1].units", "values": [1, 2] }] },
            { "name": "rates", "axes": [{ "path": "training.optimizer", "values": ["adam(learning_rate=0.1)", "adam(0.001)"] }] },
          ],
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("unroll-stores-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Two_parts_add_up_and_what_is_stored_does_not_run_again()
    {
        Assert.Contains("[2/2]", Study("run", File(Small), "--part", "units", "--out", Folder("a")).Out, StringComparison.Ordinal);
        CliResult second = Study("run", File(Small), "--part", "rates", "--out", Folder("a"));
        Assert.Contains("1 of 2 trials are stored already", second.Out, StringComparison.Ordinal); // adam(0.001) is what the base says by default
        Assert.DoesNotContain("units 1 ", second.Out, StringComparison.Ordinal); // the table is that of the part
        CliResult third = Study("run", File(Small), "--out", Folder("a"));
        Assert.Contains("3 of 3 trials are stored already", third.Out, StringComparison.Ordinal);
        Assert.Contains("validation", third.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("epoch 1/1", third.Out, StringComparison.Ordinal);
        string[] rows = System.IO.File.ReadAllLines(Path.Combine(Folder("a"), "results.csv"));
        Assert.Equal(1 + 4, rows.Length);
        Assert.Contains(",rank_val_accuracy,", rows[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_stopped_run_says_how_to_go_on_and_resume_does()
    {
        Study("run", File(Small), "--part", "units", "--out", Folder("a"));
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        CliResult stopped = CliTest.Run(cancellation.Token, "study", "run", File(Small), "--out", Folder("a"));
        Assert.Equal(130, stopped.ExitCode);
        Assert.Contains($"Go on with: unroll study resume {Folder("a")}", stopped.Error, StringComparison.Ordinal);
        Assert.Contains("2 of 2 trials are stored already", Study("resume", Folder("a")).Out, StringComparison.Ordinal); // the other part was never begun
        Assert.Contains("Report: ", Study("report", Path.Combine(Folder("a"), "study.db"), "--out", Folder("b")).Out, StringComparison.Ordinal);
        Assert.Equal(System.IO.File.ReadAllText(Path.Combine(Folder("a"), "report.html")), System.IO.File.ReadAllText(Path.Combine(Folder("b"), "report.html")));
    }

    [Fact]
    public void Runs_lists_the_stores_of_a_folder()
    {
        Study("run", File(Small), "--part", "units", "--out", Folder("a"));
        Study("run", File(Small), "--part", "units", "--repeats", "2", "--out", Folder("a"));
        string output = Study("runs", _folder).Out;
        Assert.Contains(Folder("a"), output, StringComparison.Ordinal);
        Assert.Matches(@"1 small +\d{4}-\d\d-\d\d \d\d:\d\d +[\d.]+ s +2 +2 +0 +0 +0", output);
        Assert.Matches(@"2 small .* 4 +4 +0 +0 +0", output);
    }

    [Fact]
    public void Compare_shows_differences_by_repeat()
    {
        Study("run", File(Small), "--repeats", "2", "--out", Folder("a"));
        Study("run", File(Small.Replace("\"batchSize\": 512", "\"batchSize\": 64", StringComparison.Ordinal)), "--part", "units", "--repeats", "2", "--out", Folder("b"));
        string same = Study("compare", Folder("a"), Folder("a")).Out;
        Assert.Matches(@"units 1 +[\d.]+ ± [\d.]+ % +[\d.]+ ± [\d.]+ % +0\.00 ± 0\.00 +0\.0000 ± 0\.0000 +2 +2 of 2", same);
        string other = Study("compare", Folder("a"), Folder("b")).Out;
        Assert.Matches(@"units 1 .* [+−]?[\d.]+ ± [\d.]+ +−0\.\d{4} ± 0\.\d{4} +2 +0 of 2", other); // eight times the steps: a lower loss
        Assert.Contains("Cells that only one of them has: 2.", other, StringComparison.Ordinal);
    }

    [Fact]
    public void Merge_brings_the_parts_of_two_machines_together()
    {
        Study("run", File(Small), "--part", "units", "--out", Folder("a"));
        Study("run", File(Small), "--part", "rates", "--out", Folder("b"));
        Study("run", File(Small), "--out", Folder("whole"));
        Study("merge", Folder("a"), Folder("b"), "--out", Folder("both"));
        Study("merge", Folder("a"), "--out", Folder("both")); // once more changes nothing
        static string[] Weights(string folder) => [.. System.IO.File.ReadAllLines(Path.Combine(folder, "trials.csv")).Select(row => string.Join(',', row.Split(',')[^3..]))];
        Assert.Equal(Weights(Folder("whole")), Weights(Folder("both")));
    }

    [Fact]
    public void Wrong_folders_are_named()
    {
        void Refused(string expected, params string[] args)
        {
            CliResult result = CliTest.Run(["study", .. args]);
            Assert.Equal(2, result.ExitCode);
            Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        }

        Refused($"There is no store '{Path.Combine(Folder("none"), "study.db")}'; 'unroll study run' makes one.", "resume", Folder("none"));
        Refused("There is no store in", "runs", Folder("none"));
        Refused("--out is empty; give DIR, or leave it out.", "run", File(Small), "--out", "");
        Refused("small.json", "run", File(Small), "--out", File(Small)); // a file in place of the folder
        Study("run", File(Small), "--part", "units", "--out", Folder("a"));
        Refused("holds the study 'small', not 'large'. Results are never replaced: give another folder (--out).", "run", File(Small.Replace("\"small\"", "\"large\"", StringComparison.Ordinal)), "--out", Folder("a"));
    }

    [Theory]
    [InlineData(80)]
    [InlineData(48)]
    [InlineData(120)]
    public void Labels_and_numbers_stay_whole_however_narrow_the_terminal(int width)
    {
        string[] labels = ["LSTM(32), dropout 0.4", "GRU, slower"];
        NarrowTable.Column[] columns =
        [
            new("parameters", ["8,553", "12,345"]), new("validation", ["82.28 ± 0.12 %", "–"]), new("test accuracy", ["82.28 ± 0.12 %", "81.90 ± 0.34 %"]),
            new("reported", ["82.10 %", "–"]), new("test loss", ["0.3869 ± 0.0021", "0.3901 ± 0.0009"]), new("training time", ["12.3 ± 0.4 s", "103 ± 12 s"]),
        ];
        using var text = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = width;
        NarrowTable.Write(console, "cell", labels, columns);
        string[] lines = [.. text.ToString().Split('\n').Select(line => line.TrimEnd())];
        Assert.All(lines, line => Assert.InRange(line.Length, 0, width));
        Assert.All(columns.SelectMany(column => column.Cells.Append(column.Heading)), cell => Assert.Contains(lines, line => line.Contains(cell, StringComparison.Ordinal)));
        int tables = lines.Count(line => line.TrimStart().StartsWith("cell ", StringComparison.Ordinal));
        Assert.Equal(width switch { 120 => 1, 80 => 2, _ => 6 }, tables);
        Assert.All(labels, label => Assert.Equal(tables, lines.Count(line => line.TrimStart().StartsWith(label, StringComparison.Ordinal))));
    }

    private static CliResult Study(params string[] args)
    {
        CliResult result = CliTest.Run(["study", .. args]);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        return result;
    }

    private string Folder(string name) => Path.Combine(_folder, name);

    private string File(string json)
    {
        string path = Path.Combine(_folder, "small.json");
        System.IO.File.WriteAllText(path, json);
        return path;
    }
}
