using Unroll.Configuration;

namespace Unroll.Metrics;

/// <summary>Share of outputs that equal their target.</summary>
public sealed class Accuracy : MeanMetric
{
    /// <inheritdoc/>
    public override bool? IsHigherBetter => true;

    internal static Registration<Metric> Registration { get; } =
        new Registration<Metric, Accuracy>("Accuracy") { Arguments = CommonArguments, Make = _ => new Accuracy() };

    /// <inheritdoc/>
    protected override double Value(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target)
    {
        int right = 0;
        for (int j = 0; j < prediction.Length; j++)
        {
            if (prediction[j] == target[j]) right++;
        }

        return (double)right / prediction.Length;
    }
}

/// <summary>Share of rows where the output of the one-hot target is among the k largest; equals at the border count.</summary>
public sealed class TopKCategoricalAccuracy : MeanMetric
{
    private static readonly Argument<int> KArgument = Argument.Whole("k", 5).AtLeast(1);

    /// <summary>How many answers are let pass; 1 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public int K { get => Get(KArgument); init => Set(KArgument, value); }

    /// <inheritdoc/>
    public override bool? IsHigherBetter => true;

    internal static Registration<Metric> Registration { get; } = new Registration<Metric, TopKCategoricalAccuracy>("TopKCategoricalAccuracy")
    {
        Arguments = [.. CommonArguments, KArgument],
        Make = _ => new TopKCategoricalAccuracy(),
    };

    /// <inheritdoc/>
    protected override void Check(MetricShape shape) => RequireTargets(shape.Targets == shape.Outputs, shape, "one-hot rows as targets");

    /// <inheritdoc/>
    protected override double Value(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target) => Largest.AreFewer(prediction, Largest.IndexOf(target), K) ? 1 : 0;
}

/// <summary>Share of rows where the output of the target's class number is among the k largest; equals at the border count.</summary>
public sealed class SparseTopKCategoricalAccuracy : MeanMetric
{
    private static readonly Argument<int> KArgument = Argument.Whole("k", 5).AtLeast(1);

    /// <summary>How many answers are let pass; 1 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public int K { get => Get(KArgument); init => Set(KArgument, value); }

    /// <inheritdoc/>
    public override bool? IsHigherBetter => true;

    internal static Registration<Metric> Registration { get; } = new Registration<Metric, SparseTopKCategoricalAccuracy>("SparseTopKCategoricalAccuracy")
    {
        Arguments = [.. CommonArguments, KArgument, Argument.Outdated("from_sorted_ids", false)],
        Make = _ => new SparseTopKCategoricalAccuracy(),
    };

    /// <inheritdoc/>
    protected override void Check(MetricShape shape) => RequireTargets(shape.Targets == shape.Steps, shape, "one class number per answer as target");

    /// <inheritdoc/>
    protected override double Value(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target) =>
        target[0] >= 0 && target[0] < prediction.Length && Largest.AreFewer(prediction, (int)target[0], K) ? 1 : 0;
}
