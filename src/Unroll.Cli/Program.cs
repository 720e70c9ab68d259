using System.Diagnostics;
using Unroll.Cli.Infrastructure;

long started = Stopwatch.GetTimestamp();
using var cancellation = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = !cancellation.IsCancellationRequested; // the second Ctrl+C ends the process at once
    cancellation.Cancel();
};
if (OperatingSystem.IsWindows()) Console.OutputEncoding = System.Text.Encoding.UTF8; // elsewhere it is already
return CliApp.Run(args, Console.Out, Console.Error, started, cancellation.Token);
