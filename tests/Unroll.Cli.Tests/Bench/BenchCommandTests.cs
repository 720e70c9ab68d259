using System.Text.Json;
using Unroll.Cli.Infrastructure;
using Xunit;

namespace Unroll.Cli.Tests.Bench;

public sealed class BenchCommandTests
{
    [Fact]
    public void Prints_a_row_for_each_workload_and_its_baseline()
    {
        CliResult result = CliTest.Run("bench", "lstm8-mask", "predict-one", "--steps", "2", "--rounds", "1");

        Assert.Equal(ErrorBoundary.Success, result.ExitCode);
        string[] lines = result.Out.Split('\n');
        int header = Array.FindIndex(lines, line => line.StartsWith("workload ", StringComparison.Ordinal));
        Assert.Equal(["lstm8", "lstm8-mask", "predict-one", ""], lines[(header + 1)..(header + 5)].Select(line => line.Split(' ')[0]));
        Assert.EndsWith(" × lstm8", lines[header + 2]);
        Assert.Equal(lines[header].IndexOf("of peak", StringComparison.Ordinal) + "of peak".Length, lines[header + 1].IndexOf('%') + 1);
    }

    [Fact]
    public void Json_goes_to_standard_output_alone()
    {
        CliResult result = CliTest.Run("bench", "rnn5", "--steps", "3", "--rounds", "2", "--jobs", "2", "--json", "-");

        Assert.Equal(ErrorBoundary.Success, result.ExitCode);
        JsonElement report = JsonDocument.Parse(result.Out).RootElement;
        JsonElement workload = Assert.Single(report.GetProperty("workloads").EnumerateArray());
        Assert.Equal("unroll bench rnn5 --steps 3 --rounds 2 --jobs 2 --json -", report.GetProperty("command").GetString());
        Assert.Equal(2 * 2 * 3, workload.GetProperty("timed_steps").GetInt32()); // rounds × jobs × steps
        double milliseconds = workload.GetProperty("ms_per_step").GetDouble();
        Assert.Equal(313 * milliseconds / 1e3, workload.GetProperty("seconds_per_epoch").GetDouble(), 1e-9); // 20,000 rows by 64
        Assert.Equal(2 * 64 / milliseconds * 1e3, workload.GetProperty("rows_per_second").GetDouble(), 1e-3);
        Assert.True(report.GetProperty("peak_gflops").GetDouble() > 0);
        Assert.Contains("workload", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Markdown_says_which_command_made_it()
    {
        string path = Path.Combine(CliTest.EmptyDirectory, "bench.md");

        CliResult result = CliTest.Run("bench", "rnn5", "--steps", "2", "--rounds", "1", "--markdown", path);

        Assert.Equal(ErrorBoundary.Success, result.ExitCode);
        string text = File.ReadAllText(path);
        Assert.Contains("| workload | ms/step |", text, StringComparison.Ordinal);
        Assert.Contains("| rnn5 | ", text, StringComparison.Ordinal);
        Assert.Contains($"`unroll bench rnn5 --steps 2 --rounds 1 --markdown {path}`", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_workload_names_the_nearest()
    {
        CliResult result = CliTest.Run("bench", "ltsm8");

        Assert.Equal(ErrorBoundary.BadInput, result.ExitCode);
        Assert.Contains("'ltsm8' is unknown; did you mean 'lstm8'?", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Stops_when_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();

        Assert.Equal(ErrorBoundary.Cancelled, CliTest.Run(cancellation.Token, "bench", "rnn5").ExitCode);
    }

    [Fact]
    public void Scaling_writes_a_table_and_json_for_each_curve()
    {
        string folder = Path.Combine(CliTest.EmptyDirectory, "scaling", "new");

        CliResult result = CliTest.Run("bench", "scaling", "threads", "jobs", "--steps", "2", "--rounds", "1", "--out", folder);

        Assert.Equal(ErrorBoundary.Success, result.ExitCode);
        string text = File.ReadAllText(Path.Combine(folder, "scaling.md"));
        Assert.Contains("| threads | ms/step |", text, StringComparison.Ordinal);
        Assert.Contains("| jobs | ms/step |", text, StringComparison.Ordinal);
        JsonElement curves = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "scaling.json"))).RootElement.GetProperty("curves");
        Assert.Equal(["threads", "jobs"], curves.EnumerateArray().Select(curve => curve.GetProperty("name").GetString()));
        JsonElement point = curves[1].GetProperty("points").EnumerateArray().Last();
        Assert.Equal(Environment.ProcessorCount, point.GetProperty("value").GetInt32());
        Assert.Equal(Environment.ProcessorCount, point.GetProperty("measured").GetProperty("jobs").GetInt32());
    }

    [Fact]
    public void Unknown_curve_names_the_nearest()
    {
        CliResult result = CliTest.Run("bench", "scaling", "lenght");

        Assert.Equal(ErrorBoundary.BadInput, result.ExitCode);
        Assert.Contains("'lenght' is unknown; did you mean 'length'?", result.Error, StringComparison.Ordinal);
    }
}
