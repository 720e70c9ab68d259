using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>An assembly that sees of Unroll what users see is given by its path, as a user would.</summary>
public sealed class OwnAssembliesTests : IDisposable
{
    private const string Study = """
        {
          "name": "own-cell",
          "dataset": { "name": "synthetic", "numWords": 100, "maxLen": 5 },
          "training": { "optimizer": "sign_descent(0.01)", "batchSize": 512, "epochs": 1 },
          "model": ["embedding(output_dim=2)", "rnn(minimal_gated_unit(2))", "dense(1, activation=sigmoid)"],
          "parts": [{ "name": "units", "title": "Units", "axes": [{ "path": "model[1].cell.units", "values": [1, 2] }] }],
        }
        """;

    private static readonly string Own = AppContext.BaseDirectory.Replace("Unroll.Cli.Tests", "Unroll.OpenDoors.Tests", StringComparison.Ordinal) + "Unroll.OpenDoors.Tests.dll";

    private readonly string _folder = Directory.CreateTempSubdirectory("unroll-own-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_model_with_an_own_cell_trains_and_is_saved_and_loaded()
    {
        string saved = Path.Combine(_folder, "own.keras");
        CliResult train = CliTest.Run(
            "train", "--dataset", "synthetic", "--num-words", "100", "--max-len", "5", "--train-count", "200", "--test-count", "100", "--epochs", "1", "--verbose", "0",
            "--model", "embedding(4), rnn(minimal_gated_unit(3, dropout=0.2)), dense(1, activation=sigmoid)", "--save", saved, "--assembly", Own);
        Assert.Equal((0, ""), (train.ExitCode, train.Error));
        CliResult summary = CliTest.Run("summary", saved, "--assembly", Own);
        Assert.Equal((0, ""), (summary.ExitCode, summary.Error));
        Assert.Contains("rnn (RNN)", summary.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_study_varies_an_own_cell()
    {
        string file = Path.Combine(_folder, "study.json");
        File.WriteAllText(file, Study);
        CliResult run = CliTest.Run("study", "run", file, "--jobs", "1", "--out", Path.Combine(_folder, "out"), "--assembly", Own);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(3, File.ReadLines(Path.Combine(_folder, "out", "results.csv")).Count());
    }

    [Fact]
    public void What_is_no_assembly_is_named()
    {
        string text = Path.Combine(_folder, "text.dll");
        File.WriteAllText(text, "text");
        Fails("there is no such file. Build the project", "missing.dll");
        Fails("which is no .NET assembly", text);
        Fails("which registers nothing", typeof(Sequential).Assembly.Location);

        static void Fails(string message, string path)
        {
            CliResult result = CliTest.Run("train", "--assembly", path, "--dataset", "synthetic");
            Assert.Equal(2, result.ExitCode);
            Assert.Contains(message, result.Error, StringComparison.Ordinal);
        }
    }
}
