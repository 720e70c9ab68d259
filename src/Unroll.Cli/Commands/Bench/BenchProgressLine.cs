using System.Diagnostics;
using Unroll.Bench;
using Unroll.Cli.Infrastructure;
using Unroll.Studies.Reports;

namespace Unroll.Cli.Commands.Bench;

/// <summary>Where a benchmark is, once it has lasted a second: one line that is redrawn on a terminal, a line per round elsewhere.</summary>
internal sealed class BenchProgressLine(CliContext context) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private readonly long _start = Stopwatch.GetTimestamp();
    private int _round = -1;
    private int _width;

    public void Report(BenchProgress progress)
    {
        if (Stopwatch.GetElapsedTime(_start) < Patience || progress.Remaining is not { } left) return;
        string round = progress.Round == 0 ? "warming up" : $"round {progress.Round} of {progress.Rounds}";
        string time = $"about {NumberText.Duration(left)} left";
        if (context.IsErrorInteractive)
        {
            string text = $"{round}, {progress.Name}, {time}";
            context.Error.Write('\r' + text.PadRight(_width));
            _width = text.Length;
        }
        else if (progress.Round > _round)
        {
            _round = progress.Round;
            context.Error.WriteLine($"{round}, {time}");
        }
    }

    /// <summary>Clears the line.</summary>
    public void Dispose()
    {
        if (_width > 0) context.Error.Write('\r' + new string(' ', _width) + '\r');
    }
}
