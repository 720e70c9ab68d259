using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Unroll.Classification;
using Xunit;

namespace Unroll.Serving.Tests;

public sealed class PredictTests
{
    [Fact]
    public async Task Answers_are_those_of_the_classifier()
    {
        await using TestApp app = await TestApp.Start(Classifiers.Trained);
        TextPrediction expected = Classifiers.Trained.Predict("a great and lovely film");
        JsonElement answer = await app.Ask(new { text = "a great and lovely film" });
        Assert.Equal("good", answer.GetProperty("label").GetString());
        Equal(expected, answer);
        Assert.False(answer.TryGetProperty("explanation", out _));
        Assert.False(answer.TryGetProperty("labels", out _));
        Assert.False(answer.TryGetProperty("predictions", out _));

        string[] texts = [.. Enumerable.Range(0, 70).Select(i => i % 3 == 0 ? "" : $"a {(i % 2 == 0 ? "dull" : "great")} film {i}")];
        JsonElement[] answers = [.. (await app.Ask(new { texts })).GetProperty("predictions").EnumerateArray()];
        Assert.Equal(70, answers.Length);
        Assert.All(Classifiers.Trained.Predict(texts).Zip(answers), pair => Equal(pair.First, pair.Second));
        Assert.Equal(0, (await app.Ask(new { texts = Array.Empty<string>() })).GetProperty("predictions").GetArrayLength());
    }

    [Fact]
    public async Task Of_several_labels_all_that_fit_are_answered()
    {
        await using TestApp app = await TestApp.Start(Classifiers.OfSeveralLabels());
        JsonElement[] answers = [.. (await app.Ask(new { texts = new[] { "great", "a dull but great film", "a film" } })).GetProperty("predictions").EnumerateArray()];
        Assert.Equal(["good", "good,bad", ""], answers.Select(answer => string.Join(',', answer.GetProperty("labels").EnumerateArray().Select(label => label.GetString()))));
        Assert.Equal(0.98201376f, answers[0].GetProperty("probabilities").GetProperty("good").GetSingle(), 1e-6f); // 1 / (1 + e^-4)
        Assert.Equal(0.01798621f, answers[2].GetProperty("probability").GetSingle(), 1e-6f);
    }

    [Fact]
    public async Task Contributions_add_up_to_the_score()
    {
        await using TestApp app = await TestApp.Start(Classifiers.Trained);
        const string Text = "the  story, so <b>dull</b> and xyzzy";
        JsonElement explained = (await app.Ask(new { text = Text, explain = true })).GetProperty("explanation");
        JsonElement[] words = [.. explained.GetProperty("words").EnumerateArray()];
        double sum = words.Sum(word => word.GetProperty("contribution").GetDouble());
        Assert.Equal(explained.GetProperty("score").GetDouble() - explained.GetProperty("base_score").GetDouble(), sum, 1e-9);
        Assert.Equal(["the", "story,", "so", "<b>dull</b>", "and", "xyzzy"], words.Select(word => word.GetProperty("text").GetString()));
        Assert.All(words, word => Assert.StartsWith(word.GetProperty("text").GetString()!, Text[word.GetProperty("start").GetInt32()..], StringComparison.Ordinal));
        Assert.False(words[5].GetProperty("known").GetBoolean());
        Assert.True(words[5].GetProperty("read").GetBoolean());
        JsonElement two = await app.Ask(new { texts = new[] { "dull", "great" }, explain = true });
        Assert.All(two.GetProperty("predictions").EnumerateArray(), answer => Assert.Equal(1, answer.GetProperty("explanation").GetProperty("words").GetArrayLength()));
    }

    [Theory]
    [InlineData("", "can't be read")]
    [InlineData("{", "Line 1, byte")]
    [InlineData("null", "is null")]
    [InlineData("[]", "can't be read")]
    [InlineData("{}", "neither text nor texts")]
    [InlineData("{\"text\": null}", "neither text nor texts")]
    [InlineData("{\"text\": 5}", "$.text")]
    [InlineData("{\"text\": \"a\", \"texts\": [\"b\"]}", "both text and texts")]
    [InlineData("{\"texts\": [\"a\", null]}", "texts[1] is null")]
    [InlineData("{\"text\": \"a\", \"explian\": true}", "can't be read")]
    [InlineData("{\"text\": \"a\"} {}", "can't be read")]
    [InlineData("{\"text\": \"\\ud800\"}", "can't be read")]
    public async Task What_is_no_request_gets_a_problem(string body, string detail)
    {
        await using TestApp app = await TestApp.Start(Classifiers.Trained);
        using HttpResponseMessage response = await Send(app, new StringContent(body, Encoding.UTF8, "application/json"));
        await Problem(HttpStatusCode.BadRequest, detail, response);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_and_other_media_types_are_refused()
    {
        await using TestApp app = await TestApp.Start(Classifiers.Trained);
        using var latin = new ByteArrayContent(Encoding.Latin1.GetBytes("{\"text\": \"caf\u00e9\"}"));
        latin.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        await Problem(HttpStatusCode.BadRequest, "can't be read", await Send(app, latin));
        await Problem(HttpStatusCode.UnsupportedMediaType, "text/plain; charset=utf-8; send application/json", await Send(app, new StringContent("great", Encoding.UTF8, "text/plain")));
        await Problem(HttpStatusCode.UnsupportedMediaType, "x-www-form-urlencoded; send application/json", await Send(app, new FormUrlEncodedContent([new("text", "great")])));
        await Problem(HttpStatusCode.UnsupportedMediaType, "utf-16", await Send(app, new StringContent("{\"text\":\"a\"}", Encoding.Unicode, "application/json")));
        await Problem(HttpStatusCode.UnsupportedMediaType, "no Content-Type", await Send(app, new ByteArrayContent([1])));
        using HttpResponseMessage got = await app.Client.GetAsync("/predict");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, got.StatusCode);
    }

    [Fact]
    public async Task What_is_too_large_is_refused()
    {
        await using TestApp app = await TestApp.Start(Classifiers.Trained, options =>
        {
            (options.MaxTextLength, options.MaxTexts, options.MaxExplainedTexts, options.MaxBodyBytes) = (10, 3, 1, 200);
        });
        Assert.Equal(HttpStatusCode.OK, (await app.Post(new { text = new string('a', 10) })).StatusCode);
        await Problem(HttpStatusCode.RequestEntityTooLarge, "text has 11 characters; at most 10", await app.Post(new { text = new string('a', 11) }));
        await Problem(HttpStatusCode.RequestEntityTooLarge, "texts[1] has 11", await app.Post(new { texts = new[] { "a", new string('a', 11) } }));
        await Problem(HttpStatusCode.RequestEntityTooLarge, "There are 4 texts; at most 3", await app.Post(new { texts = new[] { "a", "b", "c", "d" } }));
        await Problem(HttpStatusCode.RequestEntityTooLarge, "2 texts to explain; at most 1", await app.Post(new { texts = new[] { "a", "b" }, explain = true }));
        await Problem(HttpStatusCode.RequestEntityTooLarge, "more than 200 bytes", await Send(app, new StringContent(new string(' ', 201), Encoding.UTF8, "application/json")));
        using var chunked = new HttpRequestMessage(HttpMethod.Post, "/predict") { Content = new StringContent(new string(' ', 100_000), Encoding.UTF8, "application/json") };
        chunked.Headers.TransferEncodingChunked = true;
        await Problem(HttpStatusCode.RequestEntityTooLarge, "more than 200 bytes", await app.Client.SendAsync(chunked));
        Assert.Contains("unroll_serving_rejected_total{reason=\"size\"} 6", await app.Client.GetStringAsync("/predict/metrics"), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Too_many_at_once_are_told_to_come_again_and_those_who_left_are_not_computed()
    {
        TextClassifier classifier = Classifiers.Untrained(1, "red", "green");
        await using TestApp app = await TestApp.Start(classifier, options => (options.MaxConcurrency, options.QueueLimit, options.MaxTexts, options.MaxExplainedTexts) = (1, 1, 2000, 2000));
        string text = string.Join(' ', Enumerable.Repeat("great", 40)); // 320 predictions to explain it
        var slow = new { texts = Enumerable.Repeat(text, 2000).ToArray(), explain = true };
        using var leaves = new CancellationTokenSource();
        List<Task<HttpResponseMessage>> busy = [.. Enumerable.Range(0, 4).Select(_ => app.Client.PostAsync("/predict", System.Net.Http.Json.JsonContent.Create(slow), leaves.Token))];
        for (int refused = 0; refused < 2; refused++) // one is computed, one waits
        {
            Task<HttpResponseMessage> first = await Task.WhenAny(busy);
            busy.Remove(first);
            HttpResponseMessage response = await first;
            Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter!.Delta);
            await Problem(HttpStatusCode.TooManyRequests, "Try again", response);
        }

        await leaves.CancelAsync();
        foreach (Task<HttpResponseMessage> task in busy) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        string metrics;
        while (!(metrics = await app.Client.GetStringAsync("/predict/metrics")).Contains("unroll_serving_requests_total{status=\"499\"} 2", StringComparison.Ordinal)) await Task.Delay(5, TestContext.Current.CancellationToken);
        Assert.Equal("red", (await app.Ask(new { text = "" })).GetProperty("probabilities").EnumerateObject().First().Name);
        Assert.Contains("unroll_serving_rejected_total{reason=\"concurrency\"} 2", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_side_by_side_get_their_own_answers()
    {
        await using TestApp app = await TestApp.Start(Classifiers.Trained);
        string[] texts = [.. Enumerable.Range(0, 40).Select(i => $"{(i % 2 == 0 ? "a dull" : "the great")} film {string.Concat(Enumerable.Repeat("and story ", i % 13))}")];
        TextPrediction[] expected = [.. texts.Select(Classifiers.Trained.Predict)];
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            for (int i = 0; i < texts.Length; i++) Equal(expected[i], await app.Ask(new { text = texts[i] }));
        }));
    }

    [Fact]
    public void Mistakes_of_the_app_are_named()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        Assert.Contains("MaxTexts is 0", Assert.Throws<ArgumentOutOfRangeException>(() => builder.Services.AddTextClassifier("m.keras", options => options.MaxTexts = 0)).Message, StringComparison.Ordinal);
        using (WebApplication bare = WebApplication.CreateSlimBuilder().Build())
            Assert.Contains("AddTextClassifier", Assert.Throws<InvalidOperationException>(() => bare.MapTextClassifier("/predict")).Message, StringComparison.Ordinal);
        builder.Services.AddTextClassifier("absent.keras");
        Assert.Contains("one", Assert.Throws<InvalidOperationException>(() => builder.Services.AddTextClassifier("m.keras")).Message, StringComparison.Ordinal);
        using WebApplication app = builder.Build();
        Assert.Contains("absent.keras", Assert.ThrowsAny<IOException>(() => app.MapTextClassifier("/predict")).Message, StringComparison.Ordinal);
    }

    private static Task<HttpResponseMessage> Send(TestApp app, HttpContent content) => app.Client.PostAsync("/predict", content);

    private static void Equal(TextPrediction expected, JsonElement answer)
    {
        Assert.Equal((expected.Label, expected.Probability), (answer.GetProperty("label").GetString(), answer.GetProperty("probability").GetSingle()));
        Assert.Equal(expected.Probabilities, answer.GetProperty("probabilities").EnumerateObject().Select(each => KeyValuePair.Create(each.Name, each.Value.GetSingle())));
    }

    private static async Task Problem(HttpStatusCode status, string detail, HttpResponseMessage response)
    {
        Assert.Equal((status, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        JsonElement problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Assert.Contains(detail, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }
}
