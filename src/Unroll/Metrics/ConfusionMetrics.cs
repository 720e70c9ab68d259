using Unroll.Configuration;

namespace Unroll.Metrics;

/// <summary>Share of the outputs above the threshold that are right: TP / (TP + FP), 0 if there are none.</summary>
public sealed class Precision : ConfusionMetric
{
    internal static Registration<Metric> Registration { get; } =
        new Registration<Metric, Precision>("Precision") { Arguments = ConfusionArguments, Make = _ => new Precision() };

    private protected override double Share(double truePositives, double falsePositives, double falseNegatives) =>
        Divide(truePositives, truePositives + falsePositives);
}

/// <summary>Share of the positive targets that were found: TP / (TP + FN), 0 if there are none.</summary>
public sealed class Recall : ConfusionMetric
{
    internal static Registration<Metric> Registration { get; } =
        new Registration<Metric, Recall>("Recall") { Arguments = ConfusionArguments, Make = _ => new Recall() };

    private protected override double Share(double truePositives, double falsePositives, double falseNegatives) =>
        Divide(truePositives, truePositives + falseNegatives);
}

/// <summary>A metric from the numbers of right and wrong answers at one threshold, all outputs counted alike.</summary>
public abstract class ConfusionMetric : Metric
{
    private const double Middle = 0.5;

    // Keras writes null where no threshold was given.
    private static readonly Argument<double> ThresholdsArgument = new Argument<double>(
        "thresholds", ArgumentForms.Number with { Write = value => value == Middle ? null : KerasJson.Real(value) }, Middle).Between(0, 1);

    private protected ConfusionMetric()
    {
    }

    /// <summary>Outputs above it mean 1; 0 to 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 … 1.</exception>
    public double Thresholds { get => Get(ThresholdsArgument); init => Set(ThresholdsArgument, value); }

    private protected static IReadOnlyList<Argument> ConfusionArguments { get; } =
        [.. CommonArguments, ThresholdsArgument, Argument.Fixed("top_k", null), Argument.Fixed("class_id", null)];

    /// <inheritdoc/>
    public override bool? IsHigherBetter => true;

    private protected abstract double Share(double truePositives, double falsePositives, double falseNegatives);

    private protected static double Divide(double part, double whole) => whole == 0 ? 0 : part / whole;

    /// <inheritdoc/>
    public override MetricState CreateState(MetricShape shape)
    {
        RequireTargets(shape.Targets == shape.Outputs, shape, "a target for every output");
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
