using System.Diagnostics;
using System.Xml.Linq;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Samples.Tests;

/// <summary>
/// Runs the samples as users do, with <c>dotnet run</c>, in small. They are built into a folder of
/// their own: builds of the repository that run at the same time see nothing of it.
/// </summary>
public sealed class SampleTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5); // seconds on an idle machine, most of them for the build

    private static readonly string Artifacts = CreateArtifacts();

    private static readonly string[] Notebook = ["--quick: a few synthetic reviews", "=== What these runs say"];

    private readonly string _folder = Directory.CreateTempSubdirectory("unroll-sample-").FullName;

    public static TheoryData<string, string[], string[]> Samples => new()
    {
        { "sentiment-rnn", Notebook, ["step-06-adam", "step-09-rmsprop", "step-12-lengths", "step-13-units", "step-14-cells"] },
        {
            "lstm-design-choices", Notebook,
            ["nodes", "nodes-curves", "embedding", "embedding-curves", "dropout", "dropout-curves", "layers", "layers-curves"]
        },
        { "reverse-digits", ["unseen sequences are right"], ["accuracy"] },
        { "own-texts", ["of the words have a vector", "weighted avg", "Can you repair my watch?"], ["curves", "confusion"] },
        { "imdb-leaderboard", ["Chosen by the validation reviews"], ["accuracy"] },
        { "text-generator", ["temperature 1.0"], ["bits"] },
        { "forecast", ["GRU, up to 24 ahead"], ["passengers"] },
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task Runs_to_its_end_and_draws_its_figures(string name, string[] says, string[] figures)
    {
        Assert.SkipWhen(TestData.RepositoryRoot is null, "The tests do not run inside the repository.");
        string sample = Path.Combine(TestData.RepositoryRoot!, "samples", name + ".cs");
        (int code, string output, string error) = await Run(
            ["run", "--configuration", "Release", "--artifacts-path", Artifacts, "--file", sample, "--", "--quick"]);
        Assert.True(code == 0, $"exit code {code}\n{output}\n{error}");
        Assert.DoesNotContain("warning", output + error, StringComparison.Ordinal);
        Assert.All(says, text => Assert.Contains(text, output, StringComparison.Ordinal));
        Assert.DoesNotContain("NaN", output, StringComparison.Ordinal);

        string drawn = Path.Combine(_folder, "figures", name);
        Assert.Equal(figures.Order(StringComparer.Ordinal), Directory.GetFiles(drawn).Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal));
        foreach (string figure in figures)
        {
            XElement svg = XDocument.Load(Path.Combine(drawn, figure + ".svg")).Root!;
            Assert.Equal("svg", svg.Name.LocalName);
            Assert.NotEmpty(svg.Descendants(svg.Name.Namespace + (figure == "confusion" ? "rect" : "polyline")));
        }
    }

    private async Task<(int Code, string Output, string Error)> Run(string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments)
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1"; // nothing may stay behind and hold the folder
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, await output, await error);
    }

    private static string CreateArtifacts()
    {
        string folder = Directory.CreateTempSubdirectory("unroll-samples-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return folder;
    }
}
