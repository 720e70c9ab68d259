using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Unroll.Serving.Metrics;

/// <summary>Adds up what a meter tells and writes it as Prometheus reads it.</summary>
internal sealed class PrometheusPage : IDisposable
{
    private readonly Lock _lock = new();

    private readonly SortedDictionary<string, SortedDictionary<string, double>> _series = new(StringComparer.Ordinal); // by instrument and tag

    private readonly Dictionary<string, Instrument> _instruments = [];

    private readonly double[] _bounds;

    private readonly long[] _buckets; // how many were at most the bound, for the one histogram

    private readonly MeterListener _listener = new();

    private double _sum;

    public PrometheusPage(Meter meter, double[] bounds)
    {
        (_bounds, _buckets) = (bounds, new long[bounds.Length + 1]);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter != meter) return;
            _instruments[Name(instrument)] = instrument;
            _series[Name(instrument)] = new SortedDictionary<string, double>(StringComparer.Ordinal);
            listener.EnableMeasurementEvents(instrument, _series[Name(instrument)]);
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => Count((SortedDictionary<string, double>)state!, tags, value));
        _listener.SetMeasurementEventCallback<double>((_, value, _, _) => Record(value));
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();

    /// <summary>All numbers, in the text format of Prometheus, version 0.0.4.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        lock (_lock)
        {
            foreach ((string name, SortedDictionary<string, double> series) in _series)
            {
                bool isHistogram = _instruments[name] is Histogram<double>;
                text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {_instruments[name].Description}\n# TYPE {name} {(isHistogram ? "histogram" : "counter")}\n");
                if (isHistogram) AppendHistogram(text, name);
                else if (series.Count == 0) text.Append(CultureInfo.InvariantCulture, $"{name} 0\n");
                foreach ((string tags, double value) in series) text.Append(CultureInfo.InvariantCulture, $"{name}{tags} {value}\n");
            }
        }

        return text.ToString();
    }

    private static string Name(Instrument instrument) =>
        instrument.Name.Replace('.', '_') + (instrument is Histogram<double> ? "_seconds" : "_total");

    private void Count(SortedDictionary<string, double> series, ReadOnlySpan<KeyValuePair<string, object?>> tags, long value)
    {
        string key = tags.Length == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{{{tags[0].Key}=\"{tags[0].Value}\"}}");
        lock (_lock) series[key] = series.GetValueOrDefault(key) + value;
    }

    private void Record(double value)
    {
        int at = 0;
        while (at < _bounds.Length && value > _bounds[at]) at++;
        lock (_lock)
        {
            _buckets[at]++;
            _sum += value;
        }
    }

    private void AppendHistogram(StringBuilder text, string name)
    {
        long count = 0;
        for (int i = 0; i < _bounds.Length; i++)
            text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{le=\"{_bounds[i]}\"}} {count += _buckets[i]}\n");
        count += _buckets[^1];
        text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{le=\"+Inf\"}} {count}\n{name}_sum {_sum}\n{name}_count {count}\n");
    }
}
