using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Unroll.Models.Training;

/// <summary>
/// The logs of one batch, computed when a callback first reads them: steps may take microseconds, and most callbacks
/// want nothing but to be called.
/// </summary>
internal sealed class BatchLogs(RunningMeans means) : IReadOnlyDictionary<string, double>
{
    private RunningMeans? _means = means;
    private Dictionary<string, double>? _values;

    /// <summary>True if somebody has read them, so that reading again costs nothing.</summary>
    public bool AreRead => _values is not null;

    public int Count => Values.Count;

    public IEnumerable<string> Keys => Values.Keys;

    IEnumerable<double> IReadOnlyDictionary<string, double>.Values => Values.Values;

    private Dictionary<string, double> Values => _values ??= _means?.Logs()
        ?? throw new InvalidOperationException("The logs of a batch can be read for the first time only inside the hook that they were given to.");

    public double this[string key] => Values.TryGetValue(key, out double value)
        ? value
        : throw new KeyNotFoundException($"The logs have no '{key}'; they have {string.Join(", ", Values.Keys)}.");

    /// <summary>The means move on to the next batch: what was not read is gone.</summary>
    public void Close() => _means = null;

    public bool ContainsKey(string key) => Values.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out double value) => Values.TryGetValue(key, out value);

    public IEnumerator<KeyValuePair<string, double>> GetEnumerator() => Values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
