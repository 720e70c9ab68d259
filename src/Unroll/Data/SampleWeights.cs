using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Unroll;

/// <summary>
/// What each sample counts for in the loss, <c>[samples]</c>, or each of its time steps, <c>[samples, time]</c>. For a model
/// with several outputs one array counts for all of them; <see cref="PerOutput"/> and <see cref="Named"/> give each its own.
/// </summary>
[CollectionBuilder(typeof(SampleWeights), nameof(Create))]
public sealed class SampleWeights : IEnumerable<float>
{
    private readonly SampleWeights?[] _parts;

    private SampleWeights(float[] values, int[] shape)
    {
        (Values, Shape) = (values, shape);
        _parts = [this];
    }

    private SampleWeights(SampleWeights?[] parts, string[]? names)
    {
        (_parts, Names) = (parts, names);
        (Values, Shape) = ([], []);
        IsList = true;
    }

    internal float[] Values { get; }

    internal IReadOnlyList<int> Shape { get; }

    internal IReadOnlyList<string>? Names { get; }

    /// <summary>True if every output has weights of its own.</summary>
    internal bool IsList { get; }

    internal IReadOnlyList<SampleWeights?> Parts => _parts;

    /// <summary>One weight per sample.</summary>
    [return: NotNullIfNotNull(nameof(weights))]
    public static implicit operator SampleWeights?(float[]? weights) => weights is null ? null : FromValues(weights);

    /// <summary>One weight per sample and time step.</summary>
    [return: NotNullIfNotNull(nameof(weights))]
    public static implicit operator SampleWeights?(float[,]? weights) => weights is null ? null : FromValues(weights);

    /// <summary>One weight per sample.</summary>
    public static SampleWeights Create(params ReadOnlySpan<float> weights) => FromValues(weights.ToArray());

    /// <summary>Weights for each output; null where all samples count the same.</summary>
    public static SampleWeights PerOutput(params ReadOnlySpan<SampleWeights?> parts) => new(parts.ToArray(), null);

    /// <summary>Weights by the names of the outputs.</summary>
    public static SampleWeights Named(params IEnumerable<(string Name, SampleWeights Weights)> parts)
    {
        (string Name, SampleWeights Weights)[] all = [.. parts];
        return new SampleWeights([.. all.Select(part => part.Weights)], [.. all.Select(part => part.Name)]);
    }

    /// <summary>One weight per sample.</summary>
    public static SampleWeights FromValues(float[] weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return new SampleWeights(weights, [weights.Length]);
    }

    /// <summary>One weight per sample and time step.</summary>
    public static SampleWeights FromValues(float[,] weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        var flat = new float[weights.Length];
        Buffer.BlockCopy(weights, 0, flat, 0, checked(weights.Length * sizeof(float)));
        return new SampleWeights(flat, [weights.GetLength(0), weights.GetLength(1)]);
    }

    /// <inheritdoc/>
    public IEnumerator<float> GetEnumerator() => ((IEnumerable<float>)Values).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
