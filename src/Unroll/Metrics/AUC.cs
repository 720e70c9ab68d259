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

/// <summary>
/// Area under a curve through evenly spaced thresholds, or through given ones, as Keras estimates it. All outputs are counted
/// alike, or each label has an area of its own, of which the mean is taken. As in Keras masked steps count like others.
/// </summary>
public sealed class AUC : Metric
{
    private static readonly Argument<int> NumThresholdsArgument = Argument.Whole("num_thresholds", 200).Between(2, 1 << 20);

    private static readonly Argument<AUCCurve> CurveArgument = Argument.Choice("curve", AUCCurve.ROC, ("ROC", AUCCurve.ROC), ("PR", AUCCurve.PR));

    private static readonly Argument<AUCSummation> SummationArgument = Argument.Choice(
        "summation_method", AUCSummation.Interpolation,
        ("interpolation", AUCSummation.Interpolation), ("minoring", AUCSummation.Minoring), ("majoring", AUCSummation.Majoring));

    private static readonly Argument<bool> MultiLabelArgument = Argument.Flag("multi_label");

    private static readonly Argument<int?> NumLabelsArgument = Argument.OptionalWhole("num_labels").AtLeast(1);

    private static readonly Argument<IReadOnlyList<double>?> LabelWeightsArgument = Argument.OptionalNumbers("label_weights")
        .Require(weights => weights is null || (weights.Count > 0 && weights.All(weight => weight >= 0)), "a list of numbers of 0 or more");

    private static readonly Argument<IReadOnlyList<double>?> ThresholdsArgument = Argument.OptionalNumbers("thresholds").LeftOutIfNull()
        .Require(values => values is null || (values.Count > 0 && values.All(value => value is >= 0 and <= 1)), "a list of numbers between 0 and 1");

    private static readonly Argument<bool> FromLogitsArgument = Argument.Flag("from_logits");

    /// <summary>Points of the curve, 2 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 2, or more than 1,048,576.</exception>
    public int NumThresholds { get => Get(NumThresholdsArgument); init => Set(NumThresholdsArgument, value); }

    /// <summary>The curve.</summary>
    public AUCCurve Curve { get => Get(CurveArgument); init => Set(CurveArgument, value); }

    /// <summary>How the area is taken.</summary>
    public AUCSummation SummationMethod { get => Get(SummationArgument); init => Set(SummationArgument, value); }

    /// <summary>True: each output is a label with an area of its own, of which the mean is taken.</summary>
    public bool MultiLabel { get => Get(MultiLabelArgument); init => Set(MultiLabelArgument, value); }

    /// <summary>Number of labels; it need not be given.</summary>
    public int? NumLabels { get => Get(NumLabelsArgument); init => Set(NumLabelsArgument, value); }

    /// <summary>What each label counts for in the mean; null: all the same.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A weight is negative.</exception>
    public IReadOnlyList<double>? LabelWeights { get => Get(LabelWeightsArgument); init => Set(LabelWeightsArgument, value); }

    /// <summary>Thresholds between 0 and 1 instead of evenly spaced ones; a point below 0 and one above 1 are added. Null: evenly spaced.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 … 1.</exception>
    public IReadOnlyList<double>? Thresholds { get => Get(ThresholdsArgument); init => Set(ThresholdsArgument, value); }

    /// <summary>True: outputs are logits; a sigmoid is put on them.</summary>
    public bool FromLogits { get => Get(FromLogitsArgument); init => Set(FromLogitsArgument, value); }

    /// <inheritdoc/>
    protected override string DefaultName => "auc";

    /// <inheritdoc/>
    public override bool? IsHigherBetter => true;

    /// <inheritdoc/>
    public override bool HeedsMasks => false;

    internal override bool IsNumbered => true;

    internal static Registration<Metric> Registration { get; } = new Registration<Metric, AUC>("AUC")
    {
        Arguments =
        [
            .. CommonArguments, NumThresholdsArgument, CurveArgument, SummationArgument,
            MultiLabelArgument, NumLabelsArgument, LabelWeightsArgument, FromLogitsArgument, ThresholdsArgument,
        ],
        Positional = [NumThresholdsArgument, CurveArgument, SummationArgument, FromLogitsArgument],
        Make = _ => new AUC(),
    };

    /// <inheritdoc/>
    public override MetricState CreateState(MetricShape shape)
    {
        RequireTargets(shape.Targets == shape.Outputs, shape, "a target for every output");
        if (!MultiLabel && LabelWeights is not null) throw new ArgumentException($"Metric '{Name}': label_weights are given, but multi_label is not set; set it.");
        if (MultiLabel && (LabelWeights?.Count ?? NumLabels ?? shape.Units) != shape.Units)
            throw new ArgumentException($"Metric '{Name}': there are {LabelWeights?.Count ?? NumLabels} labels, but {shape.Units} outputs; give as many.");
        return new State(this, MultiLabel ? shape.Units : 1);
    }

    private sealed class State : MetricState
    {
        private readonly AUC _metric;
        private readonly float[]? _grid; // null: evenly spaced
        private readonly int _count, _labels;

        // Weights of positive and negative targets by the bucket between two thresholds that the output falls into, for each label.
        private readonly double[] _positives, _negatives;

        public State(AUC metric, int labels)
        {
            (_metric, _labels) = (metric, labels);
            if (metric.Thresholds is { } given) _grid = [-1e-7f, .. given.Order().Select(value => (float)value), 1 + 1e-7f];
            _count = _grid?.Length ?? metric.NumThresholds;
            (_positives, _negatives) = (new double[labels * _count], new double[labels * _count]);
        }

        public override double Result
        {
            get
            {
                double sum = 0, weights = 0;
                for (int label = 0; label < _labels; label++)
                {
                    double weight = _metric.LabelWeights?[label] ?? 1;
                    sum += weight * Area(_positives.AsSpan(label * _count, _count), _negatives.AsSpan(label * _count, _count));
                    weights += weight;
                }

                return Divide(sum, weights);
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
                float p = _metric.FromLogits ? (float)Portable.SigmoidAndSoftplus(prediction[j]).Sigmoid : prediction[j];
                (target[j] != 0 ? _positives : _negatives)[(_labels > 1 ? j * _count : 0) + Bucket(p)] += weight;
            }
        }

        private int Bucket(float p)
        {
            if (_grid is null)
            {
                float scaled = Math.Clamp(p, 0f, 1f) * (_count - 1);
                return Math.Max(0, (int)MathF.Ceiling(scaled) - 1);
            }

            int above = 0;
            while (above < _count && p > _grid[above]) above++;
            return Math.Max(0, above - 1);
        }

        private double Area(ReadOnlySpan<double> allPositives, ReadOnlySpan<double> allNegatives)
        {
            // At threshold k all buckets from k on are called positive.
            var truePositives = new double[_count];
            var falsePositives = new double[_count];
            double positives = 0, negatives = 0;
            for (int k = _count - 1; k >= 0; k--)
            {
                truePositives[k] = positives += allPositives[k];
                falsePositives[k] = negatives += allNegatives[k];
            }

            double area = 0;
            bool isInterpolatedPR = _metric is { Curve: AUCCurve.PR, SummationMethod: AUCSummation.Interpolation };
            for (int k = 0; k + 1 < _count; k++)
            {
                area += isInterpolatedPR
                    ? Interpolated(truePositives[k], truePositives[k + 1], falsePositives[k], falsePositives[k + 1], positives)
                    : Between(truePositives[k], truePositives[k + 1], falsePositives[k], falsePositives[k + 1], positives, negatives);
            }

            return area;
        }

        private double Between(double tp, double nextTp, double fp, double nextFp, double positives, double negatives)
        {
            bool isRoc = _metric.Curve == AUCCurve.ROC;
            double recall = Divide(tp, positives), nextRecall = Divide(nextTp, positives);
            double x = isRoc ? Divide(fp, negatives) : recall, nextX = isRoc ? Divide(nextFp, negatives) : nextRecall;
            double y = isRoc ? recall : Divide(tp, tp + fp), nextY = isRoc ? nextRecall : Divide(nextTp, nextTp + nextFp);
            double height = _metric.SummationMethod switch
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
