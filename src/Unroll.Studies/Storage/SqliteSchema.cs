using Microsoft.Data.Sqlite;

namespace Unroll.Studies.Storage;

/// <summary>The tables of a store in SQLite and how older ones are brought up to date.</summary>
internal static class SqliteSchema
{
    /// <summary>"Unrl": marks the files as ours.</summary>
    public const int ApplicationId = 0x556e726c;

    /// <summary>
    /// Step i leads from schema i to i + 1; a new file takes all of them. Steps that were released are never changed: a change
    /// of the tables is a further step.
    /// </summary>
    public static IReadOnlyList<string> Steps { get; } =
    [
        """
        CREATE TABLE trial (
            id INTEGER PRIMARY KEY,
            key TEXT NOT NULL UNIQUE,
            design TEXT NOT NULL,
            seed INTEGER NOT NULL,
            cost REAL NOT NULL,
            dataset TEXT NOT NULL,
            version TEXT NOT NULL,
            state TEXT NOT NULL DEFAULT 'WAITING' CHECK (state IN ('WAITING', 'RUNNING', 'COMPLETE', 'FAILED')),
            attempt INTEGER NOT NULL DEFAULT 0,
            lost INTEGER NOT NULL DEFAULT 0,
            jobs INTEGER NOT NULL DEFAULT 0,
            worker TEXT,
            until INTEGER NOT NULL DEFAULT 0,
            error TEXT,
            parameters INTEGER,
            test_loss REAL,
            test_accuracy REAL,
            test_seconds REAL,
            fingerprint TEXT
        ) STRICT;
        CREATE TABLE epoch (
            trial INTEGER NOT NULL REFERENCES trial (id),
            epoch INTEGER NOT NULL,
            seconds REAL,
            validation_seconds REAL,
            logs TEXT NOT NULL,
            PRIMARY KEY (trial, epoch)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE place (
            id INTEGER PRIMARY KEY,
            study TEXT NOT NULL,
            part TEXT NOT NULL,
            cell TEXT NOT NULL,
            repeat INTEGER NOT NULL,
            trial INTEGER NOT NULL REFERENCES trial (id),
            UNIQUE (study, part, cell, repeat)
        ) STRICT;
        CREATE TABLE run (
            id INTEGER PRIMARY KEY,
            study TEXT NOT NULL,
            source TEXT NOT NULL,
            dataset TEXT,
            data_directory TEXT,
            jobs INTEGER NOT NULL,
            version TEXT NOT NULL,
            runtime TEXT NOT NULL,
            system TEXT NOT NULL,
            processors INTEGER NOT NULL,
            host TEXT NOT NULL,
            started TEXT NOT NULL,
            ended TEXT
        ) STRICT;
        CREATE TABLE run_trial (
            run INTEGER NOT NULL REFERENCES run (id),
            trial INTEGER NOT NULL REFERENCES trial (id),
            PRIMARY KEY (run, trial)
        ) STRICT, WITHOUT ROWID;
        """,
        "ALTER TABLE trial ADD COLUMN correct BLOB", // see CorrectAnswers
    ];

    /// <summary>Brings the file to the newest schema.</summary>
    /// <exception cref="InvalidDataException">It is not a store, or one of a newer Unroll.</exception>
    public static void Prepare(SqliteConnection connection, string location, IReadOnlyList<string> steps)
    {
        if (VersionOf(connection, location, steps) == steps.Count) return;
        StoreRows.Execute(connection, "BEGIN IMMEDIATE"); // of several processes, one does it
        for (int step = VersionOf(connection, location, steps); step < steps.Count; step++)
        {
            StoreRows.Execute(connection, steps[step]);
            StoreRows.Execute(connection, $"PRAGMA user_version = {step + 1}");
        }

        StoreRows.Execute(connection, $"PRAGMA application_id = {ApplicationId}");
        StoreRows.Execute(connection, "COMMIT");
    }

    private static int VersionOf(SqliteConnection connection, string location, IReadOnlyList<string> steps)
    {
        long version = Number(connection, "PRAGMA user_version");
        long application = Number(connection, "PRAGMA application_id");
        bool isEmpty = Number(connection, "SELECT count(*) FROM sqlite_master") == 0;
        if (application != ApplicationId && !(isEmpty && application == 0 && version == 0))
            throw new InvalidDataException($"'{location}' is a database of another program, not a store of studies; give another file or folder.");
        if (version > steps.Count)
        {
            throw new InvalidDataException(
                $"'{location}' was written by a newer Unroll (schema {version}; this one knows up to {steps.Count}). Update Unroll; the file was left as it is.");
        }

        return (int)version;
    }

    private static long Number(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }
}
