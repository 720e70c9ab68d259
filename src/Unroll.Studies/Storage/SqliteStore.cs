using Microsoft.Data.Sqlite;

namespace Unroll.Studies.Storage;

/// <summary>
/// A store in one SQLite file, for any number of processes on one machine. Not for network drives, whose locks do not hold
/// what SQLite needs of them.
/// </summary>
public sealed class SqliteStore : IStudyStore
{
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
    public long BeginRun(RunRecord run, IReadOnlyList<PlannedTrial> trials, bool retryFailed = false) =>
        Transact(() => StoreSql.BeginRun(_connection, Location, run, trials, retryFailed));

    /// <inheritdoc/>
    public void EndRun(long run, DateTimeOffset ended) => Transact(() => StoreSql.EndRun(_connection, run, ended));

    /// <inheritdoc/>
    public TrialClaim? Claim(long run, WorkerId worker, DateTimeOffset now, TimeSpan lease, int? jobs = null) =>
        Transact(() => StoreSql.Claim(_connection, run, worker, now, lease, jobs));

    /// <inheritdoc/>
    public bool Renew(TrialClaim claim, DateTimeOffset until) => Transact(() => StoreSql.Renew(_connection, claim, until));

    /// <inheritdoc/>
    public bool AddEpoch(TrialClaim claim, EpochResult epoch) => Transact(() => StoreSql.AddEpoch(_connection, claim, epoch));

    /// <inheritdoc/>
    public bool Complete(TrialClaim claim, TrialOutcome outcome) => Transact(() => StoreSql.Complete(_connection, claim, outcome));

    /// <inheritdoc/>
    public bool Fail(TrialClaim claim, string error) => Transact(() => StoreSql.Fail(_connection, claim, error));

    /// <inheritdoc/>
    public bool Release(TrialClaim claim) => Transact(() => StoreSql.Release(_connection, claim));

    /// <inheritdoc/>
    public RunCounts Counts(long run) => Transact(() => StoreRows.Counts(_connection, run));

    /// <inheritdoc/>
    public IReadOnlyList<string> Keys(long run) => Transact(() => StoreRows.Keys(_connection, run));

    /// <inheritdoc/>
    public IReadOnlyList<StoredRun> Runs() => Transact(() => StoreRows.Runs(_connection));

    /// <inheritdoc/>
    public IReadOnlyList<StoredTrial> Trials(string study) => Transact(() => StoreRows.Trials(_connection, study));

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock) _connection.Dispose();
    }

    private void Run(string sql) => StoreRows.Execute(_connection, sql);

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
