using Unroll.Studies.Storage;
using Xunit;

namespace Unroll.Studies.Tests.Running;

/// <summary>Workers take trials that another process planned; shares and audits.</summary>
public sealed class WorkerTests : IDisposable
{
    private const string Document = """
        {
          "name": "two",
          "dataset": { "name": "synthetic", "numWords": 100, "maxLen": 10 },
          "training": { "optimizer": "adam", "epochs": 2 },
          "model": ["embedding(output_dim=8)", "lstm(4)", "dense(1, activation=sigmoid)"],
          "repeats": 3,
          "parts": [
            { "name": "a", "axes": [{ "path": "model[1].units", "values": [2, 4, 8, 16] }] },
            { "name": "b", "cells": [
              { "label": "as it is", "changes": { "model[1].units": 4 } },
              { "label": "other", "changes": { "model[1].units": 4, "training.optimizer": "adam(learning_rate=0.002)" } },
            ] },
          ],
        }
        """;

    private const int Distinct = 15; // five designs: one stands in both parts

    private readonly MemoryStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Workers_come_to_the_results_of_a_run_on_one_machine()
    {
        StudyResult alone = StudyRunner.Run(Study.Parse(Document), new RunOptions(), null, new FakeExecutor(), TimeProvider.System, CancellationToken.None);
        StoredRun run = Submit();
        Assert.Equal((new RunCounts(Distinct, 0, 0, 0, 0), null), (run.Counts, run.Ended));
        FakeExecutor[] executors = [.. Enumerable.Range(0, 4).Select(_ => new FakeExecutor { AfterEpoch = (_, _) => Thread.Sleep(1) })];
        var results = new WorkResult[4];
        Thread[] threads = [.. executors.Select((executor, i) => new Thread(() => results[i] = Work(executor, new WorkOptions { Jobs = 2 })))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Assert.Equal(Distinct, results.Sum(result => result.Ended));
        Assert.Equal(Distinct, executors.SelectMany(executor => executor.Started).Distinct().Count());
        Assert.All(results, result => Assert.Empty(result.Refused));
        Assert.NotNull(_store.Runs()[0].Ended);
        StudyResult together = StoredStudy.Read(_store);
        Assert.Equal(alone.Trials.Select(Text), together.Trials.Select(Text));
        Assert.All(together.Trials, trial => Assert.Equal(2, trial.Jobs)); // of the worker, not of who submitted

        static string Text(TrialResult trial) => $"{trial.Trial.Cell.Part} {trial.Trial.Cell.Label} {trial.Trial.Seed} {trial.State} {trial.Fingerprint} {trial.TestLoss:R} {trial.Epochs.Count}";
    }

    [Fact]
    public void Every_unfinished_run_is_taken_or_those_of_one_study()
    {
        Submit(Document.Replace("\"two\"", "\"first\"", StringComparison.Ordinal).Replace("\"epochs\": 2", "\"epochs\": 1", StringComparison.Ordinal));
        Submit(part: "b");
        Assert.Equal(6, Work(new FakeExecutor(), new WorkOptions { Study = "two" }).Ended);
        Assert.Equal(Distinct, Work(new FakeExecutor(), new WorkOptions()).Ended);
        Assert.Equal(0, Work(new FakeExecutor(), new WorkOptions()).Ended);
        Assert.Equal("'memory' has no study 'tow'; did you mean 'two'? Known: first, two.", Assert.Throws<ArgumentException>(() => Work(new FakeExecutor(), new WorkOptions { Study = "tow" })).Message);
    }

    [Fact]
    public void Only_the_data_of_trials_that_wait_are_loaded()
    {
        Submit(part: "a");
        Work(new FakeExecutor(), new WorkOptions());
        var executor = new FakeExecutor();
        Submit(part: "a");
        Work(executor, new WorkOptions());
        Assert.Equal(0, executor.Loads);
    }

    [Fact]
    public void A_run_on_other_data_is_left_to_others()
    {
        Submit();
        var told = new Told();
        WorkResult result = StudyWorker.Run(_store, new WorkOptions(), told, new FakeExecutor { Hash = "0123456789abcdef" }, TimeProvider.System, CancellationToken.None);
        const string Expected = "it was planned on IMDB reviews (25000 + 25000 samples, hash ), but here the data set 'synthetic' is IMDB reviews (25000 + 25000, hash 0123456789ab). "
            + "Give the folder of the same files with --data-dir or UNROLL_DATA_DIR.";
        Assert.Equal((0, Expected), (result.Ended, Assert.Single(result.Refused).Reason));
        Assert.Equal(Expected, told.Refused);
        Assert.Equal(Distinct, _store.Counts(1).Waiting);
    }

    [Fact]
    public void A_run_of_another_version_is_left_to_others()
    {
        StoredRun run = Submit(part: "b");
        using var older = new MemoryStore();
        older.BeginRun(run.Run with { Version = "0.0.1" }, [.. _store.Trials("two").Select(trial => trial.Planned)]);
        WorkResult result = StudyWorker.Run(older, new WorkOptions(), null, new FakeExecutor(), TimeProvider.System, CancellationToken.None);
        Assert.StartsWith($"it was planned by Unroll 0.0.1; this is {StudyPlan.Version}, whose results may differ.", Assert.Single(result.Refused).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_worker_that_is_stopped_gives_its_trials_back()
    {
        Submit();
        using var cancellation = new CancellationTokenSource();
        var executor = new FakeExecutor { AfterEpoch = (_, epoch) => { if (epoch == 1) cancellation.Cancel(); } };
        StudyWorker.Run(_store, new WorkOptions { Jobs = 1 }, null, executor, TimeProvider.System, cancellation.Token);
        Assert.Equal((Distinct, 0), (_store.Counts(1).Waiting, _store.Counts(1).Running));
        Assert.Null(_store.Runs()[0].Ended);
    }

    [Fact]
    public void A_worker_that_waits_takes_runs_that_come_later()
    {
        using var cancellation = new CancellationTokenSource();
        var executor = new FakeExecutor();
        var worker = new Thread(() => StudyWorker.Run(_store, new WorkOptions { Wait = true }, null, executor, TimeProvider.System, cancellation.Token));
        worker.Start();
        Submit();
        Assert.True(SpinWait.SpinUntil(() => _store.Counts(1).Complete == Distinct, TimeSpan.FromSeconds(60)));
        cancellation.Cancel();
        worker.Join();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(15)]
    public void Shares_are_the_whole_and_have_nothing_in_common(int count)
    {
        StudyResult whole = StudyRunner.Run(Study.Parse(Document), new RunOptions(), null, new FakeExecutor(), TimeProvider.System, CancellationToken.None);
        using var all = new MemoryStore();
        var sizes = new List<int>();
        for (int index = 1; index <= count; index++)
        {
            using var store = new MemoryStore();
            var executor = new FakeExecutor();
            StudyRunner.Run(Study.Parse(Document), new RunOptions { Store = store, Shard = new Shard(index, count) }, null, executor, TimeProvider.System, CancellationToken.None);
            sizes.Add(executor.Started.Count);
            StoreMerge.Add(all, store);
        }

        Assert.Equal(Distinct, sizes.Sum());
        Assert.InRange(sizes.Max() - sizes.Min(), 0, 1);
        Assert.Equal(whole.Trials.Select(trial => trial.Fingerprint), StoredStudy.Read(all).Trials.Select(trial => trial.Fingerprint));
    }

    [Fact]
    public void Wrong_shares_are_named()
    {
        Assert.Equal("3/40", Shard.Parse("3/40").ToString());
        foreach (string text in (string[])["3", "0/4", "5/4", "-1/4", "1/2/3", "a/b", "1/0", ""])
            Assert.ThrowsAny<ArgumentException>(() => Shard.Parse(text));
        string message = Assert.Throws<ArgumentException>(() => StudyRunner.Run(
            Study.Parse(Document), new RunOptions { Shard = Shard.Parse("16/40") }, null, new FakeExecutor(), TimeProvider.System, CancellationToken.None)).Message;
        Assert.Equal("Share 16/40 has no trial: the run has 15. Use at most 15 shares.", message);
    }

    [Fact]
    public void An_audit_repeats_trials_of_other_workers_and_names_machines_that_disagree()
    {
        Submit();
        Work(new FakeExecutor(), new WorkOptions());
        WorkerId other = new("beta/boot", 12, 3);
        Assert.Equal(0, Audit(1, WorkerId.Current, new FakeExecutor()).Repeated); // its own
        var executor = new FakeExecutor();
        AuditResult same = Audit(0.2, other, executor);
        Assert.Equal((3, 0), (same.Repeated, same.Differences.Count));
        Assert.Equal(executor.Started, Repeat().Started); // by lot, but the same lots
        AuditResult wrong = Audit(1, other, new FakeExecutor { Wrong = "!" });
        Assert.Equal((Distinct, Distinct), (wrong.Repeated, wrong.Differences.Count));
        AuditDifference difference = wrong.Differences.First(its => its.Place == new TrialPlace("a", "units 16", 0));
        Assert.Equal(
            $"two: a / units 16, repeat 0: {WorkerId.Current} computed the weights 16-1, process 12 on beta computed 16-1!, "
            + "though design, seed, data and version are the same: one of the machines computes wrongly.",
            difference.ToString());
        Assert.All(_store.Trials("two"), trial => Assert.Equal((TrialState.Complete, 1), (trial.State, trial.Attempt))); // as before
        Assert.Throws<ArgumentException>(() => Audit(0, other, executor));

        FakeExecutor Repeat()
        {
            var again = new FakeExecutor();
            Audit(0.2, other, again);
            return again;
        }
    }

    [Fact]
    public void A_worker_that_comes_late_with_other_weights_names_both_machines()
    {
        Submit(part: "b");
        // Whoever takes a trial over gets it after all others.
        void TakeOver(string weights, long run = 1)
        {
            TrialClaim Next() => _store.Claim(run, new WorkerId("beta/boot", 12, 3), TimeProvider.System.GetUtcNow().AddMinutes(2), TimeSpan.FromMinutes(1))!;
            var others = new List<TrialClaim>();
            TrialClaim claim = Next();
            for (; claim.Attempt == 1; claim = Next()) others.Add(claim);
            Assert.True(_store.Complete(claim, new TrialOutcome(1, [], 0.25, 0.75, 0, weights)));
            foreach (TrialClaim other in others) _store.Release(other);
        }

        // The same weights: no harm was done.
        int taken = 0;
        var late = new FakeExecutor { AfterEpoch = (trial, epoch) => { if (epoch == 1 && taken++ == 0) TakeOver($"4-{trial.Seed}"); } };
        Assert.Equal(5, Work(late, new WorkOptions { Jobs = 1 }).Ended);
        Submit(part: "a");
        var wrong = new FakeExecutor { AfterEpoch = (_, epoch) => { if (epoch == 1) TakeOver("wrong", run: 2); } };
        string message = Assert.Throws<IOException>(() => Work(wrong, new WorkOptions { Jobs = 1, Study = "two" })).Message;
        Assert.StartsWith($"two: a / units 16, repeat 0: process 12 on beta computed the weights wrong, {WorkerId.Current} computed 16-1, ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shared_store_takes_several_studies_and_reports_go_to_a_folder_of_their_own()
    {
        string folder = Directory.CreateTempSubdirectory("unroll-shared-").FullName;
        try
        {
            foreach (string name in (string[])["two", "three"])
            {
                StudyResult result = StudyRunner.Run(
                    Study.Parse(Document.Replace("\"two\"", $"\"{name}\"", StringComparison.Ordinal)),
                    new RunOptions { Store = _store, OutputFolder = Path.Combine(folder, name) }, null, new FakeExecutor(), TimeProvider.System, CancellationToken.None);
                Assert.True(File.Exists(result.ReportPath));
                Assert.False(File.Exists(Path.Combine(folder, name, RunOptions.StoreFile)));
            }

            Assert.Equal(["two", "three"], _store.Runs().Select(run => run.Run.Study));
            File.WriteAllText(Path.Combine(folder, RunOptions.StoreFile), "");
            Assert.Contains("has the report of its own store", Assert.Throws<ArgumentException>(() => StudyRunner.Run(
                Study.Parse(Document), new RunOptions { Store = _store, OutputFolder = folder }, null, new FakeExecutor(), TimeProvider.System, CancellationToken.None)).Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private StoredRun Submit(string document = Document, string? part = null) =>
        StudyRunner.Submit(Study.Parse(document), new RunOptions { Store = _store, Part = part }, null, new FakeExecutor(), TimeProvider.System, CancellationToken.None);

    private WorkResult Work(FakeExecutor executor, WorkOptions options) => StudyWorker.Run(_store, options, null, executor, TimeProvider.System, CancellationToken.None);

    private AuditResult Audit(double share, WorkerId auditor, FakeExecutor executor) =>
        StudyAudit.Run(_store, share, new WorkOptions { Jobs = 1 }, auditor, null, executor, CancellationToken.None);

    private sealed class Told : IStudyObserver
    {
        public string? Refused { get; private set; }

        public void RunRefused(StoredRun run, string reason) => Refused = reason;
    }
}
