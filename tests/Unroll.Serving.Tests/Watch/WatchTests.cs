using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Unroll.Cli.Commands.Study;
using Unroll.Cli.Infrastructure;
using Unroll.Studies;
using Unroll.Studies.Reports;
using Unroll.Studies.Storage;
using Xunit;

namespace Unroll.Serving.Tests.Watch;

/// <summary>The page of <c>unroll study watch</c>, in a browser, while a study goes on and after its runner has gone.</summary>
public sealed partial class WatchTests : IDisposable
{
    private const string Chromium = "/usr/bin/chromium";

    private const string Document = """
        {
          "name": "watched", "title": "A study to watch", "question": "LSTM or GRU?",
          "dataset": { "name": "imdb", "numWords": 100, "maxLen": 8 },
          "training": { "epochs": 2, "validation": { "split": 0.2 } },
          "model": ["embedding(4)", "lstm(4)", "dense(1, activation=sigmoid)"],
          "repeats": 2,
          "parts": [
            { "name": "cells", "title": "Kinds of cells", "question": "Which?", "cells": [{ "label": "LSTM" }, { "label": "GRU", "changes": { "model[1]": "gru(4)" } }] },
            { "name": "units", "title": "Units", "question": "How many?", "axes": [{ "path": "model[1].units", "values": [2, 16] }] },
          ],
        }
        """;

    private static readonly WorkerId Alpha = new("alpha", 4711, 1);

    private readonly MemoryStore _store = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly StringWriter _said = new();
    private Task _server = Task.CompletedTask;
    private long _run;

    public void Dispose()
    {
        _stop.Cancel();
        _server.Wait(TimeSpan.FromSeconds(10));
        _stop.Dispose();
        _store.Dispose();
        _said.Dispose();
    }

    [Theory]
    [InlineData(1200, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task The_page_follows_a_study(int width, ColorScheme scheme)
    {
        Assert.SkipWhen(!File.Exists(Chromium), $"There is no {Chromium}; Debian's package chromium has it.");
        string address = await Start();
        TrialClaim first = Claim(Alpha);
        _store.AddEpoch(first, Epoch(0, 0.6));
        using IPlaywright playwright = await Playwright.CreateAsync();
        await using IBrowser browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Args = ["--no-sandbox"] });
        IPage page = await browser.NewPageAsync(new BrowserNewPageOptions { ViewportSize = new ViewportSize { Width = width, Height = 900 }, ColorScheme = scheme });
        var errors = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && !message.Text.Contains("favicon", StringComparison.Ordinal) && !message.Location.Contains("favicon", StringComparison.Ordinal)) errors.Add(message.Text);
        };
        page.PageError += (_, error) => errors.Add(error);
        await page.GotoAsync(address);

        ILocator state = page.Locator(".state");
        await Assertions.Expect(state).ToHaveTextAsync("0 of 8 trials complete, 1 running, 7 waiting.");
        await Assertions.Expect(page.Locator("section:has(#workers) tbody tr")).ToContainTextAsync("process 4711 on alpha");
        await Assertions.Expect(page.Locator("section:has(#workers) tbody tr")).ToContainTextAsync("0.6000");

        // Without being loaded anew: trials that end, a failure whose text is no markup, an answer that is provisional.
        await page.EvaluateAsync("window.marked = 1");
        Complete(first, 0.81);
        for (int i = 0; i < 4; i++) Complete(Claim(Alpha), 0.82 + 0.01 * i);
        _store.Fail(Claim(Alpha), "no room <img src=x onerror=\"window.hacked=1\">");
        await Assertions.Expect(state).ToHaveTextAsync(Counts());
        await Assertions.Expect(page.Locator(".failures").First).ToContainTextAsync("no room <img src=x");
        await Assertions.Expect(page.Locator(".answers .provisional").First).ToContainTextAsync("Provisional: ");
        Assert.True(await page.EvaluateAsync<bool>("window.marked === 1 && window.hacked === undefined"));
        Assert.True(await page.Locator("section svg").CountAsync() > 0);
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), "The page is wider than the window.");
        if (Environment.GetEnvironmentVariable("UNROLL_SCREENSHOTS") is { Length: > 0 } folder)
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"watch-{width}.png"), FullPage = true });

        // One filter for all that is shown; it stands in the address.
        await page.FillAsync("input[name=find]", "gru");
        await Assertions.Expect(page).ToHaveURLAsync(address + "?find=gru");
        await Assertions.Expect(page.Locator("h2#units")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator("section:has(#cells) > .scroll tbody tr")).ToHaveCountAsync(1);
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("h2#units")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator("input[name=find]")).ToHaveValueAsync("gru");
        await page.FillAsync("input[name=find]", "");
        await page.SelectOptionAsync("select[name=part]", "units");
        await Assertions.Expect(page).ToHaveURLAsync(address + "?part=units");
        await Assertions.Expect(page.Locator("h2#cells")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator("section:has(#units) details", new PageLocatorOptions { HasText = "What differs" })).ToHaveCountAsync(1);
        await page.CheckAsync("input[name=all]");
        await Assertions.Expect(page.Locator("section:has(#units) details", new PageLocatorOptions { HasText = "Designs in full" })).ToHaveCountAsync(1);
        Assert.Empty(errors);
    }

    [Fact]
    public async Task A_runner_that_is_gone_is_told()
    {
        Assert.SkipWhen(!File.Exists(Chromium), $"There is no {Chromium}; Debian's package chromium has it.");
        string address = await Start();
        Complete(Claim(Alpha), 0.8);
        Claim(WorkerId.Current with { Started = 1 }); // a process of this machine that is no more
        using IPlaywright playwright = await Playwright.CreateAsync();
        await using IBrowser browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Args = ["--no-sandbox"] });
        IPage page = await browser.NewPageAsync();
        await page.GotoAsync(address);
        await Assertions.Expect(page.Locator(".state")).ToHaveTextAsync("1 of 8 trials complete, 1 running, 6 waiting; stopped: who ran it is gone. The same command goes on, or “unroll study resume”.");
        await Assertions.Expect(page.Locator("section:has(#workers) tbody tr")).ToContainTextAsync("gone");

        // The page stays and says so if the server itself goes.
        _stop.Cancel();
        await _server;
        await Assertions.Expect(page.Locator("#link")).ToContainTextAsync("No answer from “unroll study watch”", new LocatorAssertionsToContainTextOptions { Timeout = 15_000 });
        await Assertions.Expect(page.Locator(".state")).ToContainTextAsync("1 of 8 trials complete");
    }

    [Fact]
    public async Task Only_this_machine_is_answered_and_nothing_is_written()
    {
        string address = await Start();
        using var client = new HttpClient { BaseAddress = new Uri(address) };
        using HttpResponseMessage page = await client.GetAsync("/");
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        Assert.StartsWith("default-src 'none'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        using HttpResponseMessage posted = await client.PostAsync("/", null);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, posted.StatusCode);
        using var elsewhere = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = "evil.example" } };
        using HttpResponseMessage refused = await client.SendAsync(elsewhere);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, refused.StatusCode);
        Assert.Equal(8, _store.Counts(_run).Waiting);
    }

    private async Task<string> Start()
    {
        Study study = Study.Parse(Document);
        var data = new TrialDataset("IMDB reviews", false, null, 25000, 25000);
        _run = _store.BeginRun(
            new RunRecord("watched", Document, null, null, 1, "1.0", ".NET", "Linux", 2, "alpha", DateTimeOffset.UtcNow),
            [.. study.Trials().Select(trial => new PlannedTrial(new TrialPlace(trial.Cell.Part, trial.Cell.Label, trial.Repeat), $"{trial.Cell.Part}/{trial.Cell.Label}#{trial.Repeat}", "design", trial.Seed, 1, data))]);
        _server = WatchServer.Run(new CliContext(_said, _said, _stop.Token), "memory", new LiveStudy(_store), 0);
        while (!_server.IsCompleted)
        {
            if (Address().Match(_said.ToString()) is { Success: true } match) return match.Value;
            await Task.Delay(20);
        }

        await _server; // throws what kept it from starting
        throw new InvalidOperationException("The server has ended.");
    }

    private string Counts()
    {
        RunCounts counts = _store.Counts(_run);
        return $"{counts.Complete} of {counts.Total} trials complete, {counts.Failed} failed, {counts.Waiting} waiting; nobody works on it. The same command goes on, or “unroll study resume”.";
    }

    private TrialClaim Claim(WorkerId worker) => _store.Claim(_run, worker, DateTimeOffset.UtcNow, StoredTrial.Lease)!;

    private void Complete(TrialClaim claim, double accuracy) => Assert.True(_store.Complete(claim, new TrialOutcome(400, [Epoch(0, 0.6), Epoch(1, 0.5)], 0.45, accuracy, 0.1, claim.Key)));

    private static EpochResult Epoch(int epoch, double loss) => new(epoch, 1.5, 0.2, new Dictionary<string, double>
    {
        ["loss"] = loss,
        ["accuracy"] = 1 - loss,
        ["val_loss"] = loss + 0.05,
        ["val_accuracy"] = 0.95 - loss,
    });

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+/")]
    private static partial Regex Address();
}
