using Unroll.Studies.Storage;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Studies.Tests.Storage;

public sealed class PostgreSqlStoreTests : StoreContract
{
    private readonly PostgresServer _server = PostgresServer.Get();
    private readonly string _url;

    public PostgreSqlStoreTests() => _url = _server.NewDatabase();

    // The contract's times are made up: the server's clock has no part in them.
    protected override IStudyStore Open() => PostgreSqlStore.Open(_url, PostgreSqlSchema.Steps, time: null);

    [Fact]
    public void Another_opening_sees_what_was_stored_and_shares_the_work()
    {
        long run = Store.BeginRun(Record(), [Planned("a"), Planned("b")]);
        TrialClaim mine = Store.Claim(run, Elsewhere, Noon, Lease)!;
        using IStudyStore second = Open();
        TrialClaim its = second.Claim(run, Other, Noon, Lease)!;
        Assert.NotEqual(mine.Trial, its.Trial);
        Assert.True(second.Complete(its, Outcome()));
        Assert.Equal(new RunCounts(0, 1, 1, 0, 1), Store.Counts(run));
        Assert.Null(Store.Claim(run, Elsewhere, Noon, Lease));
    }

    [Fact]
    public void Many_connections_get_every_trial_once()
    {
        long run = Store.BeginRun(Record(), [.. Enumerable.Range(0, 200).Select(i => Planned("a", i))]);
        var given = new System.Collections.Concurrent.ConcurrentBag<string>();
        Thread[] threads = [.. Enumerable.Range(0, 8).Select(_ => new Thread(() =>
        {
            using IStudyStore store = Open();
            while (store.Claim(run, Elsewhere, Noon, Lease) is { } claim)
            {
                given.Add(claim.Key);
                if (!store.Complete(claim, Outcome())) given.Add("not kept");
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Assert.Equal(200, given.Distinct().Count());
        Assert.Equal(200, given.Count);
        Assert.Equal(new RunCounts(0, 0, 200, 0, 200), Store.Counts(run));
    }

    [Fact]
    public void Processes_that_begin_at_once_make_the_tables_once_and_one_trial_for_a_place()
    {
        var refused = new System.Collections.Concurrent.ConcurrentBag<string>();
        Thread[] threads = [.. Enumerable.Range(0, 6).Select(i => new Thread(() =>
        {
            using IStudyStore store = Open();
            try
            {
                store.BeginRun(Record(), [Planned("a", key: $"key {i}") with { Seed = i }]);
            }
            catch (ArgumentException error)
            {
                refused.Add(error.Message);
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Assert.Equal(5, refused.Count);
        Assert.Single(Store.Runs());
        Assert.Single(Store.Trials("s"));
    }

    [Fact]
    public void A_machine_whose_clock_is_ahead_takes_nothing_from_others()
    {
        var ahead = new Clock(TimeProvider.System, TimeSpan.FromMinutes(10));
        using PostgreSqlStore right = PostgreSqlStore.Open(_url), wrong = PostgreSqlStore.Open(_url, PostgreSqlSchema.Steps, ahead);
        long run = right.BeginRun(Record(), [Planned("a"), Planned("b")]);
        Assert.NotNull(right.Claim(run, Elsewhere, TimeProvider.System.GetUtcNow(), Lease));
        TrialClaim its = wrong.Claim(run, Other, ahead.GetUtcNow(), Lease)!;
        Assert.NotNull(its);
        Assert.Null(wrong.Claim(run, Other, ahead.GetUtcNow(), Lease));
        Assert.True(wrong.Renew(its, ahead.GetUtcNow() + Lease));
        // Nor does it keep what it holds ten minutes longer than it should.
        Assert.NotNull(right.Claim(run, Elsewhere, TimeProvider.System.GetUtcNow() + 2 * Lease, Lease));
    }

    [Fact]
    public void A_server_that_is_started_again_is_waited_for()
    {
        long run = Store.BeginRun(Record(), [Planned("a")]);
        TrialClaim claim = Store.Claim(run, Elsewhere, Noon, Lease)!;
        _server.Restart();
        Assert.True(Store.Complete(claim, Outcome()));
        Assert.Equal(new RunCounts(0, 0, 1, 0, 1), Store.Counts(run));
    }

    [Fact]
    public void A_newer_schema_is_refused_and_left_alone()
    {
        Store.Dispose();
        Sql("UPDATE unroll.schema_version SET version = 99");
        var error = Assert.Throws<InvalidDataException>(Open);
        Assert.Equal($"'{Location}' was written by a newer Unroll (schema 99; this one knows up to {PostgreSqlSchema.Steps.Count}). Update Unroll; the database was left as it is.", error.Message);
        Assert.Equal("99", Sql("SELECT version FROM unroll.schema_version"));
    }

    [Fact]
    public void An_older_schema_is_brought_up_to_date_with_all_it_holds()
    {
        long run = Store.BeginRun(Record(), [Planned("a")]);
        Store.Complete(Store.Claim(run, Elsewhere, Noon, Lease)!, Outcome());
        Store.Dispose();
        string[] steps = [.. PostgreSqlSchema.Steps, "ALTER TABLE trial ADD COLUMN remark text NOT NULL DEFAULT 'none'"];
        using (PostgreSqlStore store = PostgreSqlStore.Open(_url, steps, null)) Assert.Equal("f", store.Trials("s")[0].Outcome!.Fingerprint);
        Assert.Equal($"{steps.Length}|none", Sql("SELECT v.version, remark FROM unroll.schema_version v, unroll.trial"));
    }

    [Fact]
    public void A_step_that_fails_changes_nothing()
    {
        Store.BeginRun(Record(), [Planned("a")]);
        Store.Dispose();
        string[] steps = [.. PostgreSqlSchema.Steps, "CREATE TABLE extra (id integer); CREATE TABLE trial (id integer)"];
        Assert.Throws<IOException>(() => PostgreSqlStore.Open(_url, steps, null));
        Assert.Equal($"{PostgreSqlSchema.Steps.Count}|f", Sql("SELECT version, to_regclass('unroll.extra') IS NOT NULL FROM unroll.schema_version"));
    }

    [Fact]
    public void Tables_of_others_are_left_alone()
    {
        Sql("CREATE TABLE trial (theirs integer); INSERT INTO trial VALUES (7)");
        Store.BeginRun(Record(), [Planned("a")]);
        Assert.Equal("7", Sql("SELECT theirs FROM public.trial"));
    }

    [Fact]
    public void What_is_wrong_with_an_address_is_said_without_its_password()
    {
        void Refused(string url, string expected)
        {
            string message = Assert.ThrowsAny<IOException>(() => PostgreSqlStore.Open(url)).Message;
            Assert.Contains(expected, message, StringComparison.Ordinal);
            Assert.DoesNotContain("wrong", message, StringComparison.Ordinal);
            Assert.DoesNotContain("pass%20word", message, StringComparison.Ordinal);
            Assert.DoesNotContain(PostgresServer.Password, message, StringComparison.Ordinal);
        }

        Refused(_server.Url("postgres", password: "wrong"), $"'postgresql://unroll@127.0.0.1:{_server.Port}/postgres' refuses the password of 'unroll'; give it in PGPASSWORD or ~/.pgpass.");
        Refused(_server.Url("missing"), $"'postgresql://unroll@127.0.0.1:{_server.Port}/missing' has no database 'missing'; make it with: createdb missing");
        Refused("postgresql://unroll:wrong@127.0.0.1:1/x", "'postgresql://unroll@127.0.0.1:1/x' can't be reached: ");
        Refused($"postgresql://unroll@127.0.0.1:{_server.Port}/postgres", "asks for a password of 'unroll'; give it in PGPASSWORD or ~/.pgpass.");
        Sql($"CREATE ROLE reader{_server.Port} LOGIN PASSWORD 'r'");
        Refused(_server.Url(PostgresServer.DatabaseOf(_url), $"reader{_server.Port}", "r"), "lets this user make no tables (");
    }

    [Theory]
    [InlineData("mysql://u:wrong@h/d", "'mysql://u@h/d' is not the address of a PostgreSQL database; use postgresql://USER@HOST/DATABASE.")]
    [InlineData("postgresql://u:wr@ng@h/d", "'postgresql://u@h/d' is not the address of a PostgreSQL database;")]
    [InlineData("postgresql://u:wrong@h/", "names no database; use postgresql://USER@HOST/DATABASE.")]
    [InlineData("postgresql://u:wrong@h/d?sslmod=require", "'sslmod=require' in 'postgresql://u@h/d?sslmod=require' is not known; sslmode=disable,")]
    [InlineData("postgresql://u@h/d?sslmode=sometimes", "'sslmode=sometimes' in")]
    public void Addresses_that_are_none_are_refused(string url, string expected)
    {
        string message = Assert.Throws<ArgumentException>(() => PostgreSqlStore.Open(url)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain("wr", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_are_read_from_an_address()
    {
        Npgsql.NpgsqlConnectionStringBuilder settings = PostgreSqlUrl.Parse("postgres://a%40b:p%3Aq@[::1]:7/my%20studies?sslmode=verify-full&host=/run/postgresql");
        Assert.Equal(
            ("a@b", "p:q", "/run/postgresql", 7, "my studies", Npgsql.SslMode.VerifyFull),
            (settings.Username, settings.Password, settings.Host, settings.Port, settings.Database, settings.SslMode));
        Assert.Equal(("::1", 5432), (PostgreSqlUrl.Parse("postgresql://[::1]/d").Host, PostgreSqlUrl.Parse("postgresql://[::1]/d").Port));
    }

    private string Location => $"postgresql://{PostgresServer.User}@127.0.0.1:{_server.Port}/{PostgresServer.DatabaseOf(_url)}";

    private string Sql(string sql) => _server.Sql(PostgresServer.DatabaseOf(_url), sql);

    private sealed class Clock(TimeProvider inner, TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + ahead;
    }
}
