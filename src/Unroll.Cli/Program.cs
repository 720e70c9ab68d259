using Unroll.Cli.Infrastructure;

using var cancellation = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = !cancellation.IsCancellationRequested; // the second Ctrl+C ends the process at once
    cancellation.Cancel();
};
if (!Console.IsOutputRedirected) Console.OutputEncoding = System.Text.Encoding.UTF8;
return CliApp.Run(args, Console.Out, Console.Error, cancellation.Token);
