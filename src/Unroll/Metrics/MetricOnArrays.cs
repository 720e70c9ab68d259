using Unroll.Losses;

namespace Unroll.Metrics;

/// <summary>Metrics by themselves, without a model: <c>UpdateState</c> for each batch, then <c>Result</c>.</summary>
public abstract partial class Metric
{
    private MetricState? _state;
    private MetricShape _shape;
    private bool _isEmpty = true;

    /// <summary>Takes in a batch. What a model adds up in a fit is kept apart from this.</summary>
    /// <param name="yTrue">What should have come out.</param>
    /// <param name="yPred">What came out.</param>
    /// <param name="sampleWeight">What each sample, or each time step, counts for; null: all the same.</param>
    /// <exception cref="ArgumentException">Sizes don't fit each other, the metric or the batches before.</exception>
    public void UpdateState(Targets yTrue, Outputs yPred, SampleWeights? sampleWeight = null)
    {
        ArgumentNullException.ThrowIfNull(yTrue);
        ArgumentNullException.ThrowIfNull(yPred);
        ArrayShapes.RequireSameCount(yTrue, yPred);
        var shape = new MetricShape(yPred.Steps, yPred.Units, yTrue.SampleSize);
        if (_isEmpty && shape != _shape) _state = null;
        if (_state is not null && shape != _shape)
        {
            throw new ArgumentException(
                $"Metric '{Name}': each sample has {shape.Targets} target(s) for {shape.Outputs} output(s), but those before had {_shape.Targets} for {_shape.Outputs}. Call ResetState() first.", nameof(yPred));
        }

        (_state, _shape, _isEmpty) = (_state ?? CreateState(shape), shape, false);
        float[] given = ArrayShapes.PerStep(sampleWeight, yPred, out _);
        var weights = new double[yPred.Count * shape.Steps];
        for (int i = 0; i < weights.Length; i++) weights[i] = given.Length == 0 ? 1 : given[i];
        _state.Add(new MetricBatch(shape, yPred.Values, yTrue.Values, weights));
    }

    /// <summary>The value of all batches since the last reset, float32 as in Keras; 0 before the first.</summary>
    /// <exception cref="InvalidOperationException">There are several, one for each class or threshold.</exception>
    public double Result()
    {
        IReadOnlyList<double> all = Results();
        return all.Count <= 1
            ? all.Count == 0 ? 0 : all[0]
            : throw new InvalidOperationException($"Metric '{Name}' has {all.Count} values; Results() gives them.");
    }

    /// <summary>All values since the last reset, one for each class or threshold; none before the first batch.</summary>
    public IReadOnlyList<double> Results() => _state is null ? [] : [.. _state.Results.Select(value => (double)(float)value)];

    /// <summary>Forgets all batches.</summary>
    public void ResetState()
    {
        _state?.Reset();
        _isEmpty = true;
    }
}
