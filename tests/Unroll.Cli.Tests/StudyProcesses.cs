using System.Diagnostics;
using System.Text.RegularExpressions;
using Unroll.Cli.Commands.Study;
using Unroll.Studies;
using Unroll.Studies.Storage;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>A study of small trials that processes of the command line run, in a store of either kind.</summary>
internal sealed partial class StudyProcesses : IDisposable
{
    public const string Name = "killed";

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

    private const int Designs = 4; // one of five cells stands in both parts

    private readonly string _folder = Directory.CreateTempSubdirectory("unroll-kill-").FullName;
    private readonly string _repeats;
    private uint _random = (uint)Environment.ProcessId; // moments that no two runs of the test share

    /// <param name="isOnServer">A store in PostgreSQL, or else a SQLite file.</param>
    /// <param name="repeats">Repeats of each of the four designs.</param>
    public StudyProcesses(bool isOnServer, int repeats)
    {
        Trials = Designs * repeats;
        _repeats = $"{repeats}";
        Address = isOnServer ? PostgresServer.Get().NewDatabase() : $"sqlite:///{Path.Combine(_folder, "out", RunOptions.StoreFile)}";
        Directory.CreateDirectory(Path.Combine(_folder, "out"));
        File.WriteAllText(Path.Combine(_folder, "study.json"), Document);
    }

    /// <summary>Trials, each once.</summary>
    public int Trials { get; }

    /// <summary>The store.</summary>
    public string Address { get; }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Milliseconds to wait, at most <paramref name="most"/>.</summary>
    public int Next(int most)
    {
        _random = _random * 1664525 + 1013904223;
        return (int)(_random >> 16) % most;
    }

    /// <summary>Results of one process that nothing disturbs.</summary>
    public string[] Undisturbed()
    {
        string folder = Path.Combine(_folder, "undisturbed");
        CliResult result = CliTest.Run("study", "run", Path.Combine(_folder, "study.json"), "--repeats", _repeats, "--jobs", "1", "--out", folder);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        return Results(folder);
    }

    /// <summary>Results in the store, of which all trials must be complete.</summary>
    public string[] Stored()
    {
        Assert.All(All(), trial => Assert.True(trial.State == TrialState.Complete, $"{trial.Planned.Place}: {trial.State}, begun {trial.Attempt} times: {trial.Error}"));
        string folder = Path.Combine(_folder, "report");
        CliResult result = CliTest.Run("study", "report", "--store", Address, "--out", folder);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        return Results(folder);
    }

    /// <summary>How often each trial was begun.</summary>
    public int[] Attempts() => [.. All().DistinctBy(trial => trial.Planned.Key).Select(trial => trial.Attempt).Where(attempt => attempt > 0)];

    /// <summary>Numbers of the processes that run a trial at the moment; not of one that has lost two workers and would fail with the next.</summary>
    public int[] Busy() => [.. All().Where(trial => trial.State == TrialState.Running && trial.Attempt < IStudyStore.MaxLost).Select(trial => trial.Worker!.Process).Distinct()];

    /// <summary>Records the run and leaves it to workers.</summary>
    public void Submit()
    {
        CliResult result = CliTest.Run("study", "submit", Path.Combine(_folder, "study.json"), "--repeats", _repeats, "--store", Address);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
    }

    public Process StartRunner() => Start("study", "run", Path.Combine(_folder, "study.json"), "--repeats", _repeats, "--jobs", "2", "--store", Address);

    public Process StartWorker(int jobs) => Start("worker", "--store", Address, "--jobs", $"{jobs}");

    /// <summary>Waits for the end of a process, which must have nothing to complain about.</summary>
    public static void Finish(Process process)
    {
        string error = process.StandardError.ReadToEnd();
        Assert.True(process.WaitForExit(600_000), "The process did not end.");
        Assert.Equal((0, ""), (process.ExitCode, error));
    }

    /// <summary>All results, but for times and how many ran side by side.</summary>
    private static string[] Results(string folder)
    {
        string json = FitTime().Replace(File.ReadAllText(Path.Combine(folder, "results.json")), "");
        return [.. json.Split('\n').Where(line => !Aside().IsMatch(line))];
    }

    [GeneratedRegex("\"fit_time\": \\{[^}]*\\}")]
    private static partial Regex FitTime();

    [GeneratedRegex("^ *\"(started|seconds|validation_seconds|fit_time|validation_time|test_time|jobs)\":|^ *\"Training time: ")]
    private static partial Regex Aside();

    private IReadOnlyList<StoredTrial> All()
    {
        using IStudyStore store = StoreArguments.OpenAddress(Address, create: true);
        return store.Trials(Name);
    }

    private static Process Start(params string[] arguments)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Unroll.Cli.dll");
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (string argument in (string[])["exec", "--roll-forward", "LatestMinor", program, .. arguments]) start.ArgumentList.Add(argument);
        Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }
}
