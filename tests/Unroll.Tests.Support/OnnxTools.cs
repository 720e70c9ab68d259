using System.ComponentModel;
using System.Diagnostics;

namespace Unroll.Tests.Support;

/// <summary>
/// ONNX Runtime (npm's onnxruntime-node) and ONNX's checker (Debian's python3-onnx), where they are installed.
/// <c>.ci/run</c> installs the former into the folder that UNROLL_ONNX_TOOLS names, or else ~/.cache/unroll/onnx.
/// </summary>
public static class OnnxTools
{
    private const string Node = "node", Python = "/usr/bin/python3";

    private static readonly Lazy<string?> MissingChecker = new(() => Try(Python, ["-c", "import onnx"]) is { } reason
        ? $"ONNX's checker is not there (Debian: apt-get install python3-onnx): {reason}"
        : null);

    private static readonly Lazy<string?> MissingRuntime = new(() => Try(Node, ["-e", "require('onnxruntime-node')"]) is { } reason
        ? $"ONNX Runtime is not there (npm install --ignore-scripts --prefix ~/.cache/unroll/onnx onnxruntime-node): {reason}"
        : null);

    /// <summary>Why there is no checker; null if there is one.</summary>
    public static string? NoChecker => MissingChecker.Value;

    /// <summary>Why there is no runtime; null if there is one.</summary>
    public static string? NoRuntime => MissingRuntime.Value;

    private static string Modules
    {
        get
        {
            string tools = Environment.GetEnvironmentVariable("UNROLL_ONNX_TOOLS") is { Length: > 0 } named
                ? named
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "unroll", "onnx");
            return Path.Combine(tools, "node_modules");
        }
    }

    /// <summary>Runs JavaScript in which <c>require("onnxruntime-node")</c> works.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message has what it printed.</exception>
    public static void RunNode(params string[] arguments) => Succeed(Node, arguments);

    /// <summary>Runs Python in which <c>import onnx</c> works.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message has what it printed.</exception>
    public static void RunPython(params string[] arguments) => Succeed(Python, arguments);

    private static void Succeed(string program, string[] arguments)
    {
        if (Try(program, arguments) is { } reason) throw new InvalidOperationException(reason);
    }

    /// <summary>Null, or why it failed.</summary>
    private static string? Try(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["NODE_PATH"] = Modules;
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            string errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : $"{program} ended with {process.ExitCode}: {output.Result}{errors}";
        }
        catch (Win32Exception error)
        {
            return $"{program}: {error.Message}";
        }
    }
}
