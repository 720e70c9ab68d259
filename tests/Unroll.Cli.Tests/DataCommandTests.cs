using Xunit;

namespace Unroll.Cli.Tests;

public sealed class DataCommandTests
{
    [Theory]
    [InlineData("info")]
    [InlineData("get")]
    public void A_missing_data_set_is_explained(string command)
    {
        CliResult result = CliTest.Run("data", command, "imdb");
        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("unroll: imdb.npz could not be downloaded from https://", result.Error, StringComparison.Ordinal);
        Assert.Contains("UNROLL_DATA_DIR", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_file_is_named()
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("unroll-wrong-");
        try
        {
            string file = Path.Combine(directory.FullName, "imdb.npz");
            File.WriteAllText(file, "not an archive");
            CliResult result = CliTest.Run("data", "info", "imdb", "--data-dir", directory.FullName);
            Assert.Equal(2, result.ExitCode);
            Assert.StartsWith($"unroll: {file}: ", result.Error, StringComparison.Ordinal);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_directory_that_is_given_is_the_only_place()
    {
        string nowhere = Path.Combine(CliTest.EmptyDirectory, "nowhere"), file = Path.Combine(CliTest.EmptyDirectory, "file");
        CliResult result = CliTest.Run("train", "--data-dir", nowhere); // auto does not turn to synthetic reviews then
        Assert.Equal(2, result.ExitCode);
        Assert.Contains($"{nowhere} is the only place where it was looked for, as that directory was given.", result.Error, StringComparison.Ordinal);
        File.WriteAllText(file, "");
        Assert.Contains($"The directory for data sets, '{file}', is a file.", CliTest.Run("data", "get", "imdb", "--data-dir", file).Error, StringComparison.Ordinal);

        Environment.SetEnvironmentVariable("UNROLL_DATA_DIR", nowhere);
        try
        {
            CliResult unset = CliTest.Run("train");
            Assert.Equal(2, unset.ExitCode);
            Assert.Contains($"The environment variable UNROLL_DATA_DIR is '{nowhere}', but there is no such directory.", unset.Error, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("UNROLL_DATA_DIR", null);
        }
    }

    [Fact]
    public void Cancelling_ends_with_130()
    {
        CliResult result = CliTest.Run(new CancellationToken(canceled: true), "data", "get", "imdb");
        Assert.Equal(130, result.ExitCode);
        Assert.Equal("unroll: stopped.", result.Error.TrimEnd());
    }
}
