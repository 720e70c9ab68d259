#:project ../../src/Unroll.Studies.PostgreSql/Unroll.Studies.PostgreSql.csproj
#:property ManagePackageVersionsCentrally=false
#:package Npgsql@10.0.3
#:package Quartz@4.7.3

// Who hands trials to workers: Quartz.NET's clustered job store, or the lease in the trial's row? Four processes with two jobs
// each take 300 trials that do nothing (what is left is dispatch); then a process that holds two long trials is killed (kill
// -9), and another waits for them. Both on one PostgreSQL 15 of the machine. Results stand in README.md.
//
//   dotnet run -c Release bench/lab/005-quartz-dispatch.cs postgresql://user:password@127.0.0.1:5432/empty

using System.Collections.Concurrent;
using System.Diagnostics;
using Npgsql;
using Quartz;
using Unroll.Studies;
using Unroll.Studies.Storage;

const int Workers = 4, Jobs = 2, Trials = 300;
string url = args[0];
if (args.Length > 1)
{
    if (args[1] == "quartz") await QuartzWorker(int.Parse(args[2]));
    else LeaseWorker(int.Parse(args[2]));
    return;
}

Sql("CREATE TABLE IF NOT EXISTS ran (trial text, process int, at timestamptz DEFAULT clock_timestamp())");
await Measure("quartz", async (trials, milliseconds) =>
{
    IScheduler scheduler = await Scheduler("planner");
    for (int i = 0; i < trials; i++)
    {
        IJobDetail job = JobBuilder.Create<Trial>().WithIdentity($"t{milliseconds}-{i}").RequestRecovery().UsingJobData("ms", milliseconds).Build();
        await scheduler.ScheduleJob(job, TriggerBuilder.Create().ForJob(job).StartAt(DateTimeOffset.UnixEpoch.AddYears(50)).WithPriority(trials - i).WithSchedule(SimpleScheduleBuilder.Create().WithMisfireInstruction(SimpleTriggerMisfireInstruction.IgnoreMisfires)).Build());
    }

    await scheduler.Shutdown();
});
await Measure("lease", (trials, milliseconds) =>
{
    using PostgreSqlStore store = PostgreSqlStore.Open(url);
    var record = new RunRecord("s", "{}", null, null, Jobs, "1", "", "", 1, "", DateTimeOffset.UtcNow);
    store.BeginRun(record, [.. Enumerable.Range(0, trials).Select(i => new PlannedTrial(new TrialPlace("p", $"{milliseconds}", i), $"t{milliseconds}-{i}", "", i, trials - i, new TrialDataset("d", false, null, 1, 1)))]);
    return Task.CompletedTask;
});

async Task Measure(string kind, Func<int, int, Task> plan)
{
    Sql("TRUNCATE ran");
    await plan(Trials, 0);
    Process[] workers = [.. Enumerable.Range(0, Workers).Select(_ => Start(kind, 0))];
    await Until(() => Count("count(*)") >= Trials);
    double seconds = Double("extract(epoch FROM max(at) - min(at))");
    Console.WriteLine($"{kind}: {Trials} trials, {Count("count(DISTINCT trial)")} different, {Count("count(DISTINCT process)")} processes: {1000 * seconds / Trials:F1} ms a trial from the first to the last");
    string[] order = [.. Strings("SELECT trial FROM ran ORDER BY at")];
    int early = order.Take(Trials / 2).Count(name => int.Parse(name[(name.IndexOf('-') + 1)..]) < Trials / 2);
    Console.WriteLine($"{kind}: of the longer half, {100.0 * early / (Trials / 2):F0} % ran in the first half");
    foreach (Process worker in workers) worker.Kill();

    Sql("TRUNCATE ran");
    await plan(Jobs, 600_000);
    Process first = Start(kind, 600_000);
    await Until(() => Count("count(*)") >= Jobs); // both began
    Process second = Start(kind, 600_000);
    await Task.Delay(TimeSpan.FromSeconds(20)); // checked in
    long killed = Stopwatch.GetTimestamp();
    first.Kill();
    await Until(() => Count("count(*)") >= 2 * Jobs);
    Console.WriteLine($"{kind}: after kill -9 of one process another began its trials {Stopwatch.GetElapsedTime(killed).TotalSeconds:F0} s later");
    second.Kill();
}

Process Start(string kind, int milliseconds)
{
    var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
    foreach (string argument in (string[])["exec", Environment.GetCommandLineArgs()[0], url, kind, $"{milliseconds}"]) start.ArgumentList.Add(argument);
    return Process.Start(start)!;
}

async Task<IScheduler> Scheduler(string name) => await QuartzSchedulerBuilder.Create(quartz =>
{
    quartz.ConfigureScheduler(options => (options.InstanceId, options.InstanceName, options.MaxBatchSize) = ($"{name}-{Environment.ProcessId}", "unroll", Jobs));
    quartz.UseDefaultThreadPool(Jobs);
    quartz.UsePersistentStore(store =>
    {
        store.UsePostgres(NpgsqlFactory.Instance, Connection());
        store.ProvisionSchema();
        store.UseClustering(cluster => (cluster.CheckinInterval, cluster.CheckinMisfireThreshold) = (TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60)));
    });
}).BuildScheduler();

async Task QuartzWorker(int milliseconds)
{
    Trial.Connection = Connection();
    IScheduler scheduler = await Scheduler("worker");
    await scheduler.Start();
    await Task.Delay(-1);
}

void LeaseWorker(int milliseconds)
{
    using PostgreSqlStore store = PostgreSqlStore.Open(url);
    long run = store.Runs()[^1].Id;
    // As another machine: the end of a process on this one would be seen at once.
    var me = new WorkerId($"machine-{Environment.ProcessId}", Environment.ProcessId, 1);
    var held = new ConcurrentDictionary<TrialClaim, bool>();
    using var renewal = new Timer(_ => { foreach (TrialClaim claim in held.Keys) store.Renew(claim, DateTimeOffset.UtcNow + TimeSpan.FromSeconds(60)); }, null, 10_000, 10_000);
    Thread[] threads = [.. Enumerable.Range(0, Jobs).Select(_ => new Thread(() =>
    {
        while (true)
        {
            if (store.Claim(run, me, DateTimeOffset.UtcNow, TimeSpan.FromSeconds(60)) is { } claim)
            {
                held[claim] = true;
                Trial.Ran(Connection(), claim.Key);
                Thread.Sleep(milliseconds);
                store.Complete(claim, new TrialOutcome(1, [], 0, 0, 0, "f"));
                held.TryRemove(claim, out bool _);
            }
            else Thread.Sleep(200);
        }
    }))];
    foreach (Thread thread in threads) thread.Start();
    foreach (Thread thread in threads) thread.Join();
}

string Connection()
{
    var uri = new Uri(url);
    string[] user = uri.UserInfo.Split(':');
    return $"Host={uri.Host};Port={uri.Port};Database={uri.AbsolutePath[1..]};Username={user[0]};Password={Uri.UnescapeDataString(user.ElementAtOrDefault(1) ?? "")}";
}

void Sql(string sql)
{
    using var connection = new NpgsqlConnection(Connection());
    connection.Open();
    using var command = new NpgsqlCommand(sql, connection);
    command.ExecuteNonQuery();
}

IEnumerable<string> Strings(string sql)
{
    using var connection = new NpgsqlConnection(Connection());
    connection.Open();
    using var command = new NpgsqlCommand(sql, connection);
    using NpgsqlDataReader reader = command.ExecuteReader();
    while (reader.Read()) yield return reader.GetString(0);
}

double Double(string what) => double.Parse(Strings($"SELECT ({what})::text FROM ran").Single(), System.Globalization.CultureInfo.InvariantCulture);

int Count(string what) => (int)Double(what);

static async Task Until(Func<bool> condition)
{
    while (!condition()) await Task.Delay(100);
}

internal sealed class Trial : IJob
{
    public static string Connection { get; set; } = "";

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        Ran(Connection, context.JobDetail.Key.Name);
        await Task.Delay(context.MergedJobDataMap.GetInt("ms"), cancellationToken);
    }

    public static void Ran(string connection, string trial)
    {
        using var open = new NpgsqlConnection(connection);
        open.Open();
        using var command = new NpgsqlCommand("INSERT INTO ran (trial, process) VALUES ($1, $2)", open);
        command.Parameters.AddWithValue(trial);
        command.Parameters.AddWithValue(Environment.ProcessId);
        command.ExecuteNonQuery();
    }
}
