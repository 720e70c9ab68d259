using Xunit;

namespace Unroll.Cli.Tests;

public sealed class UsageTests
{
    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData]
    [InlineData("help")]
    public void Help_lists_the_commands(params string[] args)
    {
        CliResult result = CliTest.Run(args);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("train <data>  ", result.Out, StringComparison.Ordinal);
        Assert.Contains("data   ", result.Out, StringComparison.Ordinal);
        Assert.Empty(result.Error);
    }

    [Theory]
    [InlineData("train", "--help")]
    [InlineData("help", "train")]
    public void Help_of_a_command_lists_its_options(params string[] args)
    {
        CliResult result = CliTest.Run(args);
        Assert.Equal(0, result.ExitCode);
        string[] options =
        [
            "--dataset", "--data-dir", "--num-words", "--max-len", "--padding", "--truncating", "--model", "--optimizer", "--learning-rate",
            "--batch-size", "--epochs", "--validation-split", "--validate-on-test", "--threads", "--seed", "--verbose", "--json",
        ];
        Assert.All(options, option => Assert.Contains(option + ' ', result.Out, StringComparison.Ordinal));
        Assert.Contains("get <dataset>", CliTest.Run("data").Out, StringComparison.Ordinal);
        Assert.Equal(CliTest.Run("data", "get", "--help"), CliTest.Run("data", "help", "get"));
        Assert.Equal(CliTest.Run("data", "--help"), CliTest.Run("help", "data"));
    }

    [Theory]
    [InlineData("option '--epoch' is unknown; did you mean '--epochs'?\nSee 'unroll train --help'.", "train", "--epoch", "3")]
    [InlineData("option '--wheels' is unknown.\n", "train", "--wheels")]
    [InlineData("command 'trian' is unknown; did you mean 'train'?", "trian")]
    [InlineData("command 'fetch' is unknown. Commands: get, info.\nSee 'unroll data --help'.", "data", "fetch")]
    [InlineData("command 'fetch' is unknown. Commands: get, info.", "help", "data", "fetch")]
    [InlineData("command 'trian' is unknown; did you mean 'train'?", "help", "trian")]
    [InlineData("--save is empty; give FILE, or leave it out.", "train", "--save", "")]
    [InlineData("--json is empty; give FILE, or leave it out.", "train", "--json", " ")]
    [InlineData("--callbacks is empty; give LIST, or leave it out.", "train", "--callbacks", "")]
    [InlineData("--plot is empty; give FILE.svg, or leave it out.", "summary", "m.keras", "--plot", "")]
    [InlineData("--out is empty; give DIR, or leave it out.", "study", "report", "runs/x", "--out", "")]
    [InlineData("--store is empty; give URL.", "worker", "--store", "")]
    [InlineData("--json is empty; give FILE, or leave it out.", "bench", "--json", "")]
    [InlineData("model is empty.", "summary", "")]
    [InlineData("output is empty.", "convert", "m.keras", "")]
    [InlineData("data is empty.", "train", "")]
    [InlineData("unexpected 'lstm(16)'", "train", "--model", "embedding(8),", "lstm(16)")]
    [InlineData("--epochs is 'many'; it must be a whole number of at least 1.", "train", "--epochs", "many")]
    [InlineData("--epochs is '0'; it must be a whole number of at least 1.", "train", "--epochs", "0")]
    [InlineData("--epochs is '1.5'; it must be a whole number of at least 1.", "train", "--epochs", "1.5")]
    [InlineData("--num-words is '3'; it must be a whole number of at least 4.", "train", "--num-words", "3")]
    [InlineData("--verbose is '3'; it must be a whole number from 0 to 2.", "train", "--verbose", "3")]
    [InlineData("--batch-size is '99999999999'; it must be a whole number of at most 2147483647.", "train", "--batch-size", "99999999999")]
    [InlineData("--validation-split is '1.5'; it must be at least 0 and below 1.", "train", "--validation-split", "1.5")]
    [InlineData("--learning-rate is '-1'; it must be a number above 0.", "train", "--learning-rate", "-1")]
    [InlineData("--learning-rate is 'nan'; it must be a number above 0.", "train", "--learning-rate", "nan")]
    [InlineData("--padding is 'middle'; it must be pre or post.", "train", "--padding", "middle")]
    [InlineData("--dataset is 'mnist'; it must be auto or imdb or synthetic.", "train", "--dataset", "mnist")]
    [InlineData("--validation-split and --validate-on-test exclude each other", "train", "--validation-split", "0.2", "--validate-on-test")]
    [InlineData("--learning-rate and the learning rate in --optimizer \"adam(learning_rate=0.1)\" exclude each other", "train", "--optimizer", "adam(learning_rate=0.1)", "--learning-rate", "0.1")]
    [InlineData("data set 'mnist' is unknown. Known: imdb.", "data", "get", "mnist")]
    public void A_wrong_command_line_is_explained(string message, params string[] args)
    {
        CliResult result = CliTest.Run(args);
        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("unroll: " + message, result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Out);
    }

    [Fact]
    public void A_malformed_model_is_shown_with_its_place()
    {
        CliResult result = CliTest.Run("train", "--model", "embedding(8), lstm(16, dropout=)");
        Assert.Equal(2, result.ExitCode);
        Assert.Equal(
            "unroll: --model: Expected a value, found ')' at position 32:\n  embedding(8), lstm(16, dropout=)\n                                 ^",
            result.Error.TrimEnd());
    }

    [Fact]
    public void A_report_that_can_not_be_written_is_refused_before_training()
    {
        string path = Path.Combine(CliTest.EmptyDirectory, "missing", "report.json");
        CliResult result = CliTest.Run("train", "--json", path);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains($"--json is '{path}', but the directory", result.Error, StringComparison.Ordinal);
        Assert.Contains("which is a directory", CliTest.Run("train", "--json", CliTest.EmptyDirectory).Error, StringComparison.Ordinal);
        if (OperatingSystem.IsLinux()) // a folder that takes no files of anybody
            Assert.Contains("--save is '/proc/m.keras', but no file can be written to the directory /proc.", CliTest.Run("train", "--save", "/proc/m.keras").Error, StringComparison.Ordinal);
    }
}
