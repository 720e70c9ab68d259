using System.Diagnostics;

namespace Unroll.Models;

/// <summary>Where progress goes and how.</summary>
/// <param name="Writer">Takes the text.</param>
/// <param name="IsInteractive">True: a terminal that can redraw a line. Else only finished lines are written.</param>
/// <param name="UseStyles">Bold and colours.</param>
/// <param name="Seconds">A clock that never goes back.</param>
internal sealed record ProgressOutput(TextWriter Writer, bool IsInteractive, bool UseStyles, Func<double> Seconds)
{
    /// <param name="writer">Takes the text.</param>
    /// <param name="isInteractive">True: a terminal that can redraw a line.</param>
    /// <param name="useStyles">Bold and colours.</param>
    /// <param name="time">The clock.</param>
    public ProgressOutput(TextWriter writer, bool isInteractive, bool useStyles, TimeProvider time)
        : this(writer, isInteractive, useStyles, () => (double)time.GetTimestamp() / time.TimestampFrequency)
    {
    }

    /// <summary>The console: interactive unless redirected, without styles if the user set <c>NO_COLOR</c>.</summary>
    public static ProgressOutput ForConsole()
    {
        bool isInteractive = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
        bool useStyles = isInteractive && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        return new ProgressOutput(Console.Out, isInteractive, useStyles, () => (double)Stopwatch.GetTimestamp() / Stopwatch.Frequency);
    }
}
