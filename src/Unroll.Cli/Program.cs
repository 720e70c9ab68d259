using System.Diagnostics;
using System.Runtime.InteropServices;
using Unroll.Cli.Infrastructure;

long started = Stopwatch.GetTimestamp();
using var cancellation = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = !cancellation.IsCancellationRequested; // the second Ctrl+C ends the process at once
    cancellation.Cancel();
};
// How clusters end a job: what runs is given back, what is done is kept.
using PosixSignalRegistration terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = !cancellation.IsCancellationRequested;
    cancellation.Cancel();
});
if (OperatingSystem.IsWindows()) Console.OutputEncoding = System.Text.Encoding.UTF8; // elsewhere it is already
return CliApp.Run(args, Console.Out, Console.Error, started, cancellation.Token);
