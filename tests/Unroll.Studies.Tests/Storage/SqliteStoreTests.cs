using Microsoft.Data.Sqlite;
using Unroll.Studies.Storage;
using Xunit;

namespace Unroll.Studies.Tests.Storage;

public sealed class SqliteStoreTests : StoreContract
{
    private readonly string _folder = Directory.CreateTempSubdirectory("unroll-store-").FullName;

    private string File => Path.Combine(_folder, "study.db");

    protected override IStudyStore Open() => SqliteStore.Open(File, create: true);

    protected override void CleanUp() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Another_opening_sees_what_was_stored_and_shares_the_work()
    {
        long run = Store.BeginRun(Record(), [Planned("a"), Planned("b")]);
        TrialClaim mine = Store.Claim(run, Elsewhere, Noon, Lease)!;
        using SqliteStore second = SqliteStore.Open(File);
        TrialClaim its = second.Claim(run, Other, Noon, Lease)!;
        Assert.NotEqual(mine.Trial, its.Trial);
        Assert.True(second.Complete(its, Outcome()));
        Assert.Equal(new RunCounts(0, 1, 1, 0, 1), Store.Counts(run));
        Assert.Null(Store.Claim(run, Elsewhere, Noon, Lease));
    }

    [Fact]
    public void A_newer_schema_is_refused_and_left_alone()
    {
        Store.Dispose();
        Sql("PRAGMA user_version = 99");
        var error = Assert.Throws<InvalidDataException>(() => SqliteStore.Open(File, create: true));
        Assert.Equal($"'{File}' was written by a newer Unroll (schema 99; this one knows up to {SqliteSchema.Steps.Count}). Update Unroll; the file was left as it is.", error.Message);
        Assert.Equal(99L, Sql("PRAGMA user_version"));
    }

    [Fact]
    public void An_older_schema_is_brought_up_to_date_with_all_it_holds()
    {
        long run = Store.BeginRun(Record(), [Planned("a")]);
        Store.Complete(Store.Claim(run, Elsewhere, Noon, Lease)!, Outcome());
        Store.Dispose();
        string[] steps = [.. SqliteSchema.Steps, "ALTER TABLE trial ADD COLUMN remark TEXT NOT NULL DEFAULT 'none'"];
        using (SqliteStore store = SqliteStore.Open(File, create: false, steps)) Assert.Equal("f", store.Trials("s")[0].Outcome!.Fingerprint);
        Assert.Equal((long)steps.Length, Sql("PRAGMA user_version"));
        Assert.Equal("none", Sql("SELECT remark FROM trial"));
    }

    [Fact]
    public void A_step_that_fails_changes_nothing()
    {
        Store.BeginRun(Record(), [Planned("a")]);
        Store.Dispose();
        string[] steps = [.. SqliteSchema.Steps, "CREATE TABLE extra (id INTEGER); CREATE TABLE trial (id INTEGER)"];
        Assert.Throws<IOException>(() => SqliteStore.Open(File, create: false, steps));
        Assert.Equal((long)SqliteSchema.Steps.Count, Sql("PRAGMA user_version"));
        Assert.Equal(0L, Sql("SELECT count(*) FROM sqlite_master WHERE name = 'extra'"));
    }

    [Fact]
    public void Other_files_are_refused_and_left_alone()
    {
        string text = Path.Combine(_folder, "text.db"), foreign = Path.Combine(_folder, "foreign.db");
        System.IO.File.WriteAllText(text, new string('x', 5000));
        Assert.EndsWith("is not a store of studies, or damaged from its first bytes; give another file or folder.", Assert.Throws<InvalidDataException>(() => SqliteStore.Open(text, create: true)).Message, StringComparison.Ordinal);
        Assert.Equal(new string('x', 5000), System.IO.File.ReadAllText(text));
        Sql("CREATE TABLE theirs (id INTEGER)", foreign);
        Assert.EndsWith("is a database of another program, not a store of studies; give another file or folder.", Assert.Throws<InvalidDataException>(() => SqliteStore.Open(foreign, create: true)).Message, StringComparison.Ordinal);
        Assert.Equal(1L, Sql("SELECT count(*) FROM sqlite_master", foreign));
        Assert.EndsWith("is a folder; a store is a file.", Assert.Throws<IOException>(() => SqliteStore.Open(_folder, create: true)).Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => SqliteStore.Open(Path.Combine(_folder, "none.db")));
        Assert.Throws<IOException>(() => SqliteStore.Open(Path.Combine(_folder, "no", "folder.db"), create: true));
    }

    [Fact]
    public void A_full_disk_is_named_and_loses_nothing()
    {
        long run = Store.BeginRun(Record(), [Planned("a"), Planned("b")]);
        Assert.True(Store.Complete(Store.Claim(run, Elsewhere, Noon, Lease)!, Outcome()));
        Store.Dispose();
        using SqliteStore store = SqliteStore.Open(File, create: false, SqliteSchema.Steps, "PRAGMA max_page_count = 1"); // as large as it is, no larger
        var error = Assert.Throws<IOException>(() => store.BeginRun(Record(), [.. Enumerable.Range(0, 1000).Select(i => Planned("c", i))]));
        Assert.Equal($"'{File}' can't be written: the disk is full. What was stored before is kept; make room and run the study again.", error.Message);
        Assert.Equal([TrialState.Complete, TrialState.Waiting], store.Trials("s").Select(trial => trial.State));
    }

    private object? Sql(string sql, string? file = null)
    {
        using var connection = new SqliteConnection($"Data Source={file ?? File};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
