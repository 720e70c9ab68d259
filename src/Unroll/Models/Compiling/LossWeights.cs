using System.Collections;
using System.Runtime.CompilerServices;

namespace Unroll;

/// <summary>What each output's loss counts for in the total: <c>[1.0, 0.2]</c>, or by the names of the outputs.</summary>
[CollectionBuilder(typeof(LossWeights), nameof(Create))]
public sealed class LossWeights : IEnumerable<double>
{
    private LossWeights(double[] weights, string[]? names) => (All, Names) = (weights, names);

    internal IReadOnlyList<double> All { get; }

    internal IReadOnlyList<string>? Names { get; }

    /// <summary>The weight of the only output's loss.</summary>
    public static implicit operator LossWeights(double weight) => Create(weight);

    /// <summary>A weight for each output.</summary>
    public static LossWeights Create(params ReadOnlySpan<double> weights) => new(weights.ToArray(), null);

    /// <summary>Weights by the names of the outputs; others count 1.</summary>
    public static LossWeights Named(params IEnumerable<(string Name, double Weight)> weights)
    {
        (string Name, double Weight)[] all = [.. weights];
        return new LossWeights([.. all.Select(entry => entry.Weight)], [.. all.Select(entry => entry.Name)]);
    }

    /// <inheritdoc/>
    public IEnumerator<double> GetEnumerator() => All.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
