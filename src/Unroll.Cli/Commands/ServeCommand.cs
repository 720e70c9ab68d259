using System.CommandLine;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Unroll.Cli.Infrastructure;
using Unroll.Serving;

namespace Unroll.Cli.Commands;

/// <summary><c>unroll serve</c>: a classifier behind an address, with a page to try it.</summary>
internal static class ServeCommand
{
    public static Command Create(CliContext context)
    {
        var file = new Argument<string>("model") { Description = "A .keras file of a classifier of texts." };
        Option<int> port = CliOptions.Int("--port", "Port; 0 takes a free one.", 8080, 0, 65535);
        Option<string> host = CliOptions.Text("--host", "ADDRESS", "Address to listen at; 0.0.0.0 can be reached from other machines.", "127.0.0.1");
        Option<int> length = CliOptions.Int("--max-text-length", "Characters of a text, at most.", 20_000, 1);
        Option<int> concurrency = CliOptions.Int("--max-concurrency", "Requests that are computed at the same time, at most.", Environment.ProcessorCount, 1);
        var command = new Command("serve", "Answer requests for the classes of texts over HTTP, and show a page to try it.") { file, port, host, length, concurrency };
        command.SetAction(result =>
        {
            Serve(context, result.GetValue(file)!, result.GetValue(host)!, result.GetValue(port), options =>
                (options.MaxTextLength, options.MaxConcurrency) = (result.GetValue(length), result.GetValue(concurrency))).GetAwaiter().GetResult();
            return ErrorBoundary.Success;
        });
        return command;
    }

    // Apart from the command itself, so that no other command loads what a server needs.
    private static async Task Serve(CliContext context, string path, string host, int port, Action<TextClassifierServiceOptions> configure)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning).AddFilter(typeof(TextClassifierService).FullName, LogLevel.Information)
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None); // what keeps the app from starting is said once, by the command
        builder.Logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.WebHost.UseUrls($"http://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}");
        builder.Services.AddOpenApi();
        builder.Services.AddTextClassifier(path, configure);
        await using WebApplication app = builder.Build();
        app.MapTextClassifier("/predict");
        app.MapTextClassifierPage("/");
        app.MapOpenApi();
        try
        {
            await app.StartAsync(context.Cancellation);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            throw new ArgumentException($"--port is {port}, which another program has; choose another, or 0 for any free one.", e);
        }
        catch (SocketException e)
        {
            throw new ArgumentException($"--host is '{host}', --port {port}: {e.Message}. Choose an address of this machine.", e);
        }

        string address = app.Urls.First();
        context.Out.WriteLine($"{path}: serving at {address}/predict; page to try it: {address}/; description: {address}/openapi/v1.json");
        context.Out.WriteLine($"curl {address}/predict -H \"Content-Type: application/json\" -d '{{\"text\": \"a lovely film\"}}'");
        context.Out.WriteLine("Ctrl+C stops.");
        await app.WaitForShutdownAsync(context.Cancellation);
    }
}
