using Microsoft.Data.Sqlite;

namespace Unroll.Studies.Storage;

/// <summary>
/// A store in one SQLite file, for any number of processes on one machine. Not for network drives, whose locks do not hold
/// what SQLite needs of them.
/// </summary>
public sealed class SqliteStore : IStudyStore
{
    // The trial of a claim that still holds.
    private const string Held = "id = $trial AND attempt = $attempt AND state = 'RUNNING'";

    private readonly Lock _lock = new();
    private readonly SqliteConnection _connection;

    private SqliteStore(string path, SqliteConnection connection) => (Location, _connection) = (path, connection);

    /// <inheritdoc/>
    public string Location { get; }

    /// <summary>Opens a store.</summary>
    /// <param name="path">The file.</param>
    /// <param name="create">Whether to make it if there is none; its folder must be there.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is something else, or the store of a newer Unroll.</exception>
    /// <exception cref="IOException">It can't be read or written.</exception>
    public static SqliteStore Open(string path, bool create = false) => Open(path, create, SqliteSchema.Steps);

    /// <param name="path">The file.</param>
    /// <param name="create">Whether to make it if there is none.</param>
    /// <param name="steps">The schemas.</param>
    /// <param name="setting">A further setting of the connection, for tests.</param>
    internal static SqliteStore Open(string path, bool create, IReadOnlyList<string> steps, string? setting = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path)) throw new IOException($"'{path}' is a folder; a store is a file.");
        if (!create && !File.Exists(path)) throw new FileNotFoundException($"There is no store '{path}'; 'unroll study run' makes one.", path);
        var settings = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = create ? SqliteOpenMode.ReadWriteCreate : SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = 120, // seconds that a statement waits for other processes; transactions here take milliseconds
        };
        var connection = new SqliteConnection(settings.ToString());
        try
        {
            return Guard(path, () =>
            {
                connection.Open();
                var store = new SqliteStore(path, connection);
                // The definitions in a file that somebody sent may call no functions. Readers do not hold up the writer; what was committed is on disk.
                store.Run("PRAGMA trusted_schema = OFF");
                store.Run("PRAGMA busy_timeout = 120000");
                SqliteSchema.Prepare(connection, path, steps);
                store.Run("PRAGMA journal_mode = WAL");
                store.Run("PRAGMA synchronous = FULL");
                store.Run("PRAGMA foreign_keys = ON");
                if (setting is not null) store.Run(setting);
                return store;
            });
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public long BeginRun(RunRecord run, IReadOnlyList<PlannedTrial> trials, bool retryFailed = false)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(trials);
        return Transact(() =>
        {
            Dictionary<TrialPlace, StoredTrial> stored = SqliteRows.Trials(_connection, run.Study).ToDictionary(trial => trial.Planned.Place);
            foreach (PlannedTrial trial in trials)
            {
                if (stored.TryGetValue(trial.Place, out StoredTrial? taken) && taken.Planned.Key != trial.Key)
                    throw PlaceConflict.Of(Location, run, trial, taken.Planned, taken.Version);
            }

            long id = SqliteRows.AddRun(_connection, run);
            foreach (PlannedTrial trial in trials)
            {
                Run("""
                    INSERT OR IGNORE INTO trial (key, design, seed, cost, dataset, version)
                    VALUES ($key, $design, $seed, $cost, $dataset, $version)
                    """,
                    ("$key", trial.Key), ("$design", trial.Design), ("$seed", trial.Seed), ("$cost", trial.Cost),
                    ("$dataset", StoredText.Of(trial.Dataset)), ("$version", run.Version));
                Run("""
                    INSERT OR IGNORE INTO place (study, part, cell, repeat, trial)
                    SELECT $study, $part, $cell, $repeat, id FROM trial WHERE key = $key
                    """,
                    ("$study", run.Study), ("$part", trial.Place.Part), ("$cell", trial.Place.Cell), ("$repeat", trial.Place.Repeat), ("$key", trial.Key));
                Run("INSERT OR IGNORE INTO run_trial (run, trial) SELECT $run, id FROM trial WHERE key = $key", ("$run", id), ("$key", trial.Key));
            }

            Run("UPDATE trial SET lost = 0 WHERE state <> 'COMPLETE' AND id IN (SELECT trial FROM run_trial WHERE run = $run)", ("$run", id));
            if (retryFailed)
                Run("UPDATE trial SET state = 'WAITING', error = NULL WHERE state = 'FAILED' AND id IN (SELECT trial FROM run_trial WHERE run = $run)", ("$run", id));
            return id;
        });
    }

    /// <inheritdoc/>
    public void EndRun(long run, DateTimeOffset ended) =>
        Transact(() => Run("UPDATE run SET ended = $ended WHERE id = $run", ("$ended", StoredText.Of(ended)), ("$run", run)));

    /// <inheritdoc/>
    public TrialClaim? Claim(long run, WorkerId worker, DateTimeOffset now, TimeSpan lease)
    {
        ArgumentNullException.ThrowIfNull(worker);
        return Transact(() =>
        {
            long time = now.ToUnixTimeMilliseconds();
            foreach ((long trial, WorkerId holder, long until, int lost) in SqliteRows.Running(_connection, run))
            {
                if (until >= time && !holder.IsGone) continue;
                bool isHopeless = lost + 1 >= IStudyStore.MaxLost;
                Run("UPDATE trial SET state = $state, lost = lost + 1, error = $error WHERE id = $trial",
                    ("$state", isHopeless ? "FAILED" : "WAITING"), ("$error", isHopeless ? PlaceConflict.LostText(holder) : null), ("$trial", trial));
            }

            if (SqliteRows.Next(_connection, run) is not { } next) return null;
            Run("""
                UPDATE trial SET state = 'RUNNING', attempt = attempt + 1, worker = $worker, until = $until,
                    jobs = (SELECT jobs FROM run WHERE id = $run)
                WHERE id = $trial
                """,
                ("$worker", StoredText.Of(worker)), ("$until", (now + lease).ToUnixTimeMilliseconds()), ("$run", run), ("$trial", next.Trial));
            Run("DELETE FROM epoch WHERE trial = $trial", ("$trial", next.Trial));
            return next;
        });
    }

    /// <inheritdoc/>
    public bool Renew(TrialClaim claim, DateTimeOffset until) =>
        Transact(() => Update(claim, "until = $until", ("$until", until.ToUnixTimeMilliseconds())));

    /// <inheritdoc/>
    public bool AddEpoch(TrialClaim claim, EpochResult epoch)
    {
        ArgumentNullException.ThrowIfNull(epoch);
        return Transact(() =>
        {
            if (!Update(claim, "attempt = attempt")) return false;
            SqliteRows.AddEpoch(_connection, claim.Trial, epoch);
            return true;
        });
    }

    /// <inheritdoc/>
    public bool Complete(TrialClaim claim, TrialOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        return Transact(() =>
        {
            bool isHeld = Update(
                claim,
                "state = 'COMPLETE', parameters = $parameters, test_loss = $loss, test_accuracy = $accuracy, test_seconds = $seconds, fingerprint = $fingerprint, correct = $correct",
                ("$parameters", outcome.Parameters), ("$loss", Real(outcome.TestLoss)), ("$accuracy", Real(outcome.TestAccuracy)),
                ("$seconds", Real(outcome.TestSeconds)), ("$fingerprint", outcome.Fingerprint), ("$correct", outcome.Correct?.ToBytes()));
            if (!isHeld) return false;
            Run("DELETE FROM epoch WHERE trial = $trial", ("$trial", claim.Trial));
            foreach (EpochResult epoch in outcome.Epochs) SqliteRows.AddEpoch(_connection, claim.Trial, epoch);
            return true;
        });
    }

    /// <inheritdoc/>
    public bool Fail(TrialClaim claim, string error) => Transact(() => Update(claim, "state = 'FAILED', error = $error", ("$error", error)));

    /// <inheritdoc/>
    public bool Release(TrialClaim claim) => Transact(() => Update(claim, "state = 'WAITING'"));

    /// <inheritdoc/>
    public RunCounts Counts(long run) => Transact(() => SqliteRows.Counts(_connection, run));

    /// <inheritdoc/>
    public IReadOnlyList<StoredRun> Runs() => Transact(() => SqliteRows.Runs(_connection));

    /// <inheritdoc/>
    public IReadOnlyList<StoredTrial> Trials(string study) => Transact(() => SqliteRows.Trials(_connection, study));

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock) _connection.Dispose();
    }

    internal static object? Real(double value) => double.IsNaN(value) ? null : value; // SQLite has no NaN

    private bool Update(TrialClaim claim, string changes, params (string, object?)[] values)
    {
        ArgumentNullException.ThrowIfNull(claim);
        return Run($"UPDATE trial SET {changes} WHERE {Held}", [.. values, ("$trial", claim.Trial), ("$attempt", claim.Attempt)]) == 1;
    }

    private int Run(string sql, params (string Name, object? Value)[] values) => SqliteRows.Execute(_connection, sql, values);

    private T Transact<T>(Func<T> work)
    {
        lock (_lock)
        {
            return Guard(Location, () =>
            {
                Run("BEGIN IMMEDIATE"); // a reader that became a writer halfway could be refused; so all come as writers
                try
                {
                    T result = work();
                    Run("COMMIT");
                    return result;
                }
                catch
                {
                    RollBack();
                    throw;
                }
            });
        }
    }

    private void RollBack()
    {
        try
        {
            Run("ROLLBACK");
        }
        catch (SqliteException)
        {
            // A full disk has rolled back already.
        }
    }

    private static T Guard<T>(string location, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException error)
        {
            const int Corrupt = 11, NotADatabase = 26, Full = 13, Busy = 5;
            string cause = error.SqliteErrorCode switch
            {
                NotADatabase => "is not a store of studies, or damaged from its first bytes; give another file or folder.",
                Corrupt => "is damaged; copy what is left with sqlite3's .recover, or give another folder.",
                Full => "can't be written: the disk is full. What was stored before is kept; make room and run the study again.",
                Busy => "is held by another process for minutes; end that process and run the study again.",
                _ => $"can't be read or written: {error.Message}",
            };
            throw error.SqliteErrorCode is NotADatabase or Corrupt
                ? new InvalidDataException($"'{location}' {cause}", error)
                : new IOException($"'{location}' {cause}", error);
        }
    }
}
