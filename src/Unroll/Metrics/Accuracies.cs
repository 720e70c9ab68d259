using Unroll.Configuration;
using Unroll.Models.Execution;

namespace Unroll.Metrics;

/// <summary>Share of outputs on the right side of a threshold; exactly at the threshold counts as below.</summary>
/// <param name="threshold">Outputs above it mean 1.</param>
public sealed class BinaryAccuracy(double threshold = 0.5) : Metric
{
    /// <summary>Outputs above it mean 1.</summary>
    public double Threshold { get; } = threshold;

    private protected override string DefaultName => "binary_accuracy";

    /// <inheritdoc/>
    public override bool? IsHigherBetter => true;

    internal static Registration<Metric> Registration { get; } = new Registration<Metric, BinaryAccuracy>("BinaryAccuracy")
    {
        Arguments =
        [
            .. MetricArguments.Common<BinaryAccuracy>(),
            new("threshold", metric => metric.Threshold),
        ],
        Make = a => MetricArguments.Read(a, new BinaryAccuracy(a.Double("threshold", 0.5))),
    };

    internal override MetricState CreateState(OutputShape output, int targetSize)
    {
        RequireTargets(targetSize == output.Size, output, targetSize, "a target for every output");
        return new State((float)Threshold);
    }

    private sealed class State(float threshold) : MeanState
    {
        protected override double Value(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target)
        {
            int right = 0;
            for (int j = 0; j < prediction.Length; j++)
            {
                if ((prediction[j] > threshold ? 1f : 0f) == target[j]) right++;
            }

            return (double)right / prediction.Length;
        }
    }
}

/// <summary>Share of rows whose largest output is that of the one-hot target; the first of equals counts.</summary>
public sealed class CategoricalAccuracy : Metric
{
    private protected override string DefaultName => "categorical_accuracy";

    /// <inheritdoc/>
    public override bool? IsHigherBetter => true;

    internal static Registration<Metric> Registration { get; } = new Registration<Metric, CategoricalAccuracy>("CategoricalAccuracy")
    {
        Arguments =
        [
            .. MetricArguments.Common<CategoricalAccuracy>(),
        ],
        Make = a => MetricArguments.Read(a, new CategoricalAccuracy()),
    };

    internal override MetricState CreateState(OutputShape output, int targetSize)
    {
        RequireTargets(targetSize == output.Size, output, targetSize, "one-hot rows as targets");
        return new State();
    }

    private sealed class State : MeanState
    {
        protected override double Value(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target) =>
            Largest.IndexOf(prediction) == Largest.IndexOf(target) ? 1 : 0;
    }
}

/// <summary>Share of rows whose largest output is that of the target's class number; the first of equals counts.</summary>
public sealed class SparseCategoricalAccuracy : Metric
{
    private protected override string DefaultName => "sparse_categorical_accuracy";

    /// <inheritdoc/>
    public override bool? IsHigherBetter => true;

    internal static Registration<Metric> Registration { get; } = new Registration<Metric, SparseCategoricalAccuracy>("SparseCategoricalAccuracy")
    {
        Arguments =
        [
            .. MetricArguments.Common<SparseCategoricalAccuracy>(),
        ],
        Make = a => MetricArguments.Read(a, new SparseCategoricalAccuracy()),
    };

    internal override MetricState CreateState(OutputShape output, int targetSize)
    {
        RequireTargets(targetSize == output.Steps, output, targetSize, "one class number per answer as target");
        return new State();
    }

    private sealed class State : MeanState
    {
        protected override double Value(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target) =>
            Largest.IndexOf(prediction) == target[0] ? 1 : 0;
    }
}

/// <summary>What Keras' text "accuracy" means, which depends on the shapes.</summary>
internal sealed class ShapedAccuracy : Metric
{
    private protected override string DefaultName => "accuracy";

    public override bool? IsHigherBetter => true;

    /// <summary>The accuracy that outputs and targets of these shapes call for.</summary>
    public static Metric For(OutputShape output, int targetSize) =>
        output.Units == 1 ? new BinaryAccuracy() : targetSize == output.Steps ? new SparseCategoricalAccuracy() : new CategoricalAccuracy();

    internal override MetricState CreateState(OutputShape output, int targetSize) => For(output, targetSize).CreateState(output, targetSize);
}

internal static class Largest
{
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
