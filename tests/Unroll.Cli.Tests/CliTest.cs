using System.Runtime.CompilerServices;
using Unroll.Cli.Infrastructure;
using Xunit;

// Commands write to the console's streams, of which there is one.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Unroll.Cli.Tests;

internal sealed record CliResult(int ExitCode, string Out, string Error);

/// <summary>Runs commands in this process, on a machine without data sets and without a network.</summary>
internal static class CliTest
{
    public static string EmptyDirectory { get; } = Directory.CreateTempSubdirectory("unroll-cli-tests-").FullName;

    [ModuleInitializer]
    internal static void IsolateFromMachine()
    {
        string[] proxies = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
        foreach (string proxy in proxies) Environment.SetEnvironmentVariable(proxy, "http://127.0.0.1:9");
        Environment.SetEnvironmentVariable("UNROLL_DATA_DIR", null);
        Environment.SetEnvironmentVariable("UNROLL_CACHE_DIR", EmptyDirectory);
        Environment.SetEnvironmentVariable("HOME", EmptyDirectory);
        Environment.SetEnvironmentVariable("UNROLL_DEBUG", null);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(EmptyDirectory, recursive: true);
    }

    public static CliResult Run(params string[] args) => Run(CancellationToken.None, args);

    public static CliResult Run(CancellationToken cancellation, params string[] args)
    {
        var stdout = new StringWriter();
        var stderr = new StringWriter();
        int code = CliApp.Run(args, stdout, stderr, cancellation: cancellation);
        return new CliResult(code, stdout.ToString(), stderr.ToString());
    }
}
