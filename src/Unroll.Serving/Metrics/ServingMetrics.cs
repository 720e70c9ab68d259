using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Unroll.Serving.Metrics;

/// <summary>What the meter <c>Unroll.Serving</c> tells.</summary>
internal sealed class ServingMetrics
{
    public const string MeterName = "Unroll.Serving";

    private readonly Counter<long> _requests, _texts, _rejected, _reloads;

    private readonly Histogram<double> _duration;

    public ServingMetrics(IMeterFactory factory)
    {
        Meter meter = factory.Create(MeterName);
        _requests = meter.CreateCounter<long>("unroll.serving.requests", description: "Requests, by the status of their answer.");
        _texts = meter.CreateCounter<long>("unroll.serving.texts", description: "Texts that were classified.");
        _rejected = meter.CreateCounter<long>("unroll.serving.rejected", description: "Requests that were too large or too many, by the reason.");
        _reloads = meter.CreateCounter<long>("unroll.serving.reloads", description: "Changed files, by whether they could be loaded.");
        _duration = meter.CreateHistogram<double>(
            "unroll.serving.duration", "s", "Time from the request to its answer.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = DurationBounds });
        Page = new PrometheusPage(meter, DurationBounds);
    }

    /// <summary>The numbers as text.</summary>
    public PrometheusPage Page { get; }

    private static double[] DurationBounds => [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    public void CountRequest(int status, int texts, TimeSpan duration)
    {
        _requests.Add(1, new KeyValuePair<string, object?>("status", status));
        if (texts > 0) _texts.Add(texts);
        _duration.Record(duration.TotalSeconds);
        if (status is 413 or 429) _rejected.Add(1, new KeyValuePair<string, object?>("reason", status == 413 ? "size" : "concurrency"));
    }

    public void CountReload(bool succeeded) => _reloads.Add(1, new TagList { { "result", succeeded ? "loaded" : "failed" } });
}
