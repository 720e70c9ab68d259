using Unroll.Configuration;

namespace Unroll.Metrics;

/// <summary>The weighted mean of numbers: <c>mean.UpdateState([1, 3, 5])</c>. Among a model's metrics that of its outputs.</summary>
public sealed class Mean : MeanMetric
{
    internal static Registration<Metric> Registration { get; } =
        new Registration<Metric, Mean>("Mean") { Arguments = CommonArguments, Make = _ => new Mean() };

    /// <summary>Takes in numbers.</summary>
    /// <exception cref="ArgumentException">Weights don't fit them.</exception>
    public void UpdateState(Outputs values, SampleWeights? sampleWeight = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        UpdateState(new float[values.Count], values, sampleWeight);
    }

    /// <inheritdoc/>
    protected override void Check(MetricShape shape)
    {
    }

    /// <inheritdoc/>
    protected override double Value(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target)
    {
        double sum = 0;
        foreach (float value in prediction) sum += value;
        return sum / prediction.Length;
    }
}

/// <summary>The weighted sum of numbers. Among a model's metrics that of its outputs.</summary>
public sealed class Sum : Metric
{
    internal static Registration<Metric> Registration { get; } =
        new Registration<Metric, Sum>("Sum") { Arguments = CommonArguments, Make = _ => new Sum() };

    /// <summary>Takes in numbers.</summary>
    /// <exception cref="ArgumentException">Weights don't fit them.</exception>
    public void UpdateState(Outputs values, SampleWeights? sampleWeight = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        UpdateState(new float[values.Count], values, sampleWeight);
    }

    /// <inheritdoc/>
    public override MetricState CreateState(MetricShape shape) => new State();

    private sealed class State : MetricState
    {
        private double _sum;

        public override double Result => _sum;

        public override void Reset() => _sum = 0;

        public override void Add(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target, double weight)
        {
            foreach (float value in prediction) _sum += weight * value;
        }
    }
}

/// <summary>The value of a row at a time step, for <see cref="MeanMetricWrapper"/>.</summary>
/// <param name="target">One value per output, or the number of the right class.</param>
/// <param name="prediction">The model's outputs.</param>
public delegate double MetricFunction(ReadOnlySpan<float> target, ReadOnlySpan<float> prediction);

/// <summary>
/// The weighted mean of a function of your own: <c>new MeanMetricWrapper((y, p) => …) { Name = "bias" }</c>. It can't be written
/// to files; a class derived from <see cref="MeanMetric"/> can.
/// </summary>
/// <param name="function">The value of a row at a time step.</param>
public sealed class MeanMetricWrapper(MetricFunction function) : MeanMetric
{
    private readonly MetricFunction _function = function ?? throw new ArgumentNullException(nameof(function));

    /// <inheritdoc/>
    protected override void Check(MetricShape shape)
    {
    }

    /// <inheritdoc/>
    protected override double Value(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target) => _function(target, prediction);
}
