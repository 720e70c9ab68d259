using Unroll.Configuration;
using Unroll.Models.Execution;

namespace Unroll.Metrics;

/// <summary>Share of the outputs above the threshold that are right: TP / (TP + FP), 0 if there are none.</summary>
/// <param name="thresholds">Outputs above it mean 1, 0 to 1.</param>
/// <exception cref="ArgumentOutOfRangeException">The threshold is outside 0 … 1.</exception>
public sealed class Precision(double thresholds = 0.5) : ConfusionMetric(thresholds)
{
    private protected override string DefaultName => "precision";

    internal static Registration<Metric> Registration { get; } = new Registration<Metric, Precision>("Precision")
    {
        Arguments =
        [
            .. MetricArguments.Common<Precision>(),
            new("thresholds", metric => metric.Thresholds == 0.5 ? null : metric.Thresholds),
            ConfigArgument<Precision>.Fixed("top_k", null),
            ConfigArgument<Precision>.Fixed("class_id", null),
        ],
        Make = a => MetricArguments.Read(a, new Precision(a.Double("thresholds", 0.5))),
    };

    private protected override double Share(double truePositives, double falsePositives, double falseNegatives) =>
        Divide(truePositives, truePositives + falsePositives);
}

/// <summary>Share of the positive targets that were found: TP / (TP + FN), 0 if there are none.</summary>
/// <param name="thresholds">Outputs above it mean 1, 0 to 1.</param>
/// <exception cref="ArgumentOutOfRangeException">The threshold is outside 0 … 1.</exception>
public sealed class Recall(double thresholds = 0.5) : ConfusionMetric(thresholds)
{
    private protected override string DefaultName => "recall";

    internal static Registration<Metric> Registration { get; } = new Registration<Metric, Recall>("Recall")
    {
        Arguments =
        [
            .. MetricArguments.Common<Recall>(),
            new("thresholds", metric => metric.Thresholds == 0.5 ? null : metric.Thresholds),
            ConfigArgument<Recall>.Fixed("top_k", null),
            ConfigArgument<Recall>.Fixed("class_id", null),
        ],
        Make = a => MetricArguments.Read(a, new Recall(a.Double("thresholds", 0.5))),
    };

    private protected override double Share(double truePositives, double falsePositives, double falseNegatives) =>
        Divide(truePositives, truePositives + falseNegatives);
}

/// <summary>A metric from the numbers of right and wrong answers at one threshold, all outputs counted alike.</summary>
public abstract class ConfusionMetric : Metric
{
    private protected ConfusionMetric(double thresholds) => Thresholds = thresholds is >= 0 and <= 1
        ? thresholds
        : throw new ArgumentOutOfRangeException(
            nameof(thresholds), thresholds, $"{GetType().Name}: argument 'thresholds' is {thresholds}; it must be between 0 and 1.");

    /// <summary>Outputs above it mean 1.</summary>
    public double Thresholds { get; }

    /// <inheritdoc/>
    public override bool? IsHigherBetter => true;

    private protected abstract double Share(double truePositives, double falsePositives, double falseNegatives);

    private protected static double Divide(double part, double whole) => whole == 0 ? 0 : part / whole;

    internal override MetricState CreateState(OutputShape output, int targetSize)
    {
        RequireTargets(targetSize == output.Size, output, targetSize, "a target for every output");
        return new State(this);
    }

    private sealed class State(ConfusionMetric metric) : MetricState
    {
        private readonly float _threshold = (float)metric.Thresholds;
        private double _truePositives, _falsePositives, _falseNegatives;

        public override double Result => metric.Share(_truePositives, _falsePositives, _falseNegatives);

        public override void Reset() => (_truePositives, _falsePositives, _falseNegatives) = (0, 0, 0);

        public override void Add(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target, double weight)
        {
            for (int j = 0; j < prediction.Length; j++)
            {
                bool isPositive = target[j] != 0, isFound = prediction[j] > _threshold;
                if (isPositive && isFound) _truePositives += weight;
                else if (isFound) _falsePositives += weight;
                else if (isPositive) _falseNegatives += weight;
            }
        }
    }
}
