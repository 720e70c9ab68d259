using Unroll.Studies.Storage;
using Xunit;

namespace Unroll.Studies.Tests.Storage;

/// <summary>What every store promises, sentence by sentence of the contract of <see cref="IStudyStore"/>.</summary>
public abstract class StoreContract : IDisposable
{
    private protected static readonly DateTimeOffset Noon = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);
    private protected static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);
    private protected static readonly WorkerId Elsewhere = new("elsewhere", 7, 1);
    private protected static readonly WorkerId Other = new("other", 8, 2);

    private IStudyStore? _store;

    private protected IStudyStore Store => _store ??= Open();

    /// <summary>An empty store.</summary>
    protected abstract IStudyStore Open();

    public void Dispose()
    {
        _store?.Dispose();
        CleanUp();
        GC.SuppressFinalize(this);
    }

    protected virtual void CleanUp()
    {
    }

    private protected static RunRecord Record(string study = "s", int jobs = 2) =>
        new(study, "{}", null, "data", jobs, "1.2.3", ".NET", "Linux", 4, "alpha", Noon);

    private protected static PlannedTrial Planned(string cell, int repeat = 0, string? key = null, double cost = 1, string part = "p") =>
        new(new TrialPlace(part, cell, repeat), key ?? $"{cell}#{repeat}", $"design {cell}", 1 + repeat, cost,
            new TrialDataset("reviews", true, "a \"notice\"", 800, 200) { CutShare = 1.0 / 3, OovShare = 0.1, Hash = "abc" });

    private protected static EpochResult Epoch(int epoch) => new(epoch, double.NaN, 0.1 + epoch, new Dictionary<string, double>
    {
        ["val_loss"] = double.NaN,
        ["loss"] = 1.0 / 3,
        ["accuracy"] = double.PositiveInfinity,
        ["tiny"] = double.Epsilon,
    });

    private protected static TrialOutcome Outcome(string fingerprint = "f") => new(123, [Epoch(0), Epoch(1)], 0.1 + 0.2, double.NaN, 0.5, fingerprint)
    {
        Correct = CorrectAnswers.Of([.. Enumerable.Range(0, 201).Select(i => i % 3 == 0)]),
    };

    [Fact]
    public void What_is_stored_comes_back_to_the_bit()
    {
        long run = Store.BeginRun(Record(), [Planned("a"), Planned("b")]);
        Assert.True(Store.Complete(Store.Claim(run, Elsewhere, Noon, Lease)!, Outcome()));
        Store.EndRun(run, Noon.AddSeconds(5));
        StoredTrial trial = Store.Trials("s")[0];
        Assert.Equal((Planned("a"), TrialState.Complete, 1, 2, "1.2.3"), (trial.Planned, trial.State, trial.Attempt, trial.Jobs, trial.Version));
        Assert.Equal((123L, 0.1 + 0.2, double.NaN, 0.5, "f"), (trial.Outcome!.Parameters, trial.Outcome.TestLoss, trial.Outcome.TestAccuracy, trial.Outcome.TestSeconds, trial.Outcome.Fingerprint));
        Assert.Equal((201, 67), (trial.Outcome.Correct!.Count, Enumerable.Range(0, 201).Count(i => trial.Outcome.Correct[i])));
        Assert.True(trial.Outcome.Correct[198] && !trial.Outcome.Correct[199]);
        Assert.Equal(2, trial.Epochs.Count);
        Assert.Equal((1, double.NaN, 1.1), (trial.Epochs[1].Epoch, trial.Epochs[1].Seconds, trial.Epochs[1].ValidationSeconds));
        Assert.Equal(Epoch(1).Logs.ToArray(), trial.Epochs[1].Logs.ToArray()); // in their order
        StoredRun stored = Assert.Single(Store.Runs());
        Assert.Equal((run, Record(), Noon.AddSeconds(5), new RunCounts(1, 0, 1, 0, 1)), (stored.Id, stored.Run, stored.Ended, stored.Counts));
    }

    [Fact]
    public void A_trial_is_given_to_one_worker_and_the_longest_first()
    {
        long run = Store.BeginRun(Record(), [Planned("short", cost: 1), Planned("long", cost: 9), Planned("middle", cost: 5)]);
        string[] order = [.. Enumerable.Range(0, 3).Select(_ => Store.Claim(run, Elsewhere, Noon, Lease)!.Key)];
        Assert.Equal(["long#0", "middle#0", "short#0"], order);
        Assert.Null(Store.Claim(run, Other, Noon, Lease));
        Assert.Equal(new RunCounts(0, 3, 0, 0, 0), Store.Counts(run));
    }

    [Fact]
    public void Only_trials_of_the_run_are_given()
    {
        Store.BeginRun(Record(), [Planned("a")]);
        long second = Store.BeginRun(Record(), [Planned("b")]);
        Assert.Equal("b#0", Store.Claim(second, Elsewhere, Noon, Lease)!.Key);
        Assert.Null(Store.Claim(second, Elsewhere, Noon, Lease));
        Assert.Equal(["a", "b"], Store.Trials("s").Select(trial => trial.Planned.Place.Cell));
    }

    [Fact]
    public void A_lease_that_ran_out_is_given_anew_and_the_old_claim_writes_nothing()
    {
        long run = Store.BeginRun(Record(), [Planned("a")]);
        TrialClaim old = Store.Claim(run, Elsewhere, Noon, Lease)!;
        Assert.True(Store.AddEpoch(old, Epoch(0)));
        Assert.Null(Store.Claim(run, Other, Noon.AddSeconds(59), Lease));
        TrialClaim next = Store.Claim(run, Other, Noon.AddSeconds(61), Lease)!;
        Assert.Equal((old.Trial, 2), (next.Trial, next.Attempt));
        Assert.Empty(Store.Trials("s")[0].Epochs); // of the newest attempt
        Assert.False(Store.AddEpoch(old, Epoch(1)));
        Assert.False(Store.Renew(old, Noon.AddHours(1)));
        Assert.False(Store.Complete(old, Outcome("old")));
        Assert.False(Store.Fail(old, "old"));
        Assert.False(Store.Release(old));
        Assert.True(Store.Complete(next, Outcome("new")));
        Assert.Equal(("new", 2), (Store.Trials("s")[0].Outcome!.Fingerprint, Store.Trials("s")[0].Epochs.Count));
    }

    [Fact]
    public void Renewing_puts_off_the_end_of_a_lease()
    {
        long run = Store.BeginRun(Record(), [Planned("a")]);
        TrialClaim claim = Store.Claim(run, Elsewhere, Noon, Lease)!;
        Assert.True(Store.Renew(claim, Noon.AddSeconds(200)));
        Assert.Null(Store.Claim(run, Other, Noon.AddSeconds(199), Lease));
        Assert.NotNull(Store.Claim(run, Other, Noon.AddSeconds(201), Lease));
    }

    [Fact]
    public void The_trial_of_a_process_that_ended_here_is_given_at_once()
    {
        long run = Store.BeginRun(Record(), [Planned("a")]);
        Store.Claim(run, WorkerId.Current with { Started = WorkerId.Current.Started - 1 }, Noon, Lease); // the number was another process's
        Assert.NotNull(Store.Claim(run, WorkerId.Current, Noon, Lease));
        Assert.Null(Store.Claim(run, Other, Noon, Lease)); // this process lives
    }

    [Fact]
    public void A_trial_that_loses_three_workers_fails_until_the_next_run()
    {
        long run = Store.BeginRun(Record(), [Planned("a")]);
        for (int i = 0; i < 3; i++) Assert.NotNull(Store.Claim(run, Elsewhere, Noon.AddHours(i), Lease));
        Assert.Null(Store.Claim(run, Other, Noon.AddHours(3), Lease));
        StoredTrial trial = Assert.Single(Store.Trials("s"));
        Assert.Equal((TrialState.Failed, "the process that ran it was lost 3 times, the last time process 7 on elsewhere; was memory short?"), (trial.State, trial.Error));
        long again = Store.BeginRun(Record(), [Planned("a")], retryFailed: true);
        for (int i = 4; i < 7; i++) Assert.NotNull(Store.Claim(again, Elsewhere, Noon.AddHours(i), Lease));
    }

    [Fact]
    public void A_trial_that_lost_its_worker_comes_after_the_others()
    {
        long run = Store.BeginRun(Record(), [Planned("long", cost: 9), Planned("middle", cost: 5), Planned("short", cost: 1)]);
        Assert.Equal("long#0", Store.Claim(run, Elsewhere, Noon, Lease)!.Key);
        string[] order = [.. Enumerable.Range(0, 3).Select(_ => Store.Claim(run, Other, Noon.AddSeconds(61), Lease)!.Key)];
        Assert.Equal(["middle#0", "short#0", "long#0"], order);
    }

    [Fact]
    public void A_new_run_counts_lost_workers_anew()
    {
        for (int i = 0; i < 10; i++) Assert.NotNull(Store.Claim(Store.BeginRun(Record(), [Planned("a")]), Elsewhere, Noon.AddHours(i), Lease));
    }

    [Fact]
    public void What_was_given_back_waits()
    {
        long run = Store.BeginRun(Record(), [Planned("a")]);
        TrialClaim claim = Store.Claim(run, Elsewhere, Noon, Lease)!;
        Assert.True(Store.Release(claim));
        Assert.Equal(TrialState.Waiting, Store.Trials("s")[0].State);
        Assert.False(Store.Complete(claim, Outcome()));
        Assert.Equal(2, Store.Claim(run, Other, Noon, Lease)!.Attempt);
    }

    [Fact]
    public void What_is_complete_is_never_run_again()
    {
        long run = Store.BeginRun(Record(), [Planned("a")]);
        TrialClaim claim = Store.Claim(run, Elsewhere, Noon, Lease)!;
        Assert.True(Store.Complete(claim, Outcome()));
        Assert.False(Store.Fail(claim, "late"));
        long again = Store.BeginRun(Record(), [Planned("a"), Planned("a", 1)], retryFailed: true);
        Assert.Equal("a#1", Store.Claim(again, Elsewhere, Noon.AddDays(1), Lease)!.Key);
        Assert.Null(Store.Claim(again, Elsewhere, Noon.AddDays(1), Lease));
        Assert.Equal("f", Store.Trials("s")[0].Outcome!.Fingerprint);
    }

    [Fact]
    public void What_failed_is_run_again_only_if_asked()
    {
        long run = Store.BeginRun(Record(), [Planned("a")]);
        Assert.True(Store.Fail(Store.Claim(run, Elsewhere, Noon, Lease)!, "disk on fire"));
        Assert.Equal((TrialState.Failed, "disk on fire"), (Store.Trials("s")[0].State, Store.Trials("s")[0].Error));
        Assert.Null(Store.Claim(Store.BeginRun(Record(), [Planned("a")]), Elsewhere, Noon, Lease));
        long asked = Store.BeginRun(Record(), [Planned("a")], retryFailed: true);
        Assert.Null(Store.Trials("s")[0].Error);
        Assert.Equal(2, Store.Claim(asked, Elsewhere, Noon, Lease)!.Attempt);
    }

    [Fact]
    public void Places_with_one_key_share_a_trial()
    {
        long run = Store.BeginRun(Record(), [Planned("a", key: "k"), Planned("b", key: "k", part: "q"), Planned("c")]);
        Assert.Equal(2, Store.Counts(run).Total);
        Assert.True(Store.Complete(Store.Claim(run, Elsewhere, Noon, Lease)!, Outcome()));
        Assert.Equal([TrialState.Complete, TrialState.Complete, TrialState.Waiting], Store.Trials("s").Select(trial => trial.State));
        // Another study has it, too, without running it.
        long other = Store.BeginRun(Record("t"), [Planned("z", key: "k")]);
        Assert.Equal(new RunCounts(0, 0, 1, 0, 1), Store.Counts(other));
        Assert.Equal("f", Assert.Single(Store.Trials("t")).Outcome!.Fingerprint);
    }

    [Fact]
    public void A_place_that_has_another_trial_refuses_the_whole_run()
    {
        Store.BeginRun(Record(), [Planned("a"), Planned("b")]);
        PlannedTrial changed = Planned("b", key: "other") with { Design = "another" };
        var error = Assert.Throws<ArgumentException>(() => Store.BeginRun(Record(), [Planned("new"), changed]));
        Assert.Equal(
            $"'{Store.Location}' has the trial p / b, repeat 0 of the study 's' already, with another design. "
            + "Results are never replaced: give another folder (--out), or name the study, part or cell otherwise.",
            error.Message);
        Assert.Equal(["a", "b"], Store.Trials("s").Select(trial => trial.Planned.Place.Cell));
        Assert.Single(Store.Runs());
        string Why(RunRecord run, PlannedTrial trial) => Assert.Throws<ArgumentException>(() => Store.BeginRun(run, [trial])).Message;
        Assert.Contains("already, by Unroll 1.2.3; this is 2.0.", Why(Record() with { Version = "2.0" }, changed), StringComparison.Ordinal);
        Assert.Contains("already, with seed 1, not 9.", Why(Record(), changed with { Seed = 9 }), StringComparison.Ordinal);
        Assert.Contains("already, on other data (reviews, which has changed since).", Why(Record(), Planned("b", key: "other")), StringComparison.Ordinal);
    }

    [Fact]
    public void Many_threads_get_every_trial_once()
    {
        long run = Store.BeginRun(Record(), [.. Enumerable.Range(0, 100).Select(i => Planned("a", i))]);
        var given = new System.Collections.Concurrent.ConcurrentBag<string>();
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
        {
            while (Store.Claim(run, Elsewhere, Noon, Lease) is { } claim)
            {
                given.Add(claim.Key);
                Assert.True(Store.Complete(claim, Outcome()));
            }
        });
        Assert.Equal(100, given.Distinct().Count());
        Assert.Equal(100, given.Count);
        Assert.Equal(new RunCounts(0, 0, 100, 0, 100), Store.Counts(run));
    }
}

public sealed class MemoryStoreTests : StoreContract
{
    protected override IStudyStore Open() => new MemoryStore();
}
