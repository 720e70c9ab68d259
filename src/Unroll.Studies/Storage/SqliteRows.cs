using Microsoft.Data.Sqlite;

namespace Unroll.Studies.Storage;

/// <summary>Rows of the tables as records and back.</summary>
internal static class SqliteRows
{
    public static long AddRun(SqliteConnection connection, RunRecord run)
    {
        Execute(connection, """
            INSERT INTO run (study, source, dataset, data_directory, jobs, version, runtime, system, processors, host, started)
            VALUES ($study, $source, $dataset, $directory, $jobs, $version, $runtime, $system, $processors, $host, $started)
            """,
            ("$study", run.Study), ("$source", run.Source), ("$dataset", run.Dataset), ("$directory", run.DataDirectory), ("$jobs", run.Jobs),
            ("$version", run.Version), ("$runtime", run.Runtime), ("$system", run.System), ("$processors", run.Processors), ("$host", run.Host),
            ("$started", StoredText.Of(run.Started)));
        return Select(connection, "SELECT last_insert_rowid()", row => row.GetInt64(0))[0];
    }

    public static void AddEpoch(SqliteConnection connection, long trial, EpochResult epoch) => Execute(
        connection,
        "INSERT INTO epoch (trial, epoch, seconds, validation_seconds, logs) VALUES ($trial, $epoch, $seconds, $validation, $logs)",
        ("$trial", trial), ("$epoch", epoch.Epoch), ("$seconds", SqliteStore.Real(epoch.Seconds)), ("$validation", SqliteStore.Real(epoch.ValidationSeconds)),
        ("$logs", StoredText.Of(epoch.Logs)));

    public static IReadOnlyList<(long Trial, WorkerId Worker, long Until, int Lost)> Running(SqliteConnection connection, long run) => Select(
        connection,
        "SELECT id, worker, until, lost FROM trial JOIN run_trial ON trial = id WHERE run = $run AND state = 'RUNNING'",
        row => (row.GetInt64(0), StoredText.Worker(row.GetString(1)), row.GetInt64(2), row.GetInt32(3)),
        ("$run", run));

    /// <summary>The waiting trial with the most work, as it will be claimed.</summary>
    public static TrialClaim? Next(SqliteConnection connection, long run) => Select(
        connection,
        """
        SELECT id, key, attempt + 1 FROM trial JOIN run_trial ON trial = id
        WHERE run = $run AND state = 'WAITING' ORDER BY cost DESC, id LIMIT 1
        """,
        row => new TrialClaim(row.GetInt64(0), row.GetString(1), row.GetInt32(2)),
        ("$run", run)).FirstOrDefault();

    public static RunCounts Counts(SqliteConnection connection, long run)
    {
        IReadOnlyList<(string State, int Count, double Cost)> rows = Select(
            connection,
            "SELECT state, count(*), sum(cost) FROM trial JOIN run_trial ON trial = id WHERE run = $run GROUP BY state",
            row => (row.GetString(0), row.GetInt32(1), row.GetDouble(2)),
            ("$run", run));
        int Count(string state) => rows.Where(row => row.State == state).Sum(row => row.Count);
        return new RunCounts(
            Count("WAITING"), Count("RUNNING"), Count("COMPLETE"), Count("FAILED"),
            rows.Where(row => row.State is "COMPLETE" or "FAILED").Sum(row => row.Cost));
    }

    public static IReadOnlyList<StoredRun> Runs(SqliteConnection connection)
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
        return [.. runs.Select(run => new StoredRun(run.Id, run.Run, run.Ended, Counts(connection, run.Id)))];
    }

    public static IReadOnlyList<StoredTrial> Trials(SqliteConnection connection, string study)
    {
        ILookup<long, EpochResult> epochs = Select(
            connection,
            """
            SELECT trial, epoch, seconds, validation_seconds, logs FROM epoch
            WHERE trial IN (SELECT trial FROM place WHERE study = $study) ORDER BY trial, epoch
            """,
            row => (Trial: row.GetInt64(0), Epoch: new EpochResult(row.GetInt32(1), Real(row, 2), Real(row, 3), StoredText.Logs(row.GetString(4)))),
            ("$study", study)).ToLookup(row => row.Trial, row => row.Epoch);
        return Select(
            connection,
            """
            SELECT trial.id, part, cell, repeat, key, design, seed, cost, dataset, state, attempt, error, jobs, version,
                parameters, test_loss, test_accuracy, test_seconds, fingerprint, correct
            FROM place JOIN trial ON place.trial = trial.id WHERE study = $study ORDER BY place.id
            """,
            row =>
            {
                EpochResult[] its = [.. epochs[row.GetInt64(0)]];
                TrialState state = State(row.GetString(9));
                return new StoredTrial(
                    new PlannedTrial(
                        new TrialPlace(row.GetString(1), row.GetString(2), row.GetInt32(3)),
                        row.GetString(4), row.GetString(5), row.GetInt32(6), row.GetDouble(7), StoredText.Dataset(row.GetString(8))),
                    state,
                    row.GetInt32(10),
                    its,
                    state == TrialState.Complete ? Outcome(row, its) : null,
                    Text(row, 11),
                    row.GetInt32(12),
                    row.GetString(13));
            },
            ("$study", study));
    }

    public static int Execute(SqliteConnection connection, string sql, params (string Name, object? Value)[] values)
    {
        using SqliteCommand command = Command(connection, sql, values);
        return command.ExecuteNonQuery();
    }

    private static TrialOutcome Outcome(SqliteDataReader row, EpochResult[] epochs) =>
        new(row.GetInt64(14), epochs, Real(row, 15), Real(row, 16), Real(row, 17), row.GetString(18))
        {
            Correct = row.IsDBNull(19) ? null : CorrectAnswers.FromBytes(row.GetFieldValue<byte[]>(19)),
        };

    private static TrialState State(string name) => name switch
    {
        "RUNNING" => TrialState.Running,
        "COMPLETE" => TrialState.Complete,
        "FAILED" => TrialState.Failed,
        _ => TrialState.Waiting,
    };

    private static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static double Real(SqliteDataReader row, int column) => row.IsDBNull(column) ? double.NaN : row.GetDouble(column);

    private static List<T> Select<T>(SqliteConnection connection, string sql, Func<SqliteDataReader, T> read, params (string, object?)[] values)
    {
        using SqliteCommand command = Command(connection, sql, values);
        using SqliteDataReader reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(read(reader));
        return rows;
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, (string Name, object? Value)[] values)
    {
        SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        foreach ((string name, object? value) in values) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }
}
