using Npgsql;

namespace Unroll.Studies.Storage;

/// <summary>The tables of a store in PostgreSQL and how older ones are brought up to date. They stand in a schema of their own.</summary>
internal static class PostgreSqlSchema
{
    /// <summary>The schema: other tables in the database are left alone.</summary>
    public const string Name = "unroll";

    /// <summary>
    /// Step i leads from schema i to i + 1; a new database takes all of them. Steps that were released are never changed: a
    /// change of the tables is a further step.
    /// </summary>
    public static IReadOnlyList<string> Steps { get; } =
    [
        """
        CREATE TABLE trial (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            key text NOT NULL UNIQUE,
            design text NOT NULL,
            seed integer NOT NULL,
            cost double precision NOT NULL,
            dataset text NOT NULL,
            version text NOT NULL,
            state text NOT NULL DEFAULT 'WAITING' CHECK (state IN ('WAITING', 'RUNNING', 'COMPLETE', 'FAILED')),
            attempt integer NOT NULL DEFAULT 0,
            lost integer NOT NULL DEFAULT 0,
            jobs integer NOT NULL DEFAULT 0,
            worker text,
            until bigint NOT NULL DEFAULT 0,
            error text,
            parameters bigint,
            test_loss double precision,
            test_accuracy double precision,
            test_seconds double precision,
            fingerprint text,
            correct bytea
        );
        CREATE INDEX trial_open ON trial (state) WHERE state IN ('WAITING', 'RUNNING');
        CREATE TABLE epoch (
            trial bigint NOT NULL REFERENCES trial (id),
            epoch integer NOT NULL,
            seconds double precision,
            validation_seconds double precision,
            logs text NOT NULL,
            PRIMARY KEY (trial, epoch)
        );
        CREATE TABLE place (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            study text NOT NULL,
            part text NOT NULL,
            cell text NOT NULL,
            repeat integer NOT NULL,
            trial bigint NOT NULL REFERENCES trial (id),
            UNIQUE (study, part, cell, repeat)
        );
        CREATE TABLE run (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            study text NOT NULL,
            source text NOT NULL,
            dataset text,
            data_directory text,
            jobs integer NOT NULL,
            version text NOT NULL,
            runtime text NOT NULL,
            system text NOT NULL,
            processors integer NOT NULL,
            host text NOT NULL,
            started text NOT NULL,
            ended text
        );
        CREATE TABLE run_trial (
            run bigint NOT NULL REFERENCES run (id),
            trial bigint NOT NULL REFERENCES trial (id),
            PRIMARY KEY (run, trial)
        );
        """,
    ];

    /// <summary>Brings the database to the newest schema.</summary>
    /// <exception cref="InvalidDataException">It is one of a newer Unroll.</exception>
    public static void Prepare(NpgsqlConnection connection, string location, IReadOnlyList<string> steps)
    {
        if (VersionOf(connection, location, steps) == steps.Count) return;
        using NpgsqlTransaction transaction = connection.BeginTransaction();
        Lock(connection); // of several processes, one does it
        StoreRows.Execute(connection, $"CREATE SCHEMA IF NOT EXISTS {Name}");
        StoreRows.Execute(connection, "CREATE TABLE IF NOT EXISTS schema_version (version integer NOT NULL)");
        int version = VersionOf(connection, location, steps);
        if (version == 0) StoreRows.Execute(connection, "INSERT INTO schema_version SELECT 0 WHERE NOT EXISTS (SELECT FROM schema_version)");
        for (int step = version; step < steps.Count; step++)
        {
            StoreRows.Execute(connection, steps[step]);
            StoreRows.Execute(connection, $"UPDATE schema_version SET version = {step + 1}");
        }

        transaction.Commit();
    }

    /// <summary>Until the transaction ends, no other process changes the tables or begins a run.</summary>
    public static void Lock(NpgsqlConnection connection) => StoreRows.Execute(connection, "SELECT pg_advisory_xact_lock(6154627366311)");

    private static int VersionOf(NpgsqlConnection connection, string location, IReadOnlyList<string> steps)
    {
        int version = (bool)Scalar(connection, $"SELECT to_regclass('{Name}.schema_version') IS NOT NULL")!
            ? (int?)Scalar(connection, "SELECT version FROM schema_version") ?? 0
            : 0;
        return version <= steps.Count ? version : throw new InvalidDataException(
            $"'{location}' was written by a newer Unroll (schema {version}; this one knows up to {steps.Count}). Update Unroll; the database was left as it is.");
    }

    private static object? Scalar(NpgsqlConnection connection, string sql)
    {
        using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
