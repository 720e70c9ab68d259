using Unroll.Configuration;
using Unroll.Kernels.Math;

namespace Unroll.Metrics;

/// <summary>The curve whose area is taken.</summary>
public enum AUCCurve
{
    /// <summary>True positive rate over false positive rate.</summary>
    ROC,

    /// <summary>Precision over recall.</summary>
    PR,
}

/// <summary>How the area between two thresholds is taken.</summary>
public enum AUCSummation
{
    /// <summary>By trapezoids; for PR by the interpolation of Davis and Goadrich (2006).</summary>
    Interpolation,

    /// <summary>By the lower of the two heights.</summary>
    Minoring,

    /// <summary>By the higher of the two heights.</summary>
    Majoring,
}

/// <summary>Area under a curve through evenly spaced thresholds, as Keras estimates it; all outputs are counted alike.</summary>
public sealed class AUC : Metric
{
    private static readonly Argument<int> NumThresholdsArgument = Argument.Whole("num_thresholds", 200).Between(2, 1 << 20);

    private static readonly Argument<AUCCurve> CurveArgument = Argument.Choice("curve", AUCCurve.ROC, ("ROC", AUCCurve.ROC), ("PR", AUCCurve.PR));

    private static readonly Argument<AUCSummation> SummationArgument = Argument.Choice(
        "summation_method", AUCSummation.Interpolation,
        ("interpolation", AUCSummation.Interpolation), ("minoring", AUCSummation.Minoring), ("majoring", AUCSummation.Majoring));

    private static readonly Argument<bool> FromLogitsArgument = Argument.Flag("from_logits");

    /// <summary>Points of the curve, 2 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 2, or more than 1,048,576.</exception>
    public int NumThresholds { get => Get(NumThresholdsArgument); init => Set(NumThresholdsArgument, value); }

    /// <summary>The curve.</summary>
    public AUCCurve Curve { get => Get(CurveArgument); init => Set(CurveArgument, value); }

    /// <summary>How the area is taken.</summary>
    public AUCSummation SummationMethod { get => Get(SummationArgument); init => Set(SummationArgument, value); }

    /// <summary>True: outputs are logits; a sigmoid is put on them.</summary>
    public bool FromLogits { get => Get(FromLogitsArgument); init => Set(FromLogitsArgument, value); }

    /// <inheritdoc/>
    protected override string DefaultName => "auc";

    /// <inheritdoc/>
    public override bool? IsHigherBetter => true;

    internal static Registration<Metric> Registration { get; } = new Registration<Metric, AUC>("AUC")
    {
        Arguments =
        [
            .. CommonArguments, NumThresholdsArgument, CurveArgument, SummationArgument,
            Argument.Fixed("multi_label", false), Argument.Fixed("num_labels", null), Argument.Fixed("label_weights", null), FromLogitsArgument,
            Argument.Outdated("thresholds", null), // evenly spaced ones only
        ],
        Make = _ => new AUC(),
    };

    /// <inheritdoc/>
    public override MetricState CreateState(MetricShape shape)
    {
        RequireTargets(shape.Targets == shape.Outputs, shape, "a target for every output");
        return new State(this);
    }

    private sealed class State(AUC metric) : MetricState
    {
        // Weights of positive and negative targets by the bucket between two thresholds that the output falls into.
        private readonly double[] _positives = new double[metric.NumThresholds];
        private readonly double[] _negatives = new double[metric.NumThresholds];

        public override double Result
        {
            get
            {
                // At threshold k all buckets from k on are called positive.
                int count = metric.NumThresholds;
                var truePositives = new double[count];
                var falsePositives = new double[count];
                double positives = 0, negatives = 0;
                for (int k = count - 1; k >= 0; k--)
                {
                    truePositives[k] = positives += _positives[k];
                    falsePositives[k] = negatives += _negatives[k];
                }

                double area = 0;
                bool isInterpolatedPR = metric is { Curve: AUCCurve.PR, SummationMethod: AUCSummation.Interpolation };
                for (int k = 0; k + 1 < count; k++)
                {
                    area += isInterpolatedPR
                        ? Interpolated(truePositives[k], truePositives[k + 1], falsePositives[k], falsePositives[k + 1], positives)
                        : Between(truePositives[k], truePositives[k + 1], falsePositives[k], falsePositives[k + 1], positives, negatives);
                }

                return area;
            }
        }

        public override void Reset()
        {
            Array.Clear(_positives);
            Array.Clear(_negatives);
        }

        public override void Add(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target, double weight)
        {
            for (int j = 0; j < prediction.Length; j++)
            {
                float p = metric.FromLogits ? (float)Portable.SigmoidAndSoftplus(prediction[j]).Sigmoid : prediction[j];
                float scaled = Math.Clamp(p, 0f, 1f) * (metric.NumThresholds - 1);
                int bucket = Math.Max(0, (int)MathF.Ceiling(scaled) - 1);
                (target[j] != 0 ? _positives : _negatives)[bucket] += weight;
            }
        }

        private double Between(double tp, double nextTp, double fp, double nextFp, double positives, double negatives)
        {
            bool isRoc = metric.Curve == AUCCurve.ROC;
            double recall = Divide(tp, positives), nextRecall = Divide(nextTp, positives);
            double x = isRoc ? Divide(fp, negatives) : recall, nextX = isRoc ? Divide(nextFp, negatives) : nextRecall;
            double y = isRoc ? recall : Divide(tp, tp + fp), nextY = isRoc ? nextRecall : Divide(nextTp, nextTp + nextFp);
            double height = metric.SummationMethod switch
            {
                AUCSummation.Minoring => Math.Min(y, nextY),
                AUCSummation.Majoring => Math.Max(y, nextY),
                _ => (y + nextY) / 2,
            };
            return (x - nextX) * height;
        }

        private static double Interpolated(double tp, double nextTp, double fp, double nextFp, double positives)
        {
            double called = tp + fp, nextCalled = nextTp + nextFp;
            double slope = Divide(tp - nextTp, called - nextCalled);
            double intercept = nextTp - slope * nextCalled;
            double ratio = called > 0 && nextCalled > 0 ? called / nextCalled : 1;
            return Divide(slope * (tp - nextTp + intercept * Portable.Log(ratio)), positives);
        }

        private static double Divide(double part, double whole) => whole == 0 ? 0 : part / whole;
    }
}
