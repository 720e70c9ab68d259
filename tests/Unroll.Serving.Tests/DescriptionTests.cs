using System.Diagnostics.Metrics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Unroll.Classification;
using Xunit;

namespace Unroll.Serving.Tests;

/// <summary>What the service says of itself: document, health, metrics.</summary>
public sealed class DescriptionTests
{
    [Fact]
    public async Task The_document_of_the_app_describes_requests_and_answers()
    {
        await using TestApp app = await TestApp.Start(Classifiers.Trained, build: builder => builder.Services.AddOpenApi(), map: web => web.MapOpenApi());
        JsonElement document = JsonDocument.Parse(await app.Client.GetStringAsync("/openapi/v1.json")).RootElement;
        JsonElement post = document.GetProperty("paths").GetProperty("/predict").GetProperty("post");
        Assert.Equal("Classifies a text, or several.", post.GetProperty("summary").GetString());
        Assert.Equal(["text", "texts", "explain"], Members(document, post.GetProperty("requestBody").GetProperty("content").GetProperty("application/json")));
        JsonElement answers = post.GetProperty("responses");
        Assert.Equal(["200", "400", "413", "415", "429"], answers.EnumerateObject().Select(each => each.Name));
        Assert.Equal(["label", "probability", "labels", "probabilities", "explanation", "predictions"], Members(document, answers.GetProperty("200").GetProperty("content").GetProperty("application/json")));
        Assert.Contains("detail", Members(document, answers.GetProperty("429").GetProperty("content").GetProperty("application/problem+json")));
        JsonElement health = document.GetProperty("paths").GetProperty("/predict/health").GetProperty("get").GetProperty("responses").GetProperty("200").GetProperty("content").GetProperty("application/json");
        Assert.Equal(["status", "labels", "parameters", "fingerprint", "loaded_at"], Members(document, health));
        Assert.Contains("base_score", document.GetProperty("components").GetRawText(), StringComparison.Ordinal);
        Assert.Contains("What it added to the score.", document.GetProperty("components").GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_names_the_model()
    {
        TextClassifier classifier = Classifiers.Untrained(7, "rot", "gr\u00fcn");
        await using TestApp app = await TestApp.Start(classifier);
        string text = await app.Client.GetStringAsync("/predict/health");
        Assert.Contains("\"gr\u00fcn\"", text, StringComparison.Ordinal);
        JsonElement health = JsonDocument.Parse(text).RootElement;
        Assert.Equal("ok", health.GetProperty("status").GetString());
        Assert.Equal(["rot", "gr\u00fcn"], health.GetProperty("labels").EnumerateArray().Select(label => label.GetString()));
        Assert.Equal(13 * 8 + 4 * 8 * (8 + 8 + 1) + 2 * (8 + 1), health.GetProperty("parameters").GetInt64()); // Embedding, LSTM, Dense
        Assert.Equal(classifier.Model.Fingerprint(), health.GetProperty("fingerprint").GetString());
        Assert.Equal(app.Service.LoadedAt, health.GetProperty("loaded_at").GetDateTimeOffset());
    }

    [Fact]
    public async Task Metrics_count_requests_texts_and_durations()
    {
        var measured = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "Unroll.Serving") self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, _, _, _) => Add(instrument));
        listener.SetMeasurementEventCallback<double>((instrument, _, _, _) => Add(instrument));
        listener.Start();

        await using TestApp app = await TestApp.Start(Classifiers.Trained);
        await app.Ask(new { text = "great" });
        await app.Ask(new { texts = new[] { "great", "dull", "" } });
        (await app.Post(new { })).Dispose();
        using HttpResponseMessage page = await app.Client.GetAsync("/predict/metrics");
        Assert.Equal("text/plain", page.Content.Headers.ContentType!.MediaType);
        string text = await page.Content.ReadAsStringAsync();
        string[] lines = text.Split('\n');
        Assert.Contains("# TYPE unroll_serving_requests_total counter", lines);
        Assert.Contains("unroll_serving_requests_total{status=\"200\"} 2", lines);
        Assert.Contains("unroll_serving_requests_total{status=\"400\"} 1", lines);
        Assert.Contains("unroll_serving_texts_total 4", lines);
        Assert.Contains("unroll_serving_reloads_total 0", lines);
        Assert.Contains("# TYPE unroll_serving_duration_seconds histogram", lines);
        Assert.Contains("unroll_serving_duration_seconds_bucket{le=\"+Inf\"} 3", lines);
        Assert.Contains("unroll_serving_duration_seconds_count 3", lines);
        lock (measured) Assert.Empty(new[] { "unroll.serving.requests", "unroll.serving.texts", "unroll.serving.duration" }.Except(measured));

        void Add(Instrument instrument)
        {
            lock (measured) measured.Add(instrument.Name);
        }
    }

    [Fact]
    public async Task Conventions_hold_for_all_three_endpoints()
    {
        await using TestApp app = await TestApp.Start(
            Classifiers.Trained, map: web => web.MapTextClassifier("/inner").AddEndpointFilterMark());
        Assert.All(["/inner/health", "/inner/metrics"], path => Assert.Equal("yes", app.Client.GetAsync(path).GetAwaiter().GetResult().Headers.GetValues("X-Marked").Single()));
        using HttpResponseMessage posted = await app.Client.PostAsync("/inner", new StringContent("{\"text\":\"great\"}", System.Text.Encoding.UTF8, "application/json"));
        Assert.Equal("yes", posted.Headers.GetValues("X-Marked").Single());
    }

    private static string[] Members(JsonElement document, JsonElement content)
    {
        JsonElement schema = content.GetProperty("schema");
        if (schema.TryGetProperty("$ref", out JsonElement reference))
            schema = document.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1]);
        return [.. schema.GetProperty("properties").EnumerateObject().Select(each => each.Name)];
    }
}

/// <summary>A convention that shows in answers.</summary>
internal static class Marks
{
    public static void AddEndpointFilterMark(this IEndpointConventionBuilder endpoints) => endpoints.Add(endpoint =>
    {
        Microsoft.AspNetCore.Http.RequestDelegate inner = endpoint.RequestDelegate!;
        endpoint.RequestDelegate = context =>
        {
            context.Response.Headers["X-Marked"] = "yes";
            return inner(context);
        };
    });
}
