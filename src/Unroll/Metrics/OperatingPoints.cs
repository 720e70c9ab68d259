using Unroll.Configuration;

namespace Unroll.Metrics;

/// <summary>The best sensitivity (recall) of all thresholds at which the specificity is at least so high; 0 if there is none.</summary>
public sealed class SensitivityAtSpecificity : OperatingPoint
{
    private static readonly Argument<double> SpecificityArgument = Argument.Number("specificity").Between(0, 1);

    /// <param name="specificity">0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Outside.</exception>
    public SensitivityAtSpecificity(double specificity) => Set(SpecificityArgument, specificity);

    /// <summary>Share of negative targets that must be answered rightly.</summary>
    public double Specificity => Get(SpecificityArgument);

    internal static Registration<Metric> Registration { get; } = new Registration<Metric, SensitivityAtSpecificity>("SensitivityAtSpecificity")
    {
        Arguments = ArgumentsWith(SpecificityArgument),
        Positional = PositionalWith(SpecificityArgument),
        Make = values => new SensitivityAtSpecificity(values.Get(SpecificityArgument)),
    };

    private protected override (double Best, bool IsAllowed) Of(Confusion counts) => (counts.Recall, counts.Specificity >= Specificity);
}

/// <summary>The best specificity of all thresholds at which the sensitivity (recall) is at least so high; 0 if there is none.</summary>
public sealed class SpecificityAtSensitivity : OperatingPoint
{
    private static readonly Argument<double> SensitivityArgument = Argument.Number("sensitivity").Between(0, 1);

    /// <param name="sensitivity">0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Outside.</exception>
    public SpecificityAtSensitivity(double sensitivity) => Set(SensitivityArgument, sensitivity);

    /// <summary>Share of positive targets that must be found.</summary>
    public double Sensitivity => Get(SensitivityArgument);

    internal static Registration<Metric> Registration { get; } = new Registration<Metric, SpecificityAtSensitivity>("SpecificityAtSensitivity")
    {
        Arguments = ArgumentsWith(SensitivityArgument),
        Positional = PositionalWith(SensitivityArgument),
        Make = values => new SpecificityAtSensitivity(values.Get(SensitivityArgument)),
    };

    private protected override (double Best, bool IsAllowed) Of(Confusion counts) => (counts.Specificity, counts.Recall >= Sensitivity);
}

/// <summary>The best precision of all thresholds at which the recall is at least so high; 0 if there is none.</summary>
public sealed class PrecisionAtRecall : OperatingPoint
{
    private static readonly Argument<double> RecallArgument = Argument.Number("recall").Between(0, 1);

    /// <param name="recall">0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Outside.</exception>
    public PrecisionAtRecall(double recall) => Set(RecallArgument, recall);

    /// <summary>Share of positive targets that must be found.</summary>
    public double Recall => Get(RecallArgument);

    internal static Registration<Metric> Registration { get; } = new Registration<Metric, PrecisionAtRecall>("PrecisionAtRecall")
    {
        Arguments = ArgumentsWith(RecallArgument),
        Positional = PositionalWith(RecallArgument),
        Make = values => new PrecisionAtRecall(values.Get(RecallArgument)),
    };

    private protected override (double Best, bool IsAllowed) Of(Confusion counts) => (counts.Precision, counts.Recall >= Recall);
}

/// <summary>The best recall of all thresholds at which the precision is at least so high; 0 if there is none.</summary>
public sealed class RecallAtPrecision : OperatingPoint
{
    private static readonly Argument<double> PrecisionArgument = Argument.Number("precision").Between(0, 1);

    /// <param name="precision">0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Outside.</exception>
    public RecallAtPrecision(double precision) => Set(PrecisionArgument, precision);

    /// <summary>Share of the outputs above the threshold that must be right.</summary>
    public double Precision => Get(PrecisionArgument);

    internal static Registration<Metric> Registration { get; } = new Registration<Metric, RecallAtPrecision>("RecallAtPrecision")
    {
        Arguments = ArgumentsWith(PrecisionArgument),
        Positional = PositionalWith(PrecisionArgument),
        Make = values => new RecallAtPrecision(values.Get(PrecisionArgument)),
    };

    private protected override (double Best, bool IsAllowed) Of(Confusion counts) => (counts.Recall, counts.Precision >= Precision);
}

/// <summary>
/// One share of right answers at the threshold where it is best while another is high enough. Thresholds are evenly spaced from
/// 0 to 1; masked steps count like others, as in Keras.
/// </summary>
public abstract class OperatingPoint : Metric
{
    private static readonly Argument<int> NumThresholdsArgument = Argument.Whole("num_thresholds", 200).Between(1, 1 << 20);
    private static readonly Argument<int?> ClassIdArgument = Argument.OptionalWhole("class_id").AtLeast(0);

    private protected OperatingPoint()
    {
    }

    /// <summary>Number of thresholds that are tried.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 1, or more than 1,048,576.</exception>
    public int NumThresholds { get => Get(NumThresholdsArgument); init => Set(NumThresholdsArgument, value); }

    /// <summary>The output that counts; null: all.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public int? ClassId { get => Get(ClassIdArgument); init => Set(ClassIdArgument, value); }

    /// <inheritdoc/>
    public override bool? IsHigherBetter => true;

    /// <inheritdoc/>
    public override bool HeedsMasks => false;

    internal override bool IsNumbered => true;

    private protected static IReadOnlyList<Argument> ArgumentsWith(Argument floor) => [.. CommonArguments, ClassIdArgument, NumThresholdsArgument, floor];

    private protected static IReadOnlyList<Argument> PositionalWith(Argument floor) => [floor, NumThresholdsArgument, ClassIdArgument];

    private protected abstract (double Best, bool IsAllowed) Of(Confusion counts);

    /// <inheritdoc/>
    public override MetricState CreateState(MetricShape shape)
    {
        RequireTargets(shape.Targets == shape.Outputs, shape, "a target for every output");
        if (ClassId >= shape.Units)
            throw new ArgumentException($"Metric '{Name}': class_id is {ClassId}, but there are {shape.Units} outputs; give a number from 0 to {shape.Units - 1}.");
        return new State(this);
    }

    private sealed class State(OperatingPoint metric) : MetricState
    {
        private readonly ThresholdCounts _counts = new(ThresholdCounts.Grid(metric.NumThresholds));

        public override double Result
        {
            get
            {
                double best = 0;
                foreach (Confusion counts in _counts.All())
                {
                    (double value, bool isAllowed) = metric.Of(counts);
                    if (isAllowed) best = Math.Max(best, value);
                }

                return best;
            }
        }

        public override void Reset() => _counts.Reset();

        public override void Add(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target, double weight)
        {
            int first = metric.ClassId ?? 0, end = metric.ClassId + 1 ?? prediction.Length;
            for (int j = first; j < end; j++) _counts.Add(prediction[j], target[j] != 0, weight);
        }
    }
}
