using Unroll.Cli.Infrastructure;
using Xunit;

namespace Unroll.Cli.Tests;

public sealed class StudyCommandTests : IDisposable
{
    private const string Small = """
        {
          "name": "small",
          "dataset": { "name": "synthetic", "numWords": 100, "maxLen": 5 },
          "training": { "optimizer": "adam", "batchSize": 512, "epochs": 1 },
          "model": ["embedding(output_dim=2)", "simple_rnn(2)", "dense(1, activation=sigmoid)"],
          "parts": [{ "name": "units", "title": "Units", "axes": [{ "path": "model[1].units", "values": [1, 2] }] }],
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("unroll-study-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void List_names_studies_and_parts()
    {
        (int code, string output, string error) = Run(["study", "list"]);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("lstm-design-choices: Design choices for an LSTM on film reviews", output, StringComparison.Ordinal);
        Assert.Contains("    nodes           5 cells  Part 1: number of LSTM units", output, StringComparison.Ordinal);
        Assert.Contains("    base-adam  1 cell   Base model with Adam", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_prints_lines_and_a_table_and_writes_the_report()
    {
        (int code, string output, string error) = Run(["study", "run", Write(Small), "--jobs", "1", "--out", Path.Combine(_folder, "out")]);
        Assert.Equal((0, ""), (code, error));
        string[] lines = output.Split('\n');
        Assert.Equal("small: 2 trials, one at a time", lines[0].TrimEnd());
        Assert.Equal("loading synthetic: 100 words, length 5", lines[1].TrimEnd());
        Assert.StartsWith("units / units 2, seed 1: epoch 1/1, loss ", lines[2], StringComparison.Ordinal);
        Assert.StartsWith("[1/2] units / units 2, seed 1: test accuracy ", lines[3], StringComparison.Ordinal);
        Assert.Contains(lines, line => line.StartsWith("  cell      parameters   test accuracy   test loss   training time", StringComparison.Ordinal));
        Assert.Contains("  No verdict: with one run per cell (n = 1)", output, StringComparison.Ordinal);
        Assert.Contains("  U007 units: With one repeat, differences can't be judged.", output, StringComparison.Ordinal);
        Assert.EndsWith("report.html", output.TrimEnd(), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_folder, "out", "report.html")));
        Assert.Equal(3, File.ReadLines(Path.Combine(_folder, "out", "results.csv")).Count());
        Assert.DoesNotContain('\u001b', output);
    }

    [Fact]
    public void Check_remarks_without_running()
    {
        (int code, string output, string error) = Run(["study", "check", Write(Small)]);
        Assert.Equal((0, ""), (code, error));
        Assert.StartsWith("small: 1 part, 2 cells, 1 repeat each.", output, StringComparison.Ordinal);
        Assert.Contains("U007 units: With one repeat, differences can't be judged.", output, StringComparison.Ordinal);
        Assert.DoesNotContain("U007", Run(["study", "check", Write(Small), "--repeats", "7"]).Out, StringComparison.Ordinal);
        AssertRefused(["study", "check", Write(Small.Replace("epochs", "epoch", StringComparison.Ordinal))], "did you mean 'epochs'?");
    }

    [Fact]
    public void Plan_lists_cells_and_with_a_pilot_the_repeats_that_are_needed()
    {
        string plan = Run(["study", "plan", Write(Small)]).Out;
        // embedding 100 × 2; SimpleRNN 2 × u + u × u + u; dense u + 1
        Assert.Matches("units 1 +206 parameters +about ", plan);
        Assert.Matches("units 2 +213 parameters +about ", plan);
        Assert.Contains("n =  5: 1.68; ±0.5 points if that deviation is 0.30 points", plan, StringComparison.Ordinal);

        (int code, string piloted, _) = Run(["study", "plan", Write(Small), "--pilot", "2", "--matters", "20"]);
        Assert.Equal(0, code);
        Assert.Matches("Differences vary by [0-9.]+ points: a difference of 20 points takes [0-9]+ repeats", piloted);
        AssertRefused(["study", "plan", Write(Small), "--matters", "0"], "--matters is '0'; it must be a number of percentage points above 0 and below 100, such as 0.5.");
        AssertRefused(["study", "plan", Write(Small), "--pilot", "1"], "--pilot is 1; how much seeds differ takes at least 2 repeats.");
    }

    [Fact]
    public void Calibrate_counts_verdicts()
    {
        (int code, string output, _) = Run(["study", "calibrate", "--studies", "50", "--cells", "2"]);
        Assert.Equal(0, code);
        Assert.Contains("50 simulated parts of 2 cells for each number", output, StringComparison.Ordinal);
        Assert.Equal(4, output.Split('\n').Count(line => line.Contains(" SD ", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_same_study_gives_the_same_weights_at_any_number_of_jobs()
    {
        string file = Write(Small);
        Run(["study", "run", file, "--jobs", "1", "--repeats", "2", "--out", Path.Combine(_folder, "one")]);
        Run(["study", "run", file, "--jobs", "3", "--repeats", "2", "--out", Path.Combine(_folder, "three")]);
        string[] one = Fingerprints("one");
        Assert.Equal(4, one.Distinct().Count());
        Assert.Equal(one, Fingerprints("three"));
    }

    [Fact]
    public void A_trial_that_diverges_makes_exit_code_1_and_is_named()
    {
        string json = Small.Replace("\"adam\"", "{ \"type\": \"SGD\", \"learning_rate\": 1e38 }", StringComparison.Ordinal)
            .Replace("simple_rnn(2)", "simple_rnn(2, activation=linear)", StringComparison.Ordinal);
        (int code, string output, string error) = Run(["study", "run", Write(json), "--out", Path.Combine(_folder, "out")]);
        Assert.Equal(1, code);
        Assert.Contains("FAILED", output, StringComparison.Ordinal);
        Assert.Contains("the report says why.", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cancelled_run_ends_with_130()
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        (int code, _, string error) = Run(["study", "run", Write(Small), "--out", Path.Combine(_folder, "out")], cancellation.Token);
        Assert.Equal(130, code);
        Assert.Contains("stopped", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sentiment-rn", "There is no built-in study 'sentiment-rn'; did you mean 'sentiment-rnn'?")]
    [InlineData("nowhere.json", "There is no study file 'nowhere.json'.")]
    public void An_unknown_study_is_refused(string target, string expected) => AssertRefused(["study", "run", target], expected);

    [Fact]
    public void Wrong_options_are_refused()
    {
        string file = Write(Small);
        AssertRefused(["study", "run", file, "--part", "unit"], "has no part 'unit'; did you mean 'units'?");
        AssertRefused(["study", "run", file, "--jobs", "0"], "--jobs is '0'; it must be a whole number of at least 1.");
        AssertRefused(["study", "run", file, "--repeats", "x"], "--repeats is 'x'; it must be a whole number of at least 1.");
        AssertRefused(["study", "run", file, "--dataset", "imbd"], "--dataset is 'imbd'; it must be auto or imdb or synthetic.");
        AssertRefused(["study", "run", Write(Small.Replace("epochs", "epoch", StringComparison.Ordinal))], "small.json(4,56): training has no member 'epoch'; did you mean 'epochs'?");
    }

    private static void AssertRefused(string[] args, string expected)
    {
        (int code, _, string error) = Run(args);
        Assert.Equal(2, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    private string Write(string json)
    {
        string path = Path.Combine(_folder, "small.json");
        File.WriteAllText(path, json);
        return path;
    }

    private string[] Fingerprints(string run)
    {
        string[][] rows = [.. File.ReadLines(Path.Combine(_folder, run, "trials.csv")).Select(line => line.Split(','))];
        int column = Array.IndexOf(rows[0], "fingerprint");
        return [.. rows.Skip(1).Select(row => row[^(rows[0].Length - column)])];
    }

    private static (int Code, string Out, string Error) Run(string[] args, CancellationToken cancellation = default)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = CliApp.Run(args, output, error, cancellation: cancellation);
        return (code, output.ToString(), error.ToString());
    }
}
