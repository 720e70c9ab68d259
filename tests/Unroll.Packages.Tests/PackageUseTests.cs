using System.Text.RegularExpressions;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Packages.Tests;

[CollectionDefinition("packages")]
public sealed class PackageCollection : ICollectionFixture<PackedFeed>;

/// <summary>The packages as users take them: from an empty folder, with the commands that the documentation names.</summary>
[Collection("packages")]
public sealed partial class PackageUseTests(PackedFeed feed)
{
    [Fact]
    public async Task The_tool_installs_and_runs()
    {
        string folder = feed.EmptyFolder("tool");
        await feed.Dotnet(folder, "tool", "install", "Unroll.Tool", "--version", feed.Version, "--tool-path", "tools");
        string tool = Path.Combine(folder, "tools", OperatingSystem.IsWindows() ? "unroll.exe" : "unroll");
        Assert.Contains("train", await feed.Run(tool, folder, true, "--help"));
        Assert.Matches("[0-9a-f]{16}", await feed.Run(tool, folder, true, "train", "--dataset", "synthetic", "--epochs", "1", "--seed", "3"));
    }

    [Fact]
    public async Task The_tool_runs_without_being_installed() =>
        Assert.Contains("predict", await feed.Dotnet(feed.EmptyFolder("once"), "tool", "exec", $"Unroll.Tool@{feed.Version}", "--yes", "--", "--help"));

    [Fact]
    public async Task Templates_make_projects_that_run()
    {
        string folder = feed.EmptyFolder("templates");
        await feed.Dotnet(folder, "new", "install", $"Unroll.Templates@{feed.Version}");
        await feed.Dotnet(folder, "new", "unroll-study", "-o", "Designs");
        Assert.Contains("runs/report.html", await feed.Dotnet(Path.Combine(folder, "Designs"), "run", "-c", "Release"));
        Assert.True(File.Exists(Path.Combine(folder, "Designs", "runs", "report.html")));

        await feed.Dotnet(folder, "new", "unroll-classifier", "-o", "My.Tickets");
        string app = Path.Combine(folder, "My.Tickets");
        Assert.True(File.Exists(Path.Combine(app, "My.Tickets.csproj")));
        WriteTickets(Path.Combine(folder, "tickets.csv"));
        string report = await feed.Dotnet(app, "run", "-c", "Release", "--", "train", "../tickets.csv", "message", "topic");
        Assert.Contains("bag of words", report);
        Assert.DoesNotContain("warning", report);
        Assert.True(File.Exists(Path.Combine(app, "model.keras")));
    }

    /// <summary>The samples of the packages' own pages, as pasted into a file.</summary>
    [Theory]
    [InlineData("Unroll")]
    [InlineData("Unroll.Studies")]
    [InlineData("Unroll.Testing")]
    public async Task Samples_of_the_readme_run_as_pasted(string package)
    {
        string folder = feed.EmptyFolder(package);
        WriteTickets(Path.Combine(folder, "tickets.csv"));
        string readme = await File.ReadAllTextAsync(Path.Combine(TestData.RepositoryRoot!, "src", package, "README.md"), TestContext.Current.CancellationToken);
        int number = 0;
        foreach (Match sample in Sample().Matches(readme))
        {
            string file = Path.Combine(folder, $"sample{++number}.cs");
            await File.WriteAllTextAsync(file, $"#:package {package}@{feed.Version}\n{sample.Groups[1].Value}", TestContext.Current.CancellationToken);
            string printed = await feed.Dotnet(folder, "run", "-c", "Release", file);
            Assert.DoesNotContain("warning", printed);
            Assert.NotEmpty(printed);
        }

        Assert.True(number > 0);
    }

    [Fact]
    public async Task From_a_csv_to_an_endpoint()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "bench/first-endpoint is a shell script.");
        Assert.SkipWhen(TestData.RawImdb is null, TestData.NoRawImdb);
        string printed = await feed.Run(Path.Combine(TestData.RepositoryRoot!, "bench", "first-endpoint"), TestData.RepositoryRoot!, true, feed.Feed);
        TestContext.Current.TestOutputHelper?.WriteLine(printed);
        Assert.SkipWhen(printed.StartsWith("SKIPPED", StringComparison.Ordinal), printed);
        Assert.Contains("Lines typed:", printed);
    }

    /// <summary>Sixty messages of two topics, told apart by their words.</summary>
    internal static void WriteTickets(string path) => File.WriteAllLines(path, ["message,topic", .. Enumerable.Range(0, 60).Select(i =>
        i % 2 == 0 ? $"the invoice number {i} is wrong,billing" : $"I forgot my password again {i},account")]);

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Sample();
}
