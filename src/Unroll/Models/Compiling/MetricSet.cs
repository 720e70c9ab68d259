using System.Collections;
using System.Runtime.CompilerServices;
using Unroll.Metrics;

namespace Unroll;

/// <summary>
/// What is told of a model besides its loss: <c>["accuracy", new AUC()]</c>; with several outputs a list for each,
/// <c>[["accuracy"], ["mse", "mae"]]</c>, or by the names of the outputs, <see cref="Named(IEnumerable{ValueTuple{string, MetricSet}})"/>.
/// </summary>
[CollectionBuilder(typeof(MetricSet), nameof(Create))]
public sealed class MetricSet : IEnumerable<MetricSet?>
{
    private MetricSet(Metric? metric, MetricSet?[] parts, string[]? names) => (Metric, Parts, Names) = (metric, parts, names);

    /// <summary>The metric, if it is a single one.</summary>
    internal Metric? Metric { get; }

    /// <summary>The entries of a list.</summary>
    internal IReadOnlyList<MetricSet?> Parts { get; }

    internal IReadOnlyList<string>? Names { get; }

    /// <summary>One metric.</summary>
    public static implicit operator MetricSet(Metric metric) => FromMetric(metric);

    /// <summary>One metric by its name.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static implicit operator MetricSet(string name) => FromMetric(Metric.FromName(name));

    /// <summary>Several metrics.</summary>
    public static implicit operator MetricSet(Metric[] metrics) => FromMetrics(metrics);

    /// <summary>One metric.</summary>
    public static MetricSet FromMetric(Metric metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        return new MetricSet(metric, [], null);
    }

    /// <summary>Several metrics.</summary>
    public static MetricSet FromMetrics(params IEnumerable<Metric> metrics) => new(null, [.. metrics.Select(FromMetric)], null);

    /// <summary>A list of metrics, or one for each output; null: none for that output.</summary>
    public static MetricSet Create(params ReadOnlySpan<MetricSet?> parts) => new(null, parts.ToArray(), null);

    /// <summary>Metrics by the names of the outputs.</summary>
    public static MetricSet Named(params IEnumerable<(string Name, MetricSet Metrics)> metrics)
    {
        (string Name, MetricSet Metrics)[] all = [.. metrics];
        return new MetricSet(null, [.. all.Select(entry => (MetricSet?)entry.Metrics)], [.. all.Select(entry => entry.Name)]);
    }

    /// <inheritdoc/>
    public IEnumerator<MetricSet?> GetEnumerator() => Parts.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>All metrics, lists taken apart.</summary>
    internal IEnumerable<Metric> Flat() => Metric is { } single ? [single] : Parts.SelectMany(part => part?.Flat() ?? []);
}
