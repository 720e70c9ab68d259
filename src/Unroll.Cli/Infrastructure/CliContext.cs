namespace Unroll.Cli.Infrastructure;

/// <summary>What every command gets: where to write and when to stop.</summary>
/// <param name="Out">Results.</param>
/// <param name="Error">Errors and notices.</param>
/// <param name="Cancellation">Cancelled by Ctrl+C.</param>
internal sealed record CliContext(TextWriter Out, TextWriter Error, CancellationToken Cancellation)
{
    /// <summary>Timestamp of the program's begin.</summary>
    public long Started { get; init; }

    /// <summary>True if <see cref="Error"/> is a terminal that can redraw a line.</summary>
    public bool IsErrorInteractive => ReferenceEquals(Error, Console.Error) && !Console.IsErrorRedirected;
}
