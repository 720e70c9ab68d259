using System.Diagnostics;
using Unroll.Studies.Storage;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>Commands around stores that several processes or machines share.</summary>
public sealed class StudyClusterCommandTests : IDisposable
{
    private const string Small = """
        {
          "name": "small",
          "dataset": { "name": "synthetic", "numWords": 100, "maxLen": 5 },
          "training": { "optimizer": "adam", "batchSize": 512, "epochs": 1, "validation": { "split": 0.5 } },
          "model": ["embedding(output_dim=2)", "simple_rnn(2)", "dense(1, activation=sigmoid)"],
          "repeats": 2,
          "parts": [
            { "name": "units", "axes": [{ "path": "model[1].units", "values": [1, 2] }] },
            { "name": "rates", "axes": [{ "path": "training.optimizer", "values": ["adam(learning_rate=0.1)", "adam(0.001)"] }] },
          ],
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("unroll-cluster-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<bool> Stores => [false, true];

    [Theory]
    [MemberData(nameof(Stores))]
    public void A_run_is_submitted_worked_on_audited_and_reported(bool isOnServer)
    {
        string store = Address(isOnServer);
        string submitted = Unroll("study", "submit", File(), "--store", store).Out;
        Assert.Contains($"Run 1 of 'small': 6 of 6 trials wait in {Shown(store)}.", submitted, StringComparison.Ordinal);
        Assert.Contains($"unroll worker --store {Shown(store)}", submitted, StringComparison.Ordinal);
        Assert.Matches(@"1 small .* – +6 +0 +0 +0 +6", Unroll("study", "runs", "--store", store).Out);
        string worked = Unroll("worker", "--store", store, "--jobs", "2").Out;
        Assert.Contains("[6/6]", worked, StringComparison.Ordinal);
        Assert.Contains("6 trials ended here.", worked, StringComparison.Ordinal);
        Assert.Matches(@"1 small .* 6 +6 +0 +0 +0", Unroll("study", "runs", "--store", store).Out);
        Assert.Contains("Audit: 0 trials run again; none is complete that another process ran.", Unroll("worker", "--store", store, "--audit", "0.5").Out, StringComparison.Ordinal);

        // The same study by one process alone.
        Unroll("study", "run", File(), "--out", Folder("alone"));
        Assert.Contains("Report: ", Unroll("study", "report", "--store", store, "--study", "small", "--out", Folder("together")).Out, StringComparison.Ordinal);
        Assert.Equal(Weights("alone"), Weights("together"));
        Assert.Matches("units 1 .* 2 of 2", Unroll("study", "compare", Folder("alone"), store).Out);
        Assert.Matches("units 1 .* 2 of 2", Unroll("study", "compare", "small", "small", "--store", store).Out);
        Assert.Contains("6 of 6 trials are stored already", Unroll("study", "resume", "--store", store).Out, StringComparison.Ordinal);
        string again = Unroll("study", "run", File(), "--store", store).Out;
        Assert.Contains("6 of 6 trials are stored already", again, StringComparison.Ordinal);
        Assert.DoesNotContain("Report: ", again, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_keeps_several_studies_and_takes_results_of_folders()
    {
        string store = Address(isOnServer: true);
        Unroll("study", "run", File(), "--part", "units", "--out", Folder("a"));
        Unroll("study", "run", File(), "--part", "rates", "--out", Folder("b"));
        Unroll("study", "merge", Folder("a"), Folder("b"), "--store", store);
        Unroll("study", "run", File("other"), "--store", store);
        Assert.Contains("has several studies: small, other; say which.", Refused("study", "report", "--store", store), StringComparison.Ordinal);
        Assert.Contains("has no study 'third'; it has small, other.", Refused("study", "report", "--store", store, "--study", "third"), StringComparison.Ordinal);
        Assert.Contains("There are several studies (other, small); a folder holds one.", Refused("study", "merge", store, "--out", Folder("c")), StringComparison.Ordinal);
        Unroll("study", "merge", store, "--store", Address(isOnServer: false));
        Assert.Contains("other", Unroll("study", "runs", "--store", Address(isOnServer: false)).Out, StringComparison.Ordinal);
        Assert.Matches("units 1 .* 2 of 2", Unroll("study", "compare", "small", "other", "--store", Address(isOnServer: false)).Out);
    }

    [Fact]
    public void Weights_that_differ_between_machines_are_an_exit_code()
    {
        string store = Address(isOnServer: true);
        Unroll("study", "submit", File(), "--store", store);
        Unroll("worker", "--store", store);
        // As if another machine had computed them, and one of them wrongly.
        PostgresServer server = PostgresServer.Get();
        string database = PostgresServer.DatabaseOf(store);
        server.Sql(database, "UPDATE unroll.trial SET worker = '12 34 beta/boot'");
        Assert.Contains("Audit: 6 trials run again; all gave the same weights.", Unroll("worker", "--store", store, "--audit", "1").Out, StringComparison.Ordinal);
        server.Sql(database, "UPDATE unroll.trial SET fingerprint = 'wrong' WHERE id = 1");
        CliResult result = CliTest.Run("worker", "--store", store, "--audit", "1");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Audit: 6 trials run again; 1 gave other weights.", result.Out, StringComparison.Ordinal);
        Assert.Contains($"process 12 on beta computed the weights wrong, {WorkerId.Current} computed ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_tasks_of_a_printed_array_are_the_whole_study()
    {
        const int tasks = 2;
        CliResult printed = Unroll("study", "submit", File(), "--slurm", "--workers", "2");
        Assert.Contains($"#SBATCH --array=1-{tasks}\n", printed.Out, StringComparison.Ordinal);
        Assert.Contains("#SBATCH --array=1-6\n", Unroll("study", "submit", File(), "--slurm").Out, StringComparison.Ordinal); // no more than trials
        string script = Path.Combine(_folder, "job.sh");
        System.IO.File.WriteAllText(script, printed.Out);
        for (int task = 1; task <= tasks; task++) RunTask(script, task);
        string[] parts = [.. Enumerable.Range(1, tasks).Select(task => Path.Combine(_folder, "runs", $"small-{task}.db"))];
        Unroll(["study", "merge", .. parts, "--out", Folder("together")]);
        Unroll("study", "run", File(), "--out", Folder("alone"));
        Assert.Equal(Weights("alone"), Weights("together"));
    }

    [Fact]
    public void A_printed_array_of_workers_does_the_study_and_holds_no_password()
    {
        string store = Address(isOnServer: true);
        CliResult printed = Unroll("study", "submit", File(), "--store", store, "--slurm", "--workers", "2", "--jobs", "2");
        Assert.DoesNotContain("pass", printed.Out.Replace("PGPASSWORD", "", StringComparison.Ordinal).Replace("password of the store", "", StringComparison.Ordinal).Replace("pgpass", "", StringComparison.Ordinal), StringComparison.Ordinal);
        string script = Path.Combine(_folder, "job.sh");
        System.IO.File.WriteAllText(script, printed.Out);
        RunTask(script, 1); // the other would find nothing left
        Assert.Matches(@"1 small .* 6 +6 +0 +0 +0", Unroll("study", "runs", "--store", store).Out);
    }

    [Fact]
    public void A_printed_job_for_Kubernetes_starts_workers()
    {
        string store = Address(isOnServer: true);
        CliResult printed = CliTest.Run("study", "submit", File(), "--store", store, "--k8s", "--image", "registry/unroll:1", "--workers", "40", "--jobs", "4");
        Assert.Equal((0, $"Run 1 of 'small': 6 of 6 trials wait in {Shown(store)}.\n"), (printed.ExitCode, printed.Error.ReplaceLineEndings("\n")));
        Assert.Equal($$"""
            # The password of the store: kubectl create secret generic unroll-store --from-literal=password=...
            apiVersion: batch/v1
            kind: Job
            metadata:
              name: unroll-small
            spec:
              completionMode: Indexed
              completions: 6
              parallelism: 6
              backoffLimitPerIndex: 3
              template:
                spec:
                  restartPolicy: Never
                  containers:
                    - name: worker
                      image: 'registry/unroll:1'
                      command: ['unroll', 'worker', '--store', '{{Shown(store)}}', '--study', 'small', '--jobs', '4']
                      env:
                        - name: PGPASSWORD
                          valueFrom:
                            secretKeyRef:
                              name: unroll-store
                              key: password
                      resources:
                        requests:
                          cpu: 4
                        limits:
                          cpu: 4

            """.ReplaceLineEndings("\n"), printed.Out);
    }

    [Fact]
    public void A_database_that_refuses_is_named_without_its_password()
    {
        PostgresServer server = PostgresServer.Get();
        string store = server.NewDatabase();
        foreach ((string url, string expected) in (IEnumerable<(string, string)>)
        [
            (server.Url("postgres", password: "wrong"), "refuses the password of 'unroll'"),
            (server.Url("missing"), "has no database 'missing'; make it with: createdb missing"),
            ("postgresql://unroll:wrong@127.0.0.1:1/x", "can't be reached: "),
        ])
        {
            foreach (string[] command in (string[][])[["study", "run", File()], ["worker"], ["study", "runs"], ["study", "submit", File()], ["study", "report"], ["study", "resume"]])
                Assert.Contains(expected, Refused([.. command, "--store", url]), StringComparison.Ordinal);
        }

        Unroll("study", "submit", File(), "--store", store);
        server.Sql(PostgresServer.DatabaseOf(store), "UPDATE unroll.schema_version SET version = 99");
        Assert.Contains("was written by a newer Unroll (schema 99; this one knows up to", Refused("worker", "--store", store), StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_arguments_are_named()
    {
        Assert.Contains("--store is 'mysql://h/d'; it must be postgresql://USER@HOST/DATABASE or sqlite:///PATH.", Refused("worker", "--store", "mysql://h/d"), StringComparison.Ordinal);
        Assert.Contains("There is no store 'none.db'", Refused("worker", "--store", "sqlite:///none.db"), StringComparison.Ordinal);
        Assert.Contains("'3' is not a share of a run; use I/N, as in 3/40", Refused("study", "run", File(), "--shard", "3"), StringComparison.Ordinal);
        Assert.Contains("Share 7/9 has no trial: the run has 6.", Refused("study", "run", File(), "--shard", "7/9", "--store", Address(false)), StringComparison.Ordinal);
        Assert.Contains("Where to? Give --store URL for workers, or --slurm", Refused("study", "submit", File()), StringComparison.Ordinal);
        Assert.Contains("--k8s needs --store", Refused("study", "submit", File(), "--k8s"), StringComparison.Ordinal);
        Assert.Contains("A SQLite file is for the processes of one machine.", Refused("study", "submit", File(), "--slurm", "--store", "sqlite:///a.db"), StringComparison.Ordinal);
        Assert.Contains("--slurm and --k8s are two clusters", Refused("study", "submit", File(), "--slurm", "--k8s"), StringComparison.Ordinal);
        Assert.Contains("--audit is '2'; it must be a number above 0 and at most 1.", Refused("worker", "--store", "sqlite:///a.db", "--audit", "2"), StringComparison.Ordinal);
        Assert.Contains("give one of them", Refused("worker", "--store", "sqlite:///a.db", "--audit", "1", "--wait"), StringComparison.Ordinal);
        Assert.Contains("Which study? Give its output folder, such as runs/NAME, or --store.", Refused("study", "report"), StringComparison.Ordinal);
        Assert.Contains("Where to? Give --out DIR or --store URL.", Refused("study", "merge", Folder("a")), StringComparison.Ordinal);
    }

    private void RunTask(string script, int task)
    {
        var start = new ProcessStartInfo("bash") { WorkingDirectory = _folder, RedirectStandardError = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(script);
        start.Environment["SLURM_ARRAY_TASK_ID"] = $"{task}";
        start.Environment["SLURM_CPUS_PER_TASK"] = "1";
        start.Environment["PGPASSWORD"] = PostgresServer.Password;
        start.Environment["UNROLL"] = $"dotnet exec --roll-forward LatestMinor {Path.Combine(AppContext.BaseDirectory, "Unroll.Cli.dll")}";
        using Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.Equal((0, ""), (process.ExitCode, error));
    }

    private static CliResult Unroll(params string[] args)
    {
        CliResult result = CliTest.Run(args);
        Assert.True(result.ExitCode == 0, $"{string.Join(' ', args)}: {result.Error}");
        AssertSilent(result);
        return result;
    }

    private static string Refused(params string[] args)
    {
        CliResult result = CliTest.Run(args);
        Assert.True(result.ExitCode == 2, $"{string.Join(' ', args)}: {result.ExitCode}, {result.Error}");
        AssertSilent(result);
        return result.Error;
    }

    // Neither passwords nor stack traces.
    private static void AssertSilent(CliResult result)
    {
        foreach (string secret in (string[])[PostgresServer.Password, Uri.EscapeDataString(PostgresServer.Password), ":wrong@", "   at "])
        {
            Assert.DoesNotContain(secret, result.Out, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, result.Error, StringComparison.Ordinal);
        }
    }

    private string Address(bool isOnServer) => isOnServer ? PostgresServer.Get().NewDatabase() : $"sqlite:///{Path.Combine(_folder, "shared.db")}";

    private static string Shown(string address) => address.Replace(":" + Uri.EscapeDataString(PostgresServer.Password), "", StringComparison.Ordinal);

    private string[] Weights(string name) => [.. System.IO.File.ReadAllLines(Path.Combine(Folder(name), "trials.csv")).Select(row => string.Join(',', row.Split(',')[^3..]))];

    private string Folder(string name) => Path.Combine(_folder, name);

    private string File(string name = "small")
    {
        string path = Path.Combine(_folder, $"{name}.json");
        System.IO.File.WriteAllText(path, Small.Replace("\"small\"", $"\"{name}\"", StringComparison.Ordinal));
        return path;
    }
}
