using Unroll.Studies.Reports;
using Unroll.Studies.Storage;
using Xunit;

namespace Unroll.Studies.Tests.Running;

/// <summary>Runs into one folder add to each other; none replaces another.</summary>
public sealed class StoredRunTests : IDisposable
{
    private const string TwoParts = """
        {
          "name": "two",
          "dataset": { "name": "synthetic", "numWords": 100, "maxLen": 10 },
          "training": { "optimizer": "adam", "epochs": 2 },
          "model": ["embedding(output_dim=8)", "lstm(4)", "dense(1, activation=sigmoid)"],
          "parts": [
            { "name": "a", "axes": [{ "path": "model[1].units", "values": [2, 4] }] },
            { "name": "b", "cells": [
              { "label": "as it is", "changes": { "model[1].units": 4 } },
              { "label": "in words", "changes": { "model[1].units": 4, "training.optimizer": "Adam(learning_rate=1e-3)", "training.batchSize": 32 } },
              { "label": "other", "changes": { "model[1].units": 4, "training.optimizer": { "type": "adam", "learning_rate": 0.002 } } },
            ] },
          ],
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("unroll-runs-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Designs_that_are_the_same_in_other_spellings_and_parts_train_once()
    {
        var executor = new FakeExecutor();
        StudyResult result = Run(executor, new RunOptions { Jobs = 1 });
        Assert.Equal(["other#0", "units 2#0", "units 4#0"], executor.Started.Order());
        Assert.Equal(5, result.Trials.Count());
        Assert.All(result.Trials, trial => Assert.Equal(TrialState.Complete, trial.State));
        Assert.Equal(result.Parts[0].Cells[1].TestAccuracy, result.Parts[1].Cells[1].TestAccuracy);
    }

    [Fact]
    public void A_run_of_one_part_keeps_the_results_of_another()
    {
        Run(new FakeExecutor(), new RunOptions { Part = "a", OutputFolder = _folder });
        var executor = new FakeExecutor();
        StudyResult result = Run(executor, new RunOptions { Part = "b", OutputFolder = _folder });
        Assert.Equal("other#0", Assert.Single(executor.Started)); // the other two are the same as one of part a
        Assert.Equal(["a", "b"], result.Parts.Select(part => part.Part.Name));
        Assert.Equal(1 + 5, File.ReadLines(Path.Combine(_folder, "results.csv")).Count());
        Assert.Contains("<h2 id=\"a\">", File.ReadAllText(Path.Combine(_folder, "report.html")), StringComparison.Ordinal);
    }

    [Fact]
    public void More_repeats_add_to_those_there_are_and_fewer_take_none_away()
    {
        Run(new FakeExecutor(), new RunOptions { Part = "a", Repeats = 2, OutputFolder = _folder });
        var executor = new FakeExecutor();
        Run(executor, new RunOptions { Part = "a", Repeats = 3, OutputFolder = _folder });
        Assert.Equal(["units 2#2", "units 4#2"], executor.Started.Order());
        StudyResult result = Run(executor, new RunOptions { Part = "a", Repeats = 1, OutputFolder = _folder });
        Assert.Equal(2, executor.Started.Count);
        Assert.Equal((3, 6), (result.Environment.Repeats, result.Trials.Count(trial => trial.State == TrialState.Complete)));
    }

    [Fact]
    public void A_stopped_run_keeps_what_was_finished_and_the_next_goes_on()
    {
        Run(new FakeExecutor(), new RunOptions { Part = "a", OutputFolder = _folder });
        using var cancellation = new CancellationTokenSource();
        var stopping = new FakeExecutor { AfterEpoch = (trial, epoch) => { if (trial.Repeat == 2 && epoch == 1) cancellation.Cancel(); } };
        StudyResult stopped = StudyRunner.Run(Study.Parse(TwoParts), new RunOptions { Part = "a", Repeats = 4, Jobs = 1, OutputFolder = _folder }, null, stopping, TimeProvider.System, cancellation.Token);
        Assert.True(stopped.Cancelled);
        Assert.False(stopped.IsFinished);
        Assert.Equal([0, 0], stopped.Parts[0].Cells.Select(cell => (int)cell.Trials[0].State - (int)TrialState.Complete));
        Assert.Contains("Not finished", File.ReadAllText(stopped.ReportPath!), StringComparison.Ordinal);
        string[] started = [.. stopping.Started.Distinct()];
        var rest = new FakeExecutor();
        StudyResult result = Run(rest, new RunOptions { Part = "a", Repeats = 4, OutputFolder = _folder });
        Assert.True(result.IsFinished);
        Assert.Equal(started[..^1].Concat(rest.Started).Order(), ["units 2#1", "units 2#2", "units 2#3", "units 4#1", "units 4#2", "units 4#3"]);
    }

    [Fact]
    public void A_report_of_the_store_is_that_of_the_run()
    {
        StudyResult run = Run(new FakeExecutor(), new RunOptions { OutputFolder = _folder });
        string[] files = ["report.html", "results.csv", "trials.csv", "results.json", "a.svg", "b.svg"];
        string[] before = [.. files.Select(file => File.ReadAllText(Path.Combine(_folder, file)))];
        using SqliteStore store = SqliteStore.Open(Path.Combine(_folder, RunOptions.StoreFile));
        string elsewhere = Path.Combine(_folder, "again");
        ReportWriter.Write(StoredStudy.Read(store), elsewhere);
        Assert.Equal(before, files.Select(file => File.ReadAllText(Path.Combine(elsewhere, file))));
        Assert.True(run.IsFinished);
    }

    [Fact]
    public void Failed_trials_are_kept_and_run_again_if_asked()
    {
        var failing = new FakeExecutor { AfterEpoch = (trial, _) => { if (trial.Cell.Label == "units 2") throw new InvalidOperationException("no"); } };
        Run(failing, new RunOptions { Part = "a", OutputFolder = _folder });
        var idle = new FakeExecutor();
        StudyResult result = Run(idle, new RunOptions { Part = "a", OutputFolder = _folder });
        Assert.Empty(idle.Started);
        Assert.Equal("InvalidOperationException: no", result.Trials.First().Error);
        StudyResult again = Run(idle, new RunOptions { Part = "a", OutputFolder = _folder, RetryFailed = true });
        Assert.Equal(["units 2#0"], idle.Started);
        Assert.All(again.Trials, trial => Assert.Equal(TrialState.Complete, trial.State));
    }

    [Fact]
    public void What_would_replace_results_is_refused()
    {
        Run(new FakeExecutor(), new RunOptions { OutputFolder = _folder });
        void Refused(string document, string expected)
        {
            var error = Assert.Throws<ArgumentException>(() => StudyRunner.Run(
                Study.Parse(document), new RunOptions { OutputFolder = _folder }, null, new FakeExecutor(), TimeProvider.System, CancellationToken.None));
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        }

        Refused(TwoParts.Replace("\"two\"", "\"three\"", StringComparison.Ordinal), "holds the study 'two', not 'three'.");
        Refused(TwoParts.Replace("\"epochs\": 2", "\"epochs\": 3", StringComparison.Ordinal), "has the trial a / units 2, repeat 0 of the study 'two' already, with another design.");
        File.Delete(Path.Combine(_folder, RunOptions.StoreFile));
        Refused(TwoParts, "has a report, but not the store that it was made from (study.db).");
    }

    [Fact]
    public void A_store_that_can_not_be_written_stops_the_run_and_is_named()
    {
        string file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");
        Assert.ThrowsAny<IOException>(() => Run(new FakeExecutor(), new RunOptions { OutputFolder = file }));
        Directory.CreateDirectory(Path.Combine(_folder, RunOptions.StoreFile));
        Assert.EndsWith("is a folder; a store is a file.", Assert.Throws<IOException>(() => Run(new FakeExecutor(), new RunOptions { OutputFolder = _folder })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_side_by_side_share_the_work()
    {
        var executors = Enumerable.Range(0, 4).Select(_ => new FakeExecutor { AfterEpoch = (_, _) => Thread.Sleep(2) }).ToArray();
        StudyResult[] results = new StudyResult[4];
        Thread[] threads = [.. executors.Select((executor, i) => new Thread(() => results[i] = Run(executor, new RunOptions { Repeats = 8, Jobs = 2, OutputFolder = _folder })))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        string[] started = [.. executors.SelectMany(executor => executor.Started)];
        Assert.Equal(3 * 8, started.Length); // none twice
        Assert.Equal(started.Length, started.Distinct().Count());
        Assert.All(results, result => Assert.True(result.IsFinished));
    }

    [Fact]
    public void A_worker_that_was_taken_for_dead_changes_nothing()
    {
        var told = new Told();
        var executor = new FakeExecutor
        {
            AfterEpoch = (trial, epoch) =>
            {
                if (trial.Cell.Label != "units 2" || epoch != 0) return;
                // Somebody whose clock is two minutes ahead takes the trial over and ends it.
                using SqliteStore store = SqliteStore.Open(Path.Combine(_folder, RunOptions.StoreFile));
                TrialClaim claim = store.Claim(store.Runs()[0].Id, new WorkerId("elsewhere", 1, 1), TimeProvider.System.GetUtcNow().AddMinutes(2), TimeSpan.FromMinutes(1))!;
                Assert.True(store.Complete(claim, new TrialOutcome(1, [], 0.25, 0.75, 0, "theirs")));
            },
        };
        StudyResult result = StudyRunner.Run(
            Study.Parse(TwoParts), new RunOptions { Part = "a", Jobs = 1, OutputFolder = _folder }, told, executor, TimeProvider.System, CancellationToken.None);
        Assert.Equal(["4-1", "theirs"], result.Trials.Select(trial => trial.Fingerprint).Order(StringComparer.Ordinal));
        Assert.Equal([TrialState.Complete, TrialState.Running], told.States);
        Assert.Equal((2, 2), (told.Last!.Done, told.Last.Total));
    }

    [Fact]
    public void Machines_that_disagree_are_named_and_not_merged()
    {
        Run(new FakeExecutor(), new RunOptions { Part = "a", OutputFolder = _folder });
        using SqliteStore mine = SqliteStore.Open(Path.Combine(_folder, RunOptions.StoreFile));
        using var other = new MemoryStore();
        StoredTrial[] trials = [.. mine.Trials("two")];
        long run = other.BeginRun(mine.Runs()[0].Run, [.. trials.Select(trial => trial.Planned)]);
        TrialClaim claim = other.Claim(run, WorkerId.Current, DateTimeOffset.UnixEpoch, TimeSpan.FromMinutes(1))!;
        other.Complete(claim, new TrialOutcome(1, [], 0.25, 0.75, 0, "wrong"));
        string message = Assert.Throws<InvalidDataException>(() => StoreMerge.Add(other, mine)).Message;
        Assert.StartsWith($"a / units 4, repeat 0 gave other weights in '{mine.Location}' (4-1) than in 'memory' (wrong)", message, StringComparison.Ordinal);
        Assert.Equal([TrialState.Waiting, TrialState.Complete], other.Trials("two").Select(trial => trial.State));
        // A store without that trial takes all, epochs and all.
        using var empty = new MemoryStore();
        StoreMerge.Add(empty, mine);
        StoreMerge.Add(empty, mine);
        Assert.Equal(trials.Select(trial => (trial.Outcome!.Fingerprint, trial.Epochs.Count)), empty.Trials("two").Select(trial => (trial.Outcome!.Fingerprint, trial.Epochs.Count)));
    }

    private sealed class Told : IStudyObserver
    {
        public List<TrialState> States { get; } = [];

        public RunProgress? Last { get; private set; }

        public void TrialCompleted(TrialResult result, RunProgress run)
        {
            States.Add(result.State);
            Last = run;
        }
    }

    private static StudyResult Run(FakeExecutor executor, RunOptions options) =>
        StudyRunner.Run(Study.Parse(TwoParts), options, null, executor, TimeProvider.System, CancellationToken.None);
}
