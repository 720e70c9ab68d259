namespace Unroll;

/// <summary>What one epoch of training gave.</summary>
/// <param name="Epoch">Index of the epoch, from 0.</param>
/// <param name="Seconds">Seconds spent in training alone.</param>
/// <param name="ValidationSeconds">Seconds spent in validation; 0 without validation.</param>
/// <param name="Logs">Values by name: sorted, <c>val_</c> names among the others, as in Keras.</param>
public sealed record EpochResult(int Epoch, double Seconds, double ValidationSeconds, IReadOnlyDictionary<string, double> Logs);

/// <summary>The record of one call of <c>Fit</c>, as Keras' History object.</summary>
public sealed class History
{
    private readonly List<EpochResult> _epochs = [];

    /// <summary>One entry per epoch, in order.</summary>
    public IReadOnlyList<EpochResult> Epochs => _epochs;

    /// <summary>Names of the recorded values: <c>accuracy</c>, <c>loss</c>, <c>val_accuracy</c>, <c>val_loss</c>…</summary>
    public IReadOnlyList<string> Names => [.. _epochs.SelectMany(epoch => epoch.Logs.Keys).Distinct()];

    /// <summary>The values of one name over the epochs that have it: with <c>validationFreq</c> fewer for <c>val_</c> names.</summary>
    /// <exception cref="KeyNotFoundException">Nothing of that name was recorded; the message lists what was.</exception>
    public IReadOnlyList<double> this[string name]
    {
        get
        {
            double[] values = [.. _epochs.Where(epoch => epoch.Logs.ContainsKey(name)).Select(epoch => epoch.Logs[name])];
            if (_epochs.Count > 0 && values.Length == 0)
                throw new KeyNotFoundException($"History has no '{name}'; it has {string.Join(", ", Names)}.");
            return values;
        }
    }

    internal void Add(EpochResult epoch) => _epochs.Add(epoch);
}
