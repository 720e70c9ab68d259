using System.Text.Json;
using Xunit;

namespace Unroll.Cli.Tests;

public sealed class TrainCommandTests
{
    private static readonly string[] Small =
    [
        "train", "--train-count", "96", "--test-count", "32", "--num-words", "100", "--max-len", "12",
        "--epochs", "2", "--batch-size", "16",
    ];

    private const string Model = "embedding(4), simple_rnn(4), dense(1, activation=sigmoid)";

    [Theory]
    [InlineData("embedding(8), lsmt(16), dense(1)", "'lsmt'", "did you mean 'LSTM'?")]
    [InlineData("embedding(8), lstm(16, droput=0.4), dense(1)", "LSTM: argument 'droput' is unknown; did you mean 'dropout'?")]
    [InlineData("embedding(8), lstm(many), dense(1)", "LSTM: argument 'units' is 'many'; it must be a whole number.")]
    [InlineData("embedding(8), lstm(16, dropout=1.5), dense(1)", "LSTM: argument 'dropout' is 1.5")]
    [InlineData("embedding(8), lstm, dense(1)", "LSTM: argument 'units' is missing")]
    [InlineData("embedding(8), lstm(0), dense(1)", "LSTM: argument 'units' is 0")]
    public void A_model_that_can_not_be_is_explained(string model, params string[] messages)
    {
        CliResult result = CliTest.Run([.. Small, "--dataset", "synthetic", "--model", model]);
        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("unroll: ", result.Error, StringComparison.Ordinal);
        Assert.All(messages, message => Assert.Contains(message, result.Error, StringComparison.Ordinal));
        Assert.DoesNotContain("(Parameter", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("adma", "did you mean 'Adam'?")]
    [InlineData("adam(learning_rte=0.1)", "did you mean 'learning_rate'?")]
    [InlineData("adam(learning_rate=fast)", "argument 'learning_rate' is 'fast'; it must be a number.")]
    public void An_optimizer_that_can_not_be_is_explained(string optimizer, string message)
    {
        CliResult result = CliTest.Run([.. Small, "--dataset", "synthetic", "--model", Model, "--optimizer", optimizer]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("early_stoping", "did you mean 'EarlyStopping'?")]
    [InlineData("early_stopping(patience=-1)", "EarlyStopping: argument 'patience' is -1; it must be 0 or more.")]
    [InlineData("csv_logger", "CSVLogger: argument 'filename' is missing; write CSVLogger(filename='log.csv'), say.")]
    [InlineData("csv_logger(", "--callbacks: ")]
    public void A_callback_that_can_not_be_is_explained(string callbacks, string message)
    {
        CliResult result = CliTest.Run([.. Small, "--dataset", "synthetic", "--model", Model, "--callbacks", callbacks]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Callbacks_are_called()
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("unroll-train-");
        try
        {
            string log = Path.Combine(directory.FullName, "log.csv");
            string callbacks = $"early_stopping(loss, min_delta=10, patience=1), csv_logger('{log.Replace('\\', '/')}')";
            CliResult result = CliTest.Run(
                [.. Small.Select(word => word == "2" ? "9" : word), "--dataset", "synthetic", "--model", Model, "--verbose", "0", "--validate-on-test", "--json", "-", "--callbacks", callbacks]);
            Assert.Equal(0, result.ExitCode);
            using JsonDocument document = JsonDocument.Parse(result.Out);
            Assert.Equal(2, document.RootElement.GetProperty("epochs").GetArrayLength()); // nothing gets better by 10
            Assert.StartsWith("early_stopping(", document.RootElement.GetProperty("settings").GetProperty("callbacks").GetString(), StringComparison.Ordinal);
            string[] lines = File.ReadAllLines(log);
            Assert.Equal((3, "epoch,accuracy,loss,val_accuracy,val_loss"), (lines.Length, lines[0]));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_run_is_shown_and_reported()
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("unroll-train-");
        try
        {
            string path = Path.Combine(directory.FullName, "report.json");
            CliResult result = CliTest.Run([.. Small, "--dataset", "synthetic", "--model", Model, "--validate-on-test", "--verbose", "0", "--json", path]);
            Assert.Equal("", result.Error);
            Assert.Equal(0, result.ExitCode);
            Assert.Contains("synthetic reviews: 96 training and 32 test reviews, 100 words, length 12;", result.Out, StringComparison.Ordinal);
            Assert.Contains("Model: \"sequential\"", result.Out, StringComparison.Ordinal);
            Assert.Contains(" Total params: 441 ", result.Out, StringComparison.Ordinal);

            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
            JsonElement root = document.RootElement;
            Assert.Equal((100 * 4) + (4 * 4) + (4 * 4) + 4 + 4 + 1, root.GetProperty("parameters").GetInt32());
            Assert.Equal([1, 2], root.GetProperty("epochs").EnumerateArray().Select(epoch => epoch.GetProperty("epoch").GetInt32()));
            double test = root.GetProperty("test").GetProperty("loss").GetDouble();
            Assert.Equal(test, root.GetProperty("epochs")[1].GetProperty("val_loss").GetDouble(), 6);
            Assert.Contains($"test: loss {test:F4}", result.Out, StringComparison.Ordinal);
            Assert.Contains("fingerprint: " + root.GetProperty("fingerprint").GetString(), result.Out, StringComparison.Ordinal);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public void Standard_output_can_be_the_report_alone()
    {
        CliResult one = CliTest.Run([.. Small, "--dataset", "synthetic", "--model", Model, "--verbose", "2", "--json", "-", "--seed", "3", "--threads", "3"]);
        Assert.Equal(0, one.ExitCode);
        using JsonDocument first = JsonDocument.Parse(one.Out);
        Assert.Contains("Epoch 2/2\n6/6 - ", one.Error, StringComparison.Ordinal);

        // The same settings give the same weights at any number of threads.
        CliResult two = CliTest.Run([.. Small, "--dataset", "synthetic", "--model", Model, "--verbose", "0", "--json", "-", "--seed", "3", "--threads", "1"]);
        using JsonDocument second = JsonDocument.Parse(two.Out);
        Assert.Equal(first.RootElement.GetProperty("fingerprint").GetString(), second.RootElement.GetProperty("fingerprint").GetString());
    }

    [Fact]
    public void Synthetic_reviews_in_place_of_IMDB_are_announced()
    {
        CliResult result = CliTest.Run([.. Small, "--model", Model, "--verbose", "0"]);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("SYNTHETIC", result.Error, StringComparison.Ordinal);

        CliResult strict = CliTest.Run([.. Small, "--dataset", "imdb", "--model", Model, "--verbose", "0"]);
        Assert.Equal(2, strict.ExitCode);
        Assert.StartsWith("unroll: imdb.npz could not be downloaded", strict.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_diverged_run_has_failed()
    {
        CliResult result = CliTest.Run(
            [.. Small, "--dataset", "synthetic", "--model", "embedding(4), simple_rnn(4, activation=linear), dense(1, activation=linear)", "--optimizer", "sgd", "--learning-rate", "1e30", "--verbose", "0"]);
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("unroll: ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_huge_loss_has_few_digits()
    {
        CliResult result = CliTest.Run([.. Small[..^4], "--epochs", "1", "--dataset", "synthetic", "--model", Model, "--learning-rate", "1e30", "--verbose", "0"]);
        Assert.Matches(@"test: loss \d(\.\d+)?E\+\d\d, accuracy", result.Out);
    }

    [Fact]
    public void Cancelling_ends_with_130()
    {
        CliResult result = CliTest.Run(new CancellationToken(canceled: true), [.. Small, "--dataset", "synthetic", "--model", Model, "--verbose", "0"]);
        Assert.Equal(130, result.ExitCode);
    }
}
