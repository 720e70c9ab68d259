using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>Ctrl+C while a model trains.</summary>
public sealed class StopTrainingTests : IDisposable
{
    private static readonly string[] s_reviews =
    [
        "train", "--dataset", "synthetic", "--train-count", "96", "--test-count", "32", "--num-words", "100", "--max-len", "12", "--batch-size", "16",
        "--model", "embedding(4), simple_rnn(4), dense(1, activation=sigmoid)", "--epochs", "1000000",
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("unroll-stop-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Saves_what_there_is()
    {
        string model = InFolder("m.keras");
        CliResult result = StoppedCommand.Run([.. s_reviews, "--save", model]);
        Assert.Contains("training ends after this step; Ctrl+C once more ends the command at once.", result.Error, StringComparison.Ordinal);
        Assert.Contains($"unroll: stopped in epoch 2 of 1000000; the model as it is is saved: {model}. It was not tested. The same command with --resume goes on after the last whole epoch.", result.Error, StringComparison.Ordinal);
        Assert.Equal(0, CliTest.Run("evaluate", model, "--test-count", "10").ExitCode);
    }

    [Fact]
    public void Saves_the_best_that_early_stopping_knows()
    {
        CliResult result = StoppedCommand.Run([.. s_reviews, "--validation-split", "0.2", "--callbacks", "early_stopping(patience=1000, restore_best_weights=true)", "--save", InFolder("m.keras")]);
        Assert.Matches("the model as it is, with the weights of epoch [12], the best is saved", result.Error);
    }

    [Fact]
    public void Says_that_nothing_is_saved_without_a_file()
    {
        CliResult result = StoppedCommand.Run(s_reviews);
        Assert.Equal("unroll: stopped; nothing is saved, as there was no --save FILE.keras.", result.Error.TrimEnd());
    }

    [Fact]
    public void Leaves_a_backup_that_the_same_command_goes_on_from()
    {
        string[] command = [.. s_reviews[..^1], "5", "--save", InFolder("m.keras"), "--callbacks", $"backup_and_restore('{InFolder("backup")}')"];
        string whole = Fingerprint(CliTest.Run([.. s_reviews[..^1], "5", "--verbose", "0"]));
        CliResult result = StoppedCommand.Run(command);
        Assert.Contains("stopped; the backup stays, and the same command goes on from its last epoch.", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(InFolder("m.keras")));
        CliResult resumed = CliTest.Run([.. command, "--verbose", "0"]);
        Assert.Equal((0, ""), (resumed.ExitCode, resumed.Error));
        Assert.Equal(whole, Fingerprint(resumed));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Own_texts(bool saves)
    {
        string csv = InFolder("texts.csv"), model = InFolder("own.keras");
        File.WriteAllText(csv, "text,label\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"{(i % 2 == 0 ? "good fine" : "bad poor")} film {i},{i % 2}\n")));
        CliResult result = StoppedCommand.Run(
            ["train", csv, "--model", "embedding(4), gru(4), dense(1, activation=sigmoid)", "--epochs", "1000000", "--validation-split", "0.2", "--batch-size", "8", .. saves ? new[] { "--save", model } : []]);
        Assert.Equal(saves, File.Exists(model));
        Assert.Contains(saves ? "unroll: stopped in epoch 1 of 1000000; the model with the weights of epoch 1, the best so far, is saved" : "unroll: stopped; nothing is saved", result.Error, StringComparison.Ordinal);
        if (!saves) return;
        Assert.Contains("accuracy on 12 test texts", result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("bag of words", result.Out, StringComparison.Ordinal);
        Assert.Equal(0, CliTest.Run("predict", model, "good film").ExitCode);
    }

    private static string Fingerprint(CliResult result) => result.Out.Split("fingerprint: ")[1].Split('\n')[0];

    private string InFolder(string name) => Path.Combine(_folder.FullName, name);
}
