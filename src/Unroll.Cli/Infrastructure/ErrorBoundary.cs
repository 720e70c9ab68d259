using Unroll.Configuration;

namespace Unroll.Cli.Infrastructure;

/// <summary>A command line that can't be understood; the message is followed by where to find help.</summary>
internal sealed class UsageException(string message, string command) : Exception(message)
{
    public string Command { get; } = command;
}

/// <summary>The one place that turns exceptions into messages and exit codes. Stack traces only with UNROLL_DEBUG=1.</summary>
internal static class ErrorBoundary
{
    /// <summary>Everything went well.</summary>
    public const int Success = 0;

    /// <summary>The run failed.</summary>
    public const int Failed = 1;

    /// <summary>The command line or an input is wrong.</summary>
    public const int BadInput = 2;

    /// <summary>A defect of the program itself.</summary>
    public const int Bug = 70;

    /// <summary>Stopped by the user.</summary>
    public const int Cancelled = 130;

    public static int Run(CliContext context, Func<int> command)
    {
        try
        {
            return command();
        }
        catch (Exception e) // the boundary: nothing may pass
        {
            Exception cause = e is AggregateException { InnerExceptions: [var only] } ? only : e;
            (int code, string message) = Explain(cause);
            if (code == Cancelled && ReferenceEquals(context.Out, Console.Out) && !Console.IsOutputRedirected) context.Out.WriteLine();
            context.Error.WriteLine($"unroll: {Printable.Cut(Printable.Of(message))}"); // it may quote a file
            if (Environment.GetEnvironmentVariable("UNROLL_DEBUG") == "1") context.Error.WriteLine(e);
            return code;
        }
    }

    private static (int Code, string Message) Explain(Exception e) => e switch
    {
        UsageException usage => (BadInput, $"{usage.Message}\nSee '{usage.Command} --help'."),
        NonFiniteLossException => (Failed, e.Message),
        InsufficientMemoryException => (Failed, e.Message),
        OutOfMemoryException => (Failed, "there is not enough memory for this. Choose shorter texts (--max-len), smaller layers or a smaller batch."),
        StoppedException => (Cancelled, e.Message),
        OperationCanceledException => (Cancelled, "stopped."),
        ArgumentException => (BadInput, ErrorText.Of(e)),
        FormatException or InvalidDataException or IOException or UnauthorizedAccessException => (BadInput, e.Message),
        _ => (Bug, $"{e.GetType().Name}: {e.Message}\nThis is a bug in Unroll. Set UNROLL_DEBUG=1 to see where it happened, and please report it."),
    };
}
