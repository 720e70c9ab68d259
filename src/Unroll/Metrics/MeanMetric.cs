using Unroll.Losses;

namespace Unroll.Metrics;

/// <summary>The weighted mean of a number per row and time step; one of your own overrides <see cref="Value"/>.</summary>
public abstract class MeanMetric : Metric
{
    /// <summary>The number of one row at one time step.</summary>
    /// <param name="prediction">The model's outputs.</param>
    /// <param name="target">One value per output, or the number of the right class.</param>
    protected abstract double Value(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target);

    /// <summary>Refuses outputs and targets that the metric can't be told from; by default there must be a target for every output.</summary>
    /// <exception cref="ArgumentException">It can't.</exception>
    protected virtual void Check(MetricShape shape) => RequireTargets(shape.Targets == shape.Outputs, shape, "a target for every output");

    /// <inheritdoc/>
    public sealed override MetricState CreateState(MetricShape shape)
    {
        Check(shape);
        return new State(this);
    }

    private sealed class State(MeanMetric metric) : MeanState
    {
        protected override double Value(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target) => metric.Value(prediction, target);
    }
}

/// <summary>The weighted mean of a number per row and time step.</summary>
internal abstract class MeanState : MetricState
{
    private double _total, _count;

    public override double Result => _count == 0 ? 0 : _total / _count;

    public override void Reset() => (_total, _count) = (0, 0);

    public override void Add(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target, double weight)
    {
        _total += weight * Value(prediction, target);
        _count += weight;
    }

    protected abstract double Value(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target);
}

/// <summary>A loss as a metric.</summary>
internal sealed class MeanLoss(Loss loss) : Metric
{
    public Loss Loss => loss;

    public override bool? IsHigherBetter => false;

    protected override string DefaultName => loss.Name;

    public override MetricState CreateState(MetricShape shape)
    {
        int expected = loss.TakesClassIds ? shape.Steps : shape.Outputs;
        RequireTargets(shape.Targets == expected, shape, $"{expected} target value(s)");
        return new State(loss, shape.Units);
    }

    private sealed class State(Loss loss, int units) : MeanState
    {
        private readonly float[] _prediction = new float[units];
        private readonly double[] _gradient = new double[units];

        protected override double Value(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target) =>
            loss.Evaluate(prediction, target, isFused: false, _prediction, _gradient);
    }
}
