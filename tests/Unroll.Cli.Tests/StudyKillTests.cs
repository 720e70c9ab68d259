using System.Diagnostics;
using System.Text.RegularExpressions;
using Unroll.Cli.Infrastructure;
using Unroll.Studies;
using Unroll.Studies.Storage;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>Processes that are killed in the midst of their work (kill -9) lose nothing, and several share one store.</summary>
public sealed partial class StudyKillTests : IDisposable
{
    private const string Document = """
        {
          "name": "killed",
          "dataset": { "name": "synthetic", "numWords": 200, "maxLen": 20 },
          "training": { "optimizer": "adam", "batchSize": 64, "epochs": 3, "validation": { "split": 0.2 } },
          "model": ["embedding(output_dim=4)", "lstm(4)", "dense(1, activation=sigmoid)"],
          "repeats": 2,
          "parts": [
            { "name": "units", "axes": [{ "path": "model[1].units", "values": [2, 4, 8] }] },
            { "name": "rates", "axes": [{ "path": "training.optimizer.learning_rate", "values": [1e-3, 0.01] }] },
          ],
        }
        """;

    private const int Trials = 8; // four designs: one stands in both parts

    private readonly string _folder = Directory.CreateTempSubdirectory("unroll-kill-").FullName;

    public StudyKillTests() => File.WriteAllText(Path.Combine(_folder, "study.json"), Document);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Killed_at_any_moment_a_study_goes_on_to_the_same_bytes()
    {
        string[] undisturbed = Undisturbed();
        // Moments that no two runs of the test share: within the start of the process, within trials, within writing.
        uint state = (uint)Environment.ProcessId;
        int killed = 0;
        for (int i = 0; i < 10; i++)
        {
            using Process runner = Start("out");
            state = state * 1664525 + 1013904223;
            if (runner.WaitForExit((int)(state >> 16) % 1500)) continue;
            runner.Kill();
            runner.WaitForExit();
            killed++;
        }

        using (Process last = Start("out")) Finish(last);
        Assert.True(killed > 0);
        AssertSame(undisturbed, "out");
    }

    [Fact]
    public void Processes_on_one_store_share_the_work_also_when_one_is_killed()
    {
        string[] undisturbed = Undisturbed();
        Process[] runners = [.. Enumerable.Range(0, 4).Select(_ => Start("out"))];
        try
        {
            Assert.True(SpinWait.SpinUntil(() => Attempts("out").Length > 0, TimeSpan.FromSeconds(60)));
            runners[0].Kill();
            foreach (Process runner in runners[1..]) Finish(runner);
        }
        finally
        {
            foreach (Process runner in runners) runner.Dispose();
        }

        AssertSame(undisturbed, "out");
        int[] attempts = Attempts("out");
        Assert.Equal(Trials, attempts.Length);
        Assert.InRange(attempts.Sum(), Trials, Trials + 2); // no trial twice but those that were lost, one of each job of the killed runner
    }

    private string[] Undisturbed()
    {
        int code = CliApp.Run(["study", "run", Path.Combine(_folder, "study.json"), "--jobs", "1", "--out", Path.Combine(_folder, "undisturbed")], TextWriter.Null, TextWriter.Null);
        Assert.Equal(0, code);
        return Results("undisturbed");
    }

    private void AssertSame(string[] expected, string run)
    {
        using SqliteStore store = SqliteStore.Open(Path.Combine(_folder, run, RunOptions.StoreFile));
        Assert.Equal(2 * 5, store.Trials("killed").Count);
        Assert.All(store.Trials("killed"), trial => Assert.Equal(TrialState.Complete, trial.State));
        Assert.Equal(expected, Results(run));
    }

    /// <summary>All results, but for times and how many ran side by side.</summary>
    private string[] Results(string run)
    {
        string json = File.ReadAllText(Path.Combine(_folder, run, "results.json"));
        json = FitTime().Replace(json, "");
        return [.. json.Split('\n').Where(line => !Aside().IsMatch(line))];
    }

    [GeneratedRegex("\"fit_time\": \\{[^}]*\\}")]
    private static partial Regex FitTime();

    [GeneratedRegex("^ *\"(started|seconds|validation_seconds|fit_time|validation_time|test_time|jobs)\":|^ *\"Training time: ")]
    private static partial Regex Aside();

    private int[] Attempts(string run)
    {
        string file = Path.Combine(_folder, run, RunOptions.StoreFile);
        if (!File.Exists(file)) return [];
        using SqliteStore store = SqliteStore.Open(file, create: true);
        return [.. store.Trials("killed").DistinctBy(trial => trial.Planned.Key).Select(trial => trial.Attempt).Where(attempt => attempt > 0)];
    }

    private Process Start(string run)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Unroll.Cli.dll");
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (string argument in (string[])["exec", "--roll-forward", "LatestMinor", program, "study", "run", Path.Combine(_folder, "study.json"), "--jobs", "2", "--out", Path.Combine(_folder, run)])
            start.ArgumentList.Add(argument);
        Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }

    private static void Finish(Process runner)
    {
        string error = runner.StandardError.ReadToEnd();
        Assert.True(runner.WaitForExit(120_000), "The runner did not end.");
        Assert.Equal((0, ""), (runner.ExitCode, error));
    }
}
