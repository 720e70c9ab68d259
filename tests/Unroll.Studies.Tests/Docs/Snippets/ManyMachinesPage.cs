using Unroll.Studies;
using Unroll.Studies.Storage;
using Xunit;

namespace ReaderCode;

public sealed class ManyMachinesPage
{
    [Fact]
    public void Runs_are_submitted_and_worked_on() =>
        Assert.Equal("2 trials wait.\n2 trials ended here; 0 of 0 came out otherwise.", Printed.By(Snippet).ReplaceLineEndings("\n").Trim());

    private static void Snippet()
    {
        using (var store = PostgreSqlStore.Open("postgresql://unroll@db.example/studies"))
        {
            StoredRun run = StudyRunner.Submit(BuiltInStudies.Load("sentiment-rnn"), new RunOptions { Store = store });
            Console.WriteLine($"{run.Counts.Waiting} trials wait.");

            WorkResult work = StudyWorker.Run(store, new WorkOptions { Jobs = 2 });
            AuditResult audit = StudyAudit.Run(store, share: 0.02);
            Console.WriteLine($"{work.Ended} trials ended here; {audit.Differences.Count} of {audit.Repeated} came out otherwise.");
        }
    }

    /// <summary>Stands in for the class of that name: no server.</summary>
    private static class PostgreSqlStore
    {
        public static MemoryStore Open(string url) => new MemoryStore();
    }

    /// <summary>Stands in for the class of that name: a study of seconds.</summary>
    private static class BuiltInStudies
    {
        public static Study Load(string name) => Study.Parse(
            """
            {
              "name": "small",
              "dataset": { "name": "synthetic", "numWords": 100, "maxLen": 2 },
              "training": { "batchSize": 512, "epochs": 1 },
              "model": ["embedding(output_dim=2)", "simple_rnn(2)", "dense(1, activation=sigmoid)"],
              "parts": [{ "name": "units", "axes": [{ "path": "model[1].units", "values": [1, 2] }] }],
            }
            """,
            name);
    }
}
