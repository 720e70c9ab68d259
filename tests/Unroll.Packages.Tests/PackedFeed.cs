using System.Diagnostics;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Packages.Tests;

/// <summary>
/// The packages, packed once into a folder, and an empty home with its own caches: nothing that this machine has installed is
/// used or changed.
/// </summary>
public sealed class PackedFeed : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);

    private readonly string _folder = Directory.CreateTempSubdirectory("unroll-packages-").FullName;

    /// <summary>Names of the packages.</summary>
    public static string[] Names { get; } = ["Unroll", "Unroll.Serving", "Unroll.Studies", "Unroll.Studies.PostgreSql", "Unroll.Templates", "Unroll.Testing", "Unroll.Tool"];

    /// <summary>The folder of the packages.</summary>
    public string Feed => Path.Combine(_folder, "feed");

    /// <summary>Where packages are unpacked.</summary>
    public string Cache => Path.Combine(_folder, "nuget");

    /// <summary>The version of all packages.</summary>
    public string Version { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Assert.NotNull(TestData.RepositoryRoot);
        foreach (string project in Names.Select(name => name == "Unroll.Tool" ? "Unroll.Cli" : name))
            await Dotnet(TestData.RepositoryRoot!, isolated: false, "pack", Path.Combine("src", project), "-c", "Release", "-o", Feed);
        Version = Path.GetFileNameWithoutExtension(Directory.GetFiles(Feed, "Unroll.Templates.*.nupkg").Single())["Unroll.Templates.".Length..];
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Path of a package.</summary>
    public string Package(string name, string extension = "nupkg") => Path.Combine(Feed, $"{name}.{Version}.{extension}");

    /// <summary>A new, empty folder that takes packages from the feed.</summary>
    public string EmptyFolder(string name)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        File.WriteAllText(Path.Combine(folder, "NuGet.config"), $"""
            <configuration>
              <packageSources>
                <clear />
                <add key="packed" value="{Feed}" />
                <add key="nuget.org" value="https://api.nuget.org/v3/index.json" />
              </packageSources>
            </configuration>
            """);
        return folder;
    }

    /// <summary>Runs dotnet as somebody who has only the packages; what it printed.</summary>
    public Task<string> Dotnet(string folder, params string[] arguments) => Dotnet(folder, isolated: true, arguments);

    /// <summary>Runs a program as somebody who has only the packages; what it printed. Any exit code but 0 fails.</summary>
    public async Task<string> Run(string program, string folder, bool isolated, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1"; // nothing may stay behind and hold the folder
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_GENERATE_ASPNET_CERTIFICATE"] = "false";
        if (isolated)
        {
            start.Environment["DOTNET_CLI_HOME"] = Path.Combine(_folder, "home");
            start.Environment["NUGET_PACKAGES"] = Cache;
        }

        using Process process = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token), error = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            string all = await output + await error;
            Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: exit code {process.ExitCode}\n{all}");
            return all;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Runs dotnet, with this machine's own packages and settings unless isolated; what it printed.</summary>
    public Task<string> Dotnet(string folder, bool isolated, params string[] arguments) =>
        Run(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", folder, isolated, arguments);
}
