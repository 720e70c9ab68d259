using System.Numerics.Tensors;
using Unroll.Losses;

namespace Unroll.Metrics;

/// <summary>The weighted mean of a number per row and time step; one of your own overrides <see cref="Value"/>.</summary>
public abstract class MeanMetric : Metric
{
    /// <summary>
    /// The axis of <c>[samples, …, outputs]</c> that one number is told from. Usually −1: the outputs of a sample at one time
    /// step; 0: one output of all samples of a batch, and then weights can't be heeded.
    /// </summary>
    protected virtual int? Along => -1;

    /// <inheritdoc/>
    public override bool HeedsMasks => Along == -1;

    /// <summary>The number of one row at one time step.</summary>
    /// <param name="prediction">The model's outputs.</param>
    /// <param name="target">One value per output, or the number of the right class.</param>
    protected abstract double Value(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target);

    /// <summary>Refuses outputs and targets that the metric can't be told from; by default there must be a target for every output.</summary>
    /// <exception cref="ArgumentException">It can't.</exception>
    protected virtual void Check(MetricShape shape) => RequireTargets(shape.Targets == shape.Outputs, shape, "a target for every output");

    /// <summary>
    /// The numbers that the mean is taken of, as a function of arrays: one per sample, or per sample and time step,
    /// <c>[samples, time]</c>. Along another axis there is one for each of what remains.
    /// </summary>
    /// <param name="yTrue">What should have come out.</param>
    /// <param name="yPred">What came out.</param>
    /// <exception cref="ArgumentException">Sizes don't fit each other or the metric.</exception>
    public Tensor<float> Unreduced(Targets yTrue, Outputs yPred)
    {
        ArgumentNullException.ThrowIfNull(yTrue);
        ArgumentNullException.ThrowIfNull(yPred);
        ArrayShapes.RequireSameCount(yTrue, yPred);
        Check(new MetricShape(yPred.Steps, yPred.Units, yTrue.SampleSize));
        SliceKind kind = KindFor(yPred.HasTime);
        Slices slices = Slices.Of(kind, yPred.Count, yPred.Steps, yPred.Units);
        var values = new float[slices.Count];
        float[] prediction = new float[slices.Length], target = new float[kind == SliceKind.Row ? yTrue.Values.Length / slices.Count : slices.Length];
        for (int i = 0; i < values.Length; i++)
        {
            slices.Take(yPred.Values, i, prediction);
            if (kind == SliceKind.Row) yTrue.Values.AsSpan(i * target.Length, target.Length).CopyTo(target);
            else slices.Take(yTrue.Values, i, target);
            values[i] = (float)Value(prediction, target);
        }

        return ArrayShapes.Shaped(values, kind, yPred);
    }

    /// <inheritdoc/>
    public sealed override MetricState CreateState(MetricShape shape)
    {
        Check(shape);
        SliceKind kind = KindFor(shape.Steps > 1);
        return kind == SliceKind.Row ? new State(this) : new SliceState(this, kind);
    }

    private SliceKind KindFor(bool hasTime) => Along == -1 ? SliceKind.Row : Slices.KindOf(Along, hasTime, GetType().Name);

    private sealed class State(MeanMetric metric) : MeanState
    {
        protected override double Value(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target) => metric.Value(prediction, target);
    }

    private sealed class SliceState(MeanMetric metric, SliceKind kind) : MeanState
    {
        public override bool SeesBatches => true;

        protected override double Value(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target) => metric.Value(prediction, target);

        public override void Add(MetricBatch batch)
        {
            RequireNoWeights(batch, metric.Name);
            Slices slices = Slices.Of(kind, batch.Samples, batch.Shape.Steps, batch.Shape.Units);
            float[] prediction = new float[slices.Length], target = new float[slices.Length];
            for (int i = 0; i < slices.Count; i++)
            {
                slices.Take(batch.Predictions, i, prediction);
                slices.Take(batch.Targets, i, target);
                Add(prediction, target, 1);
            }
        }
    }
}

/// <summary>The weighted mean of a number per row and time step.</summary>
internal abstract class MeanState : MetricState
{
    private double _total, _count;

    public override double Result => _count == 0 ? 0 : _total / _count;

    public override void Reset() => (_total, _count) = (0, 0);

    public override void Add(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target, double weight) => Count(Value(prediction, target), weight);

    protected void Count(double value, double weight)
    {
        _total += weight * value;
        _count += weight;
    }

    protected abstract double Value(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target);

    /// <summary>For numbers that are not those of single samples.</summary>
    protected static void RequireNoWeights(MetricBatch batch, string name)
    {
        if (batch.Weights.ContainsAnyExcept(1.0))
            throw new ArgumentException($"Metric '{name}': its numbers are not those of single samples, so that weights of these can't be heeded. Give it among the metrics without weights.");
    }
}

/// <summary>A loss as a metric.</summary>
internal sealed class MeanLoss(Loss loss) : Metric
{
    public Loss Loss => loss;

    public override bool? IsHigherBetter => false;

    protected override string DefaultName => loss.Name;

    public override MetricState CreateState(MetricShape shape)
    {
        Loss settled = loss.For(shape.Steps, shape.Units, shape.Targets);
        if (settled.WrongSize(shape.Steps, shape.Units, shape.Targets) is not null)
            RequireTargets(false, shape, settled.TakesClassIds ? $"{shape.Steps} target value(s)" : $"{shape.Outputs} target value(s)");
        SliceKind kind = settled.KindFor(shape.Steps > 1);
        return kind == SliceKind.Row ? new State(settled, shape.Units) : new BatchState(settled, kind);
    }

    private sealed class State(Loss loss, int units) : MeanState
    {
        private readonly float[] _prediction = new float[units];
        private readonly double[] _gradient = new double[units];

        public override void Add(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target, double weight)
        {
            if (!loss.TakesClassIds || !loss.IsIgnored(target[0])) base.Add(prediction, target, weight);
        }

        protected override double Value(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target) =>
            loss.Evaluate(prediction, target, isFused: false, _prediction, _gradient);
    }

    /// <summary>The mean of the values that batches have.</summary>
    private sealed class BatchState(Loss loss, SliceKind kind) : MeanState
    {
        private readonly BatchScorer _scorer = new(loss, kind);

        public override bool SeesBatches => true;

        public override void Add(MetricBatch batch)
        {
            if (kind != SliceKind.Samples) RequireNoWeights(batch, loss.Name);
            _scorer.Score(new LossBatch(batch.Samples, batch.Shape.Steps, batch.Shape.Units, batch.Predictions, batch.Targets), default);
            for (int i = 0; i < _scorer.Values.Length; i++) Count(_scorer.Values[i], kind == SliceKind.Samples ? batch.Weights[i * batch.Shape.Steps] : 1);
        }

        protected override double Value(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target) =>
            throw new InvalidOperationException($"{loss.Name} is told from whole batches.");
    }
}
