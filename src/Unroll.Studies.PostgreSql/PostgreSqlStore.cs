using System.Net.Sockets;
using Npgsql;

namespace Unroll.Studies.Storage;

/// <summary>
/// A store in PostgreSQL, for any number of machines. The lease of a trial stands in its row; who asks for a trial skips the
/// rows that others are just taking. The server's clock decides when a lease has run out. A connection that breaks is made
/// anew for half a minute.
/// </summary>
public sealed class PostgreSqlStore : IStudyStore
{
    private static readonly TimeSpan[] s_pauses = [.. ((double[])[0.1, 0.5, 1, 2, 4, 8, 15]).Select(TimeSpan.FromSeconds)];

    private readonly Lock _lock = new();
    private readonly NpgsqlDataSource _source;
    private readonly TimeProvider? _time;

    private PostgreSqlStore(string location, NpgsqlDataSource source, TimeProvider? time) => (Location, _source, _time) = (location, source, time);

    /// <summary>Where it is, for messages; without the password.</summary>
    public string Location { get; }

    /// <summary>Opens the store in a database and makes its tables if there are none.</summary>
    /// <param name="url">
    /// <c>postgresql://user@host:port/database</c>. The password is best left to the environment variable <c>PGPASSWORD</c> or
    /// the file <c>~/.pgpass</c>; <c>user:password@</c> is understood, too. <c>?sslmode=verify-full</c> demands a secure
    /// connection, <c>?host=/run/postgresql</c> takes a Unix socket.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="url"/> is not such an address.</exception>
    /// <exception cref="InvalidDataException">It is the store of a newer Unroll.</exception>
    /// <exception cref="IOException">The server can't be reached or refuses; the message says why and what to do.</exception>
    public static PostgreSqlStore Open(string url) => Open(url, PostgreSqlSchema.Steps, TimeProvider.System);

    /// <param name="url">The address.</param>
    /// <param name="steps">The schemas.</param>
    /// <param name="time">The clock of the callers, from which the server's may differ; null to take their times as they are.</param>
    internal static PostgreSqlStore Open(string url, IReadOnlyList<string> steps, TimeProvider? time)
    {
        ArgumentException.ThrowIfNullOrEmpty(url);
        NpgsqlConnectionStringBuilder settings = PostgreSqlUrl.Parse(url);
        string location = PostgreSqlUrl.Masked(url);
        NpgsqlDataSource source = new NpgsqlSlimDataSourceBuilder(settings.ConnectionString).EnableTransportSecurity().Build();
        try
        {
            using NpgsqlConnection connection = source.OpenConnection();
            PostgreSqlSchema.Prepare(connection, location, steps);
        }
        catch (Exception error) when (error is NpgsqlException or SocketException or TimeoutException)
        {
            source.Dispose();
            throw Explain(location, settings, error);
        }
        catch
        {
            source.Dispose();
            throw;
        }

        return new PostgreSqlStore(location, source, time);
    }

    /// <inheritdoc/>
    public long BeginRun(RunRecord run, IReadOnlyList<PlannedTrial> trials, bool retryFailed = false) => Transact(
        connection =>
        {
            PostgreSqlSchema.Lock(connection); // two runs that put different trials into one place would not see each other
            return StoreSql.BeginRun(connection, Location, run, trials, retryFailed);
        },
        canRepeat: false); // if only the answer was lost, it would begin a second run

    /// <inheritdoc/>
    public void EndRun(long run, DateTimeOffset ended) => Transact(connection => StoreSql.EndRun(connection, run, ended));

    /// <inheritdoc/>
    public TrialClaim? Claim(long run, WorkerId worker, DateTimeOffset now, TimeSpan lease, int? jobs = null) => Transact(connection =>
        StoreSql.Claim(connection, run, worker, now + ServerAhead(connection), lease, jobs, "FOR UPDATE OF trial SKIP LOCKED"));

    /// <inheritdoc/>
    public bool Renew(TrialClaim claim, DateTimeOffset until) =>
        Transact(connection => StoreSql.Renew(connection, claim, until + ServerAhead(connection)));

    /// <inheritdoc/>
    public bool AddEpoch(TrialClaim claim, EpochResult epoch) => Transact(connection => StoreSql.AddEpoch(connection, claim, epoch));

    /// <inheritdoc/>
    public bool Complete(TrialClaim claim, TrialOutcome outcome) => Transact(connection => StoreSql.Complete(connection, claim, outcome));

    /// <inheritdoc/>
    public bool Fail(TrialClaim claim, string error) => Transact(connection => StoreSql.Fail(connection, claim, error));

    /// <inheritdoc/>
    public bool Release(TrialClaim claim) => Transact(connection => StoreSql.Release(connection, claim));

    /// <inheritdoc/>
    public RunCounts Counts(long run) => Transact(connection => StoreRows.Counts(connection, run));

    /// <inheritdoc/>
    public IReadOnlyList<string> Keys(long run) => Transact(connection => StoreRows.Keys(connection, run));

    /// <inheritdoc/>
    public IReadOnlyList<StoredRun> Runs() => Transact(StoreRows.Runs);

    /// <inheritdoc/>
    public IReadOnlyList<StoredTrial> Trials(string study) => Transact(connection => StoreRows.Trials(connection, study));

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock) _source.Dispose();
    }

    // Asked anew each time: clocks of machines are set while workers run.
    private TimeSpan ServerAhead(NpgsqlConnection connection)
    {
        if (_time is null) return TimeSpan.Zero;
        using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = "SELECT clock_timestamp()";
        var server = (DateTime)command.ExecuteScalar()!;
        return server - _time.GetUtcNow().UtcDateTime;
    }

    private T Transact<T>(Func<NpgsqlConnection, T> work, bool canRepeat = true)
    {
        lock (_lock)
        {
            for (int tried = 0; ; tried++)
            {
                try
                {
                    using NpgsqlConnection connection = _source.OpenConnection();
                    using NpgsqlTransaction transaction = connection.BeginTransaction();
                    T result = work(connection);
                    transaction.Commit();
                    return result;
                }
                // What was committed although the answer got lost stays true when it is asked for again: a trial that is
                // complete can't be completed twice, and one that was claimed is given anew after its lease.
                catch (NpgsqlException error) when (error.IsTransient && tried < s_pauses.Length && (canRepeat || error is PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected }))
                {
                    Thread.Sleep(s_pauses[tried]);
                }
                catch (NpgsqlException error)
                {
                    throw Explain(Location, null, error);
                }
            }
        }
    }

    private static IOException Explain(string location, NpgsqlConnectionStringBuilder? settings, Exception error)
    {
        string cause = (error as PostgresException)?.SqlState switch
        {
            PostgresErrorCodes.InvalidPassword => $"refuses the password of '{settings?.Username}'; give it in PGPASSWORD or ~/.pgpass.",
            PostgresErrorCodes.InvalidAuthorizationSpecification => $"refuses the user '{settings?.Username}': {((PostgresException)error).MessageText}.",
            PostgresErrorCodes.InvalidCatalogName => $"has no database '{settings?.Database}'; make it with: createdb {settings?.Database}",
            PostgresErrorCodes.InsufficientPrivilege => $"lets this user make no tables ({((PostgresException)error).MessageText}); as its owner: GRANT CREATE ON DATABASE {settings?.Database} TO {settings?.Username}",
            PostgresErrorCodes.TooManyConnections => "has no connection left; raise max_connections or start fewer workers.",
            PostgresErrorCodes.DiskFull => "can't be written: the server's disk is full. What was stored before is kept; make room and run the study again.",
            { } => $"refuses: {((PostgresException)error).MessageText}.",
            null when settings is not null && error.Message.StartsWith("No password has been provided", StringComparison.Ordinal) =>
                $"asks for a password of '{settings.Username}'; give it in PGPASSWORD or ~/.pgpass.",
            null when settings is not null => $"can't be reached: {(error.InnerException ?? error).Message.TrimEnd('.')}. Does the server run, and is it reachable from this machine?",
            null => $"was lost and did not come back: {(error.InnerException ?? error).Message.TrimEnd('.')}. What was stored is kept; run the same command again.",
        };
        return new IOException($"'{location}' {cause}", error);
    }
}
