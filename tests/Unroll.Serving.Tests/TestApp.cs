using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Unroll.Classification;

namespace Unroll.Serving.Tests;

/// <summary>An app with a classifier on a free port, its client and what it logged.</summary>
internal sealed class TestApp : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("unroll-serving-");

    private WebApplication _app = null!;

    public string File => Path.Combine(_folder.FullName, "m.keras");

    public Log Log { get; } = new();

    public HttpClient Client { get; private set; } = null!;

    public TextClassifierService Service => _app.Services.GetRequiredService<TextClassifierService>();

    public static async Task<TestApp> Start(
        TextClassifier classifier, Action<TextClassifierServiceOptions>? configure = null, Action<WebApplicationBuilder>? build = null, Action<WebApplication>? map = null)
    {
        var test = new TestApp();
        classifier.Save(test.File);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(test.Log);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddTextClassifier(test.File, options =>
        {
            options.PollInterval = TimeSpan.FromMilliseconds(50);
            configure?.Invoke(options);
        });
        build?.Invoke(builder);
        test._app = builder.Build();
        test._app.MapTextClassifier("/predict");
        map?.Invoke(test._app);
        await test._app.StartAsync();
        string address = test._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        test.Client = new HttpClient { BaseAddress = new Uri(address) };
        return test;
    }

    public Task<HttpResponseMessage> Post(object request) => Client.PostAsJsonAsync("/predict", request);

    public async Task<JsonElement> Ask(object request)
    {
        using HttpResponseMessage response = await Post(request);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>Puts another model in the place of the file, as a careful program does: all at once.</summary>
    public void Replace(TextClassifier classifier)
    {
        string next = Path.Combine(_folder.FullName, "next.keras");
        classifier.Save(next);
        System.IO.File.Move(next, File, overwrite: true);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}

/// <summary>Keeps what was logged.</summary>
internal sealed class Log : ILoggerProvider, ILogger
{
    private readonly List<string> _lines = [];

    public string Text
    {
        get
        {
            lock (_lines) return string.Join('\n', _lines);
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines) _lines.Add($"{logLevel}: {formatter(state, exception)} {exception}");
    }

    public void Dispose()
    {
    }
}
