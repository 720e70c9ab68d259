using System.Diagnostics;

namespace Unroll.Tests.Support;

/// <summary>Programs of others that read what Unroll writes: h5py under Debian's Python, and h5dump.</summary>
public static class Peers
{
    private const string Python = "/usr/bin/python3";

    private static readonly Lazy<bool> H5py = new(() => Succeeds(Python, "-c", "import h5py"));
    private static readonly Lazy<bool> Dump = new(() => Succeeds("h5dump", "--version"));

    /// <summary>Whether scripts that import h5py can run.</summary>
    public static bool HasH5py => H5py.Value;

    /// <summary>Whether h5dump can run.</summary>
    public static bool HasH5dump => Dump.Value;

    /// <summary>Why a test that needs h5py was skipped.</summary>
    public const string NoH5py = "h5py was not found for /usr/bin/python3; on Debian: apt-get install python3-h5py.";

    /// <summary>Why a test that needs h5dump was skipped.</summary>
    public const string NoH5dump = "h5dump was not found; on Debian: apt-get install hdf5-tools.";

    /// <summary>Runs a script and returns what it printed.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message holds what it said.</exception>
    public static string RunPython(string script, params string[] arguments) => Run(Python, ["-c", script, .. arguments]);

    /// <summary>Runs h5dump and returns what it printed.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message holds what it said.</exception>
    public static string RunH5dump(params string[] arguments) => Run("h5dump", arguments);

    private static string Run(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {error.Result}");
    }

    private static bool Succeeds(string program, params string[] arguments)
    {
        try
        {
            Run(program, arguments);
            return true;
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
