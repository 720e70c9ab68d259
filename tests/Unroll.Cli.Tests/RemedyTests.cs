using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>What many people type because it was right elsewhere, or by mistake: the message says what is right here.</summary>
public sealed class RemedyTests
{
    [Theory]
    [InlineData("argument 'input_length' is unknown: leave it out: the length is that of the data, --max-len on the command line.", "--model", "embedding(8, input_length=80), lstm(8), dense(1, activation=sigmoid)")]
    [InlineData("argument 'lr' is unknown: today it is called 'learning_rate'", "--optimizer", "adam(lr=1e-3)")]
    [InlineData("Choose a smaller maxLen.", "--max-len", "2000000000")]
    [InlineData("--save is empty", "--save", "")]
    [InlineData("--max-len is '99999999999'; it must be a whole number of at most 2147483647", "--max-len", "99999999999")]
    public void Train(string message, params string[] options)
    {
        CliResult result = CliTest.Run(["train", "--dataset", "synthetic", "--train-count", "64", "--test-count", "32", "--epochs", "1", .. options]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("This is a bug", result.Error, StringComparison.Ordinal);
    }
}
