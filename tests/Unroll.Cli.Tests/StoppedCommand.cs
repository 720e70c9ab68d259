using Xunit;

namespace Unroll.Cli.Tests;

/// <summary>Commands that are stopped while a model trains, as by Ctrl+C.</summary>
internal static class StoppedCommand
{
    /// <summary>Runs a command and stops it when the console shows its second epoch, of own texts the first.</summary>
    public static CliResult Run(string[] args)
    {
        using var source = new CancellationTokenSource();
        TextWriter console = Console.Out;
        Console.SetOut(new Watcher(source, args.Contains("--dataset") ? "Epoch 2/" : "Epoch 1/"));
        try
        {
            CliResult result = CliTest.Run(source.Token, [.. args, .. args.Contains("--verbose") ? Array.Empty<string>() : ["--verbose", "2"]]);
            Assert.True(result.ExitCode == 130, result.Error);
            return result;
        }
        finally
        {
            Console.SetOut(console);
        }
    }

    private sealed class Watcher(CancellationTokenSource source, string word) : StringWriter
    {
        public override void Write(char value)
        {
            base.Write(value);
            if (value == '/' && !source.IsCancellationRequested && GetStringBuilder().ToString().Contains(word, StringComparison.Ordinal)) source.Cancel();
        }

        public override void Write(string? value)
        {
            foreach (char letter in value ?? "") Write(letter);
        }

        public override void Write(char[] buffer, int index, int count)
        {
            foreach (char letter in buffer.AsSpan(index, count)) Write(letter);
        }

        public override void Write(ReadOnlySpan<char> buffer)
        {
            foreach (char letter in buffer) Write(letter);
        }
    }
}
