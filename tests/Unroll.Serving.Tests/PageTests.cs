using System.Net;
using System.Text.Json;
using Microsoft.Playwright;
using Unroll.Classification;
using Xunit;

namespace Unroll.Serving.Tests;

/// <summary>The page, in a browser.</summary>
public sealed class PageTests
{
    private const string Chromium = "/usr/bin/chromium";

    private const string Text = "a great film <img src=x onerror=\"window.hacked=1\"> but\n the dull story & a lovely xyzzy";

    [Fact]
    public async Task The_page_loads_nothing_and_names_the_endpoint()
    {
        await using TestApp app = await TestApp.Start(Classifiers.Trained, map: web => web.MapTextClassifierPage("/try"));
        using HttpResponseMessage response = await app.Client.GetAsync("/try");
        string html = await response.Content.ReadAsStringAsync();
        Assert.Equal((HttpStatusCode.OK, "text/html"), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        Assert.Contains("content=\"/predict\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("//", html.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("default-src 'none'; script-src 'sha256-", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1200, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task A_text_is_classified_and_its_words_are_coloured(int width, ColorScheme scheme)
    {
        Assert.SkipWhen(!File.Exists(Chromium), $"There is no {Chromium}; Debian's package chromium has it.");
        await using TestApp app = await TestApp.Start(Classifiers.Trained, map: web => web.MapTextClassifierPage("/"));
        using IPlaywright playwright = await Playwright.CreateAsync();
        await using IBrowser browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Args = ["--no-sandbox"] });
        IPage page = await browser.NewPageAsync(new BrowserNewPageOptions { ViewportSize = new ViewportSize { Width = width, Height = 900 }, ColorScheme = scheme });
        var errors = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && !message.Text.Contains("favicon", StringComparison.Ordinal) && !message.Location.Contains("favicon", StringComparison.Ordinal)) errors.Add(message.Text);
        };
        page.PageError += (_, error) => errors.Add(error);
        await page.GotoAsync(app.Client.BaseAddress!.ToString());
        await Assertions.Expect(page.Locator("#model")).ToContainTextAsync("2 classes: bad, good.");
        await page.FillAsync("#text", Text);
        await page.ClickAsync("#send");

        TextPrediction expected = Classifiers.Trained.Predict(Text);
        await Assertions.Expect(page.Locator("#label")).ToHaveTextAsync(FormattableString.Invariant($"{expected.Label}, {100 * expected.Probability:F1} %"));
        await Assertions.Expect(page.Locator(".row")).ToHaveCountAsync(2);
        Assert.Equal(Text, await page.Locator("#words").EvaluateAsync<string>("element => element.textContent"));
        Assert.Equal(0, await page.Locator("#words img").CountAsync());
        Assert.True(await page.EvaluateAsync<bool>("window.hacked === undefined"));
        JsonElement answer = (await app.Ask(new { text = Text, explain = true })).GetProperty("explanation");
        string[] colours = [.. await page.Locator("#words span").EvaluateAllAsync<string[]>("spans => spans.map(span => getComputedStyle(span).backgroundColor)")];
        string[] sides = scheme == ColorScheme.Light ? ["33, 102, 172", "217, 95, 2"] : ["67, 147, 222", "240, 130, 40"];
        Assert.All(answer.GetProperty("words").EnumerateArray().Zip(colours), pair =>
        {
            double contribution = pair.First.GetProperty("contribution").GetDouble();
            if (Math.Abs(contribution) > 0.01) Assert.Contains(sides[contribution > 0 ? 0 : 1], pair.Second, StringComparison.Ordinal);
        });
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), "The page is wider than the window.");
        if (Environment.GetEnvironmentVariable("UNROLL_SCREENSHOTS") is { Length: > 0 } folder)
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"page-{width}.png"), FullPage = true });

        await page.FillAsync("#text", new string('a', 20_001));
        await page.ClickAsync("#send");
        await Assertions.Expect(page.Locator("#error")).ToContainTextAsync("text has 20001 characters");
        Assert.All(errors, error => Assert.Contains("413", error, StringComparison.Ordinal)); // what the browser itself says of such an answer
    }

    [Fact]
    public async Task Names_of_classes_are_no_markup()
    {
        Assert.SkipWhen(!File.Exists(Chromium), $"There is no {Chromium}; Debian's package chromium has it.");
        const string Name = "<img src=x onerror=\"window.hacked=1\">";
        await using TestApp app = await TestApp.Start(Classifiers.Untrained(1, Name, "</script><b>b"), map: web => web.MapTextClassifierPage("/"));
        using IPlaywright playwright = await Playwright.CreateAsync();
        await using IBrowser browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Args = ["--no-sandbox"] });
        IPage page = await browser.NewPageAsync();
        await page.GotoAsync(app.Client.BaseAddress!.ToString());
        await page.FillAsync("#text", "great");
        await page.ClickAsync("#send");
        await Assertions.Expect(page.Locator("#bars")).ToContainTextAsync(Name);
        Assert.Equal(0, await page.Locator("img").CountAsync());
        Assert.True(await page.EvaluateAsync<bool>("window.hacked === undefined"));
    }
}
