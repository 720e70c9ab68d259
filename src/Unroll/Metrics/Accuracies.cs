using Unroll.Configuration;

namespace Unroll.Metrics;

/// <summary>Share of outputs on the right side of a threshold; exactly at the threshold counts as below.</summary>
public sealed class BinaryAccuracy : MeanMetric
{
    private static readonly Argument<double> ThresholdArgument = Argument.Number("threshold", 0.5);

    /// <summary>Outputs above it mean 1.</summary>
    public double Threshold { get => Get(ThresholdArgument); init => Set(ThresholdArgument, value); }

    /// <inheritdoc/>
    public override bool? IsHigherBetter => true;

    internal static Registration<Metric> Registration { get; } = new Registration<Metric, BinaryAccuracy>("BinaryAccuracy")
    {
        Arguments = [.. CommonArguments, ThresholdArgument],
        Make = _ => new BinaryAccuracy(),
    };

    /// <inheritdoc/>
    protected override double Value(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target)
    {
        float threshold = (float)Threshold;
        int right = 0;
        for (int j = 0; j < prediction.Length; j++)
        {
            if ((prediction[j] > threshold ? 1f : 0f) == target[j]) right++;
        }

        return (double)right / prediction.Length;
    }
}

/// <summary>Share of rows whose largest output is that of the one-hot target; the first of equals counts.</summary>
public sealed class CategoricalAccuracy : MeanMetric
{
    internal static Registration<Metric> Registration { get; } =
        new Registration<Metric, CategoricalAccuracy>("CategoricalAccuracy") { Arguments = CommonArguments, Make = _ => new CategoricalAccuracy() };

    /// <inheritdoc/>
    public override bool? IsHigherBetter => true;

    /// <inheritdoc/>
    protected override void Check(MetricShape shape) => RequireTargets(shape.Targets == shape.Outputs, shape, "one-hot rows as targets");

    /// <inheritdoc/>
    protected override double Value(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target) =>
        Largest.IndexOf(prediction) == Largest.IndexOf(target) ? 1 : 0;
}

/// <summary>Share of rows whose largest output is that of the target's class number; the first of equals counts.</summary>
public sealed class SparseCategoricalAccuracy : MeanMetric
{
    /// <inheritdoc/>
    public override bool? IsHigherBetter => true;

    internal static Registration<Metric> Registration { get; } = new Registration<Metric, SparseCategoricalAccuracy>("SparseCategoricalAccuracy")
    {
        Arguments = CommonArguments,
        Make = _ => new SparseCategoricalAccuracy(),
    };

    /// <inheritdoc/>
    protected override void Check(MetricShape shape) => RequireTargets(shape.Targets == shape.Steps, shape, "one class number per answer as target");

    /// <inheritdoc/>
    protected override double Value(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target) =>
        Largest.IndexOf(prediction) == target[0] ? 1 : 0;
}

/// <summary>What Keras' text "accuracy" means, which depends on the shapes.</summary>
internal sealed class ShapedAccuracy : Metric
{
    protected override string DefaultName => "accuracy";

    public override bool? IsHigherBetter => true;

    /// <summary>The accuracy that outputs and targets of these shapes call for.</summary>
    public static Metric For(MetricShape shape) =>
        shape.Units == 1 ? new BinaryAccuracy() : shape.Targets == shape.Steps ? new SparseCategoricalAccuracy() : new CategoricalAccuracy();

    public override MetricState CreateState(MetricShape shape) => For(shape).CreateState(shape);
}

internal static class Largest
{
    /// <summary>True if fewer than k values are larger than one of them.</summary>
    public static bool AreFewer(ReadOnlySpan<float> values, int index, int k)
    {
        int larger = 0;
        foreach (float value in values)
        {
            if (value > values[index]) larger++;
        }

        return larger < k;
    }

    /// <summary>Place of the largest value, the first of equals.</summary>
    public static int IndexOf(ReadOnlySpan<float> values)
    {
        int best = 0;
        for (int j = 1; j < values.Length; j++)
        {
            if (values[j] > values[best]) best = j;
        }

        return best;
    }
}
