using System.Data.Common;

namespace Unroll.Studies.Storage;

/// <summary>Rows of the tables as records and back, in any SQL database.</summary>
internal static class StoreRows
{
    public static long AddRun(DbConnection connection, RunRecord run) => Select(
        connection,
        """
        INSERT INTO run (study, source, dataset, data_directory, jobs, version, runtime, system, processors, host, started)
        VALUES (@study, @source, @dataset, @directory, @jobs, @version, @runtime, @system, @processors, @host, @started)
        RETURNING id
        """,
        row => row.GetInt64(0),
        ("@study", run.Study), ("@source", run.Source), ("@dataset", run.Dataset), ("@directory", run.DataDirectory), ("@jobs", run.Jobs),
        ("@version", run.Version), ("@runtime", run.Runtime), ("@system", run.System), ("@processors", run.Processors), ("@host", run.Host),
        ("@started", StoredText.Of(run.Started)))[0];

    public static void AddEpoch(DbConnection connection, long trial, EpochResult epoch) => Execute(
        connection,
        "INSERT INTO epoch (trial, epoch, seconds, validation_seconds, logs) VALUES (@trial, @epoch, @seconds, @validation, @logs)",
        ("@trial", trial), ("@epoch", epoch.Epoch), ("@seconds", Column(epoch.Seconds)), ("@validation", Column(epoch.ValidationSeconds)),
        ("@logs", StoredText.Of(epoch.Logs)));

    /// <summary>Trials of the run that somebody holds.</summary>
    public static IReadOnlyList<HeldRow> Held(DbConnection connection, long run) => Select(
        connection,
        "SELECT id, attempt, worker, until, lost FROM trial JOIN run_trial ON trial = id WHERE run = @run AND state = 'RUNNING' ORDER BY id",
        row => new HeldRow(row.GetInt64(0), row.GetInt32(1), StoredText.Worker(row.GetString(2)), row.GetInt64(3), row.GetInt32(4)),
        ("@run", run));

    /// <summary>The waiting trial with the most work, as it will be claimed; those that lost workers come last.</summary>
    /// <param name="connection">The database.</param>
    /// <param name="run">The run.</param>
    /// <param name="rowLock">What keeps others from the same row; empty where one transaction at a time writes.</param>
    public static TrialClaim? Next(DbConnection connection, long run, string rowLock) => Select(
        connection,
        $"""
        SELECT id, key, attempt + 1 FROM trial JOIN run_trial ON trial = id
        WHERE run = @run AND state = 'WAITING' ORDER BY lost, cost DESC, id LIMIT 1 {rowLock}
        """,
        row => new TrialClaim(row.GetInt64(0), row.GetString(1), row.GetInt32(2)),
        ("@run", run)).FirstOrDefault();

    /// <summary>What stands in each place of a study, and the version of Unroll that put it there.</summary>
    public static Dictionary<TrialPlace, (PlannedTrial Trial, string Version)> Places(DbConnection connection, string study) => Select(
        connection,
        "SELECT part, cell, repeat, key, design, seed, cost, dataset, version FROM place JOIN trial ON place.trial = trial.id WHERE study = @study",
        row => (Trial: Planned(row), Version: row.GetString(8)),
        ("@study", study)).ToDictionary(row => row.Trial.Place);

    public static RunCounts Counts(DbConnection connection, long run) =>
        CountsByRun(connection, "WHERE run = @run", ("@run", run)).GetValueOrDefault(run, new RunCounts(0, 0, 0, 0, 0));

    public static IReadOnlyList<string> Keys(DbConnection connection, long run) =>
        Select(connection, "SELECT key FROM trial JOIN run_trial ON trial = id WHERE run = @run ORDER BY id", row => row.GetString(0), ("@run", run));

    public static IReadOnlyList<StoredRun> Runs(DbConnection connection)
    {
        IReadOnlyList<(long Id, RunRecord Run, DateTimeOffset? Ended)> runs = Select(
            connection,
            """
            SELECT id, study, source, dataset, data_directory, jobs, version, runtime, system, processors, host, started, ended
            FROM run ORDER BY id
            """,
            row => (
                row.GetInt64(0),
                new RunRecord(
                    row.GetString(1), row.GetString(2), Text(row, 3), Text(row, 4), row.GetInt32(5), row.GetString(6), row.GetString(7),
                    row.GetString(8), row.GetInt32(9), row.GetString(10), StoredText.Time(row.GetString(11))),
                Text(row, 12) is { } ended ? StoredText.Time(ended) : (DateTimeOffset?)null));
        Dictionary<long, RunCounts> counts = CountsByRun(connection, "");
        return [.. runs.Select(run => new StoredRun(run.Id, run.Run, run.Ended, counts.GetValueOrDefault(run.Id, new RunCounts(0, 0, 0, 0, 0))))];
    }

    public static IReadOnlyList<StoredTrial> Trials(DbConnection connection, string study)
    {
        ILookup<long, EpochResult> epochs = Select(
            connection,
            """
            SELECT trial, epoch, seconds, validation_seconds, logs FROM epoch
            WHERE trial IN (SELECT trial FROM place WHERE study = @study) ORDER BY trial, epoch
            """,
            row => (Trial: row.GetInt64(0), Epoch: new EpochResult(row.GetInt32(1), Real(row, 2), Real(row, 3), StoredText.Logs(row.GetString(4)))),
            ("@study", study)).ToLookup(row => row.Trial, row => row.Epoch);
        return Select(
            connection,
            """
            SELECT part, cell, repeat, key, design, seed, cost, dataset, trial.id, state, attempt, error, jobs, version,
                parameters, test_loss, test_accuracy, test_seconds, fingerprint, worker, correct, until
            FROM place JOIN trial ON place.trial = trial.id WHERE study = @study ORDER BY place.id
            """,
            row =>
            {
                EpochResult[] its = [.. epochs[row.GetInt64(8)]];
                TrialState state = State(row.GetString(9));
                return new StoredTrial(
                    Planned(row),
                    state,
                    row.GetInt32(10),
                    its,
                    state == TrialState.Complete ? Outcome(row, its) : null,
                    Text(row, 11),
                    row.GetInt32(12),
                    row.GetString(13))
                {
                    Worker = Text(row, 19) is { } worker ? StoredText.Worker(worker) : null,
                    HeldUntil = state == TrialState.Running ? DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(21)) : null,
                };
            },
            ("@study", study));
    }

    public static int Execute(DbConnection connection, string sql, params (string Name, object? Value)[] values)
    {
        using DbCommand command = Command(connection, sql, values);
        return command.ExecuteNonQuery();
    }

    /// <summary>A number as a column takes it: SQLite has no NaN.</summary>
    public static object? Column(double value) => double.IsNaN(value) ? null : value;

    private static Dictionary<long, RunCounts> CountsByRun(DbConnection connection, string condition, params (string, object?)[] values)
    {
        IReadOnlyList<(long Run, string State, int Count, double Cost)> rows = Select(
            connection,
            $"SELECT run, state, count(*), sum(cost) FROM trial JOIN run_trial ON trial = id {condition} GROUP BY run, state",
            row => (row.GetInt64(0), row.GetString(1), (int)row.GetInt64(2), row.GetDouble(3)),
            values);
        return rows.GroupBy(row => row.Run).ToDictionary(its => its.Key, its =>
        {
            int Count(string state) => its.Where(row => row.State == state).Sum(row => row.Count);
            return new RunCounts(
                Count("WAITING"), Count("RUNNING"), Count("COMPLETE"), Count("FAILED"),
                its.Where(row => row.State is "COMPLETE" or "FAILED").Sum(row => row.Cost));
        });
    }

    private static PlannedTrial Planned(DbDataReader row) => new(
        new TrialPlace(row.GetString(0), row.GetString(1), row.GetInt32(2)),
        row.GetString(3), row.GetString(4), row.GetInt32(5), row.GetDouble(6), StoredText.Dataset(row.GetString(7)));

    private static TrialOutcome Outcome(DbDataReader row, EpochResult[] epochs) =>
        new(row.GetInt64(14), epochs, Real(row, 15), Real(row, 16), Real(row, 17), row.GetString(18))
        {
            Correct = row.IsDBNull(20) ? null : CorrectAnswers.FromBytes(row.GetFieldValue<byte[]>(20)),
        };

    private static TrialState State(string name) => name switch
    {
        "RUNNING" => TrialState.Running,
        "COMPLETE" => TrialState.Complete,
        "FAILED" => TrialState.Failed,
        _ => TrialState.Waiting,
    };

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static double Real(DbDataReader row, int column) => row.IsDBNull(column) ? double.NaN : row.GetDouble(column);

    private static List<T> Select<T>(DbConnection connection, string sql, Func<DbDataReader, T> read, params (string, object?)[] values)
    {
        using DbCommand command = Command(connection, sql, values);
        using DbDataReader reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(read(reader));
        return rows;
    }

    private static DbCommand Command(DbConnection connection, string sql, (string Name, object? Value)[] values)
    {
        DbCommand command = connection.CreateCommand();
        command.CommandText = sql;
        foreach ((string name, object? value) in values)
        {
            DbParameter parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value ?? DBNull.Value);
            command.Parameters.Add(parameter);
        }

        return command;
    }
}

/// <summary>A trial that somebody holds.</summary>
/// <param name="Trial">Its number.</param>
/// <param name="Attempt">Number of the claim.</param>
/// <param name="Worker">Who holds it.</param>
/// <param name="Until">When the lease runs out, in milliseconds since 1970.</param>
/// <param name="Lost">Workers that it has lost in this run.</param>
internal sealed record HeldRow(long Trial, int Attempt, WorkerId Worker, long Until, int Lost);
