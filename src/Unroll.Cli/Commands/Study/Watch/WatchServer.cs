using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Unroll.Cli.Infrastructure;
using Unroll.Studies.Reports;

namespace Unroll.Cli.Commands.Study;

/// <summary>Serves the page of a running study on this machine alone. It only reads.</summary>
internal static class WatchServer
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    public static async Task Run(CliContext context, string location, LiveStudy live, int port)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        await using WebApplication app = builder.Build();
        app.Use(Guard);
        app.MapGet("/", http => Html(http, live.Page));
        app.MapGet("/main", http => Html(http, live.Main));
        app.MapGet("/watch.js", http => Write(http, WatchScript.Text, "text/javascript"));
        app.MapGet("/events", http => Tell(http, live, app.Lifetime.ApplicationStopping));
        try
        {
            await app.StartAsync(context.Cancellation);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            throw new ArgumentException($"--port is {port}, which another program has; choose another, or 0 for any free one.", e);
        }

        context.Out.WriteLine($"{location}: {app.Urls.First()}/");
        context.Out.WriteLine("Ctrl+C stops; the study is not touched.");
        await app.WaitForShutdownAsync(context.Cancellation);
    }

    private static LiveFilter Filter(HttpRequest request) => new(Last(request, "part"), Last(request, "find"), Last(request, "all") == "1");

    private static string Last(HttpRequest request, string name) => request.Query[name] is [.., { } value] ? value : "";

    // A page elsewhere may have a name of its own lead here: only who asked for this machine by its own name is answered.
    private static Task Guard(HttpContext http, RequestDelegate next)
    {
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.CacheControl = "no-store";
        if (http.Request.Host.Host is "localhost" or "127.0.0.1") return next(http);
        http.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
        return http.Response.WriteAsync("This page is for this machine alone: http://localhost.");
    }

    private static Task Html(HttpContext http, Func<LiveFilter, string> text)
    {
        try
        {
            return Write(http, text(Filter(http.Request)), "text/html");
        }
        catch (Exception e) when (e is IOException or InvalidDataException or ArgumentException)
        {
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Write(http, ErrorText(e), "text/plain");
        }
    }

    private static Task Write(HttpContext http, string text, string type)
    {
        http.Response.ContentType = type + "; charset=utf-8";
        return http.Response.WriteAsync(text, http.RequestAborted);
    }

    private static string ErrorText(Exception e) => Configuration.Printable.Line(e.Message);

    /// <summary>Server-sent events: one whenever the page would look otherwise, and a comment now and then, so that who has left is noticed.</summary>
    private static async Task Tell(HttpContext http, LiveStudy live, CancellationToken stopping)
    {
        using var left = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        http.Response.ContentType = "text/event-stream";
        string told = "";
        for (int beat = 0; ; beat++)
        {
            try
            {
                string stamp = live.Stamp();
                if (stamp != told) await http.Response.WriteAsync($"data: {told = stamp}\n\n", left.Token);
                else if (beat % 15 == 0) await http.Response.WriteAsync(": still here\n\n", left.Token);
                await http.Response.Body.FlushAsync(left.Token);
                await Task.Delay(LookEvery, left.Token);
            }
            catch (IOException e) when (!left.IsCancellationRequested)
            {
                await http.Response.WriteAsync($"event: trouble\ndata: {ErrorText(e)}\n\n", left.Token);
                await Task.Delay(LookEvery, left.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
