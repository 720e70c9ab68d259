using System.Data.Common;

namespace Unroll.Studies.Storage;

/// <summary>
/// What stores in SQL databases do, each method within one transaction of its caller: the same statements for all of them.
/// </summary>
internal static class StoreSql
{
    // The trial of a claim that still holds.
    private const string Held = "id = @trial AND attempt = @attempt AND state = 'RUNNING'";

    /// <summary>See <see cref="IStudyStore.BeginRun"/>. The caller keeps others from beginning a run meanwhile.</summary>
    public static long BeginRun(DbConnection connection, string location, RunRecord run, IReadOnlyList<PlannedTrial> trials, bool retryFailed)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(trials);
        Dictionary<TrialPlace, (PlannedTrial Trial, string Version)> stored = StoreRows.Places(connection, run.Study);
        foreach (PlannedTrial trial in trials)
        {
            if (stored.TryGetValue(trial.Place, out (PlannedTrial Trial, string Version) taken) && taken.Trial.Key != trial.Key)
                throw PlaceConflict.Of(location, run, trial, taken.Trial, taken.Version);
        }

        long id = StoreRows.AddRun(connection, run);
        foreach (PlannedTrial trial in trials)
        {
            StoreRows.Execute(connection, """
                INSERT INTO trial (key, design, seed, cost, dataset, version)
                VALUES (@key, @design, @seed, @cost, @dataset, @version) ON CONFLICT DO NOTHING
                """,
                ("@key", trial.Key), ("@design", trial.Design), ("@seed", trial.Seed), ("@cost", trial.Cost),
                ("@dataset", StoredText.Of(trial.Dataset)), ("@version", run.Version));
            StoreRows.Execute(connection, """
                INSERT INTO place (study, part, cell, repeat, trial)
                SELECT @study, @part, @cell, @repeat, id FROM trial WHERE key = @key ON CONFLICT DO NOTHING
                """,
                ("@study", run.Study), ("@part", trial.Place.Part), ("@cell", trial.Place.Cell), ("@repeat", trial.Place.Repeat), ("@key", trial.Key));
            StoreRows.Execute(
                connection, "INSERT INTO run_trial (run, trial) SELECT @run, id FROM trial WHERE key = @key ON CONFLICT DO NOTHING", ("@run", id), ("@key", trial.Key));
        }

        StoreRows.Execute(connection, "UPDATE trial SET lost = 0 WHERE state <> 'COMPLETE' AND id IN (SELECT trial FROM run_trial WHERE run = @run)", ("@run", id));
        if (retryFailed)
        {
            StoreRows.Execute(
                connection,
                "UPDATE trial SET state = 'WAITING', error = NULL WHERE state = 'FAILED' AND id IN (SELECT trial FROM run_trial WHERE run = @run)",
                ("@run", id));
        }

        return id;
    }

    /// <summary>See <see cref="IStudyStore.EndRun"/>.</summary>
    public static int EndRun(DbConnection connection, long run, DateTimeOffset ended) =>
        StoreRows.Execute(connection, "UPDATE run SET ended = @ended WHERE id = @run", ("@ended", StoredText.Of(ended)), ("@run", run));

    /// <summary>See <see cref="IStudyStore.Claim"/>.</summary>
    /// <param name="connection">The database.</param>
    /// <param name="run">The run.</param>
    /// <param name="worker">Who asks.</param>
    /// <param name="now">The time.</param>
    /// <param name="lease">How long the claim holds.</param>
    /// <param name="jobs">Trials side by side where it will run; null for what the run says.</param>
    /// <param name="rowLock">What keeps others from the row that is given; empty where one transaction at a time writes.</param>
    public static TrialClaim? Claim(DbConnection connection, long run, WorkerId worker, DateTimeOffset now, TimeSpan lease, int? jobs, string rowLock = "")
    {
        ArgumentNullException.ThrowIfNull(worker);
        foreach (HeldRow held in StoreRows.Held(connection, run))
        {
            if (held.Until >= now.ToUnixTimeMilliseconds() && !held.Worker.IsGone) continue;
            bool isHopeless = held.Lost + 1 >= IStudyStore.MaxLost;
            // Unless it was renewed, ended or taken over since it was read.
            StoreRows.Execute(
                connection,
                $"UPDATE trial SET state = @state, lost = lost + 1, error = @error WHERE {Held} AND until = @until",
                ("@state", isHopeless ? "FAILED" : "WAITING"), ("@error", isHopeless ? PlaceConflict.LostText(held.Worker) : null),
                ("@trial", held.Trial), ("@attempt", held.Attempt), ("@until", held.Until));
        }

        if (StoreRows.Next(connection, run, rowLock) is not { } next) return null;
        StoreRows.Execute(
            connection,
            """
            UPDATE trial SET state = 'RUNNING', attempt = attempt + 1, worker = @worker, until = @until,
                jobs = coalesce(@jobs, (SELECT jobs FROM run WHERE id = @run))
            WHERE id = @trial
            """,
            ("@worker", StoredText.Of(worker)), ("@until", (now + lease).ToUnixTimeMilliseconds()), ("@jobs", jobs), ("@run", run), ("@trial", next.Trial));
        StoreRows.Execute(connection, "DELETE FROM epoch WHERE trial = @trial", ("@trial", next.Trial));
        return next;
    }

    /// <summary>See <see cref="IStudyStore.Renew"/>.</summary>
    public static bool Renew(DbConnection connection, TrialClaim claim, DateTimeOffset until) =>
        Update(connection, claim, "until = @until", ("@until", until.ToUnixTimeMilliseconds()));

    /// <summary>See <see cref="IStudyStore.AddEpoch"/>.</summary>
    public static bool AddEpoch(DbConnection connection, TrialClaim claim, EpochResult epoch)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        if (!Update(connection, claim, "attempt = attempt")) return false;
        StoreRows.AddEpoch(connection, claim.Trial, epoch);
        return true;
    }

    /// <summary>See <see cref="IStudyStore.Complete"/>.</summary>
    public static bool Complete(DbConnection connection, TrialClaim claim, TrialOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        bool isHeld = Update(
            connection,
            claim,
            "state = 'COMPLETE', parameters = @parameters, test_loss = @loss, test_accuracy = @accuracy, test_seconds = @seconds, fingerprint = @fingerprint, correct = @correct",
            ("@parameters", outcome.Parameters), ("@loss", StoreRows.Column(outcome.TestLoss)), ("@accuracy", StoreRows.Column(outcome.TestAccuracy)),
            ("@seconds", StoreRows.Column(outcome.TestSeconds)), ("@fingerprint", outcome.Fingerprint), ("@correct", outcome.Correct?.ToBytes()));
        if (!isHeld) return false;
        StoreRows.Execute(connection, "DELETE FROM epoch WHERE trial = @trial", ("@trial", claim.Trial));
        foreach (EpochResult epoch in outcome.Epochs) StoreRows.AddEpoch(connection, claim.Trial, epoch);
        return true;
    }

    /// <summary>See <see cref="IStudyStore.Fail"/>.</summary>
    public static bool Fail(DbConnection connection, TrialClaim claim, string error) =>
        Update(connection, claim, "state = 'FAILED', error = @error", ("@error", error));

    /// <summary>See <see cref="IStudyStore.Release"/>.</summary>
    public static bool Release(DbConnection connection, TrialClaim claim) => Update(connection, claim, "state = 'WAITING'");

    private static bool Update(DbConnection connection, TrialClaim claim, string changes, params (string, object?)[] values)
    {
        ArgumentNullException.ThrowIfNull(claim);
        return StoreRows.Execute(connection, $"UPDATE trial SET {changes} WHERE {Held}", [.. values, ("@trial", claim.Trial), ("@attempt", claim.Attempt)]) == 1;
    }
}
