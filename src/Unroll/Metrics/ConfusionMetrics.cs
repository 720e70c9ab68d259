using Unroll.Configuration;

namespace Unroll.Metrics;

/// <summary>Share of the outputs above the threshold that are right: TP / (TP + FP), 0 if there are none.</summary>
public sealed class Precision : SelectiveMetric
{
    internal static Registration<Metric> Registration { get; } =
        new Registration<Metric, Precision>("Precision") { Arguments = SelectiveArguments, Make = _ => new Precision() };

    private protected override double Of(Confusion counts) => counts.Precision;
}

/// <summary>Share of the positive targets that were found: TP / (TP + FN), 0 if there are none.</summary>
public sealed class Recall : SelectiveMetric
{
    internal static Registration<Metric> Registration { get; } =
        new Registration<Metric, Recall>("Recall") { Arguments = SelectiveArguments, Make = _ => new Recall() };

    private protected override double Of(Confusion counts) => counts.Recall;
}

/// <summary>Weight of the positive targets whose output is above the threshold.</summary>
public sealed class TruePositives : ConfusionMetric
{
    internal static Registration<Metric> Registration { get; } =
        new Registration<Metric, TruePositives>("TruePositives") { Arguments = ConfusionArguments, Make = _ => new TruePositives() };

    private protected override double Of(Confusion counts) => counts.TruePositives;
}

/// <summary>Weight of the negative targets whose output is above the threshold.</summary>
public sealed class FalsePositives : ConfusionMetric
{
    /// <inheritdoc/>
    public override bool? IsHigherBetter => false;

    internal static Registration<Metric> Registration { get; } =
        new Registration<Metric, FalsePositives>("FalsePositives") { Arguments = ConfusionArguments, Make = _ => new FalsePositives() };

    private protected override double Of(Confusion counts) => counts.FalsePositives;
}

/// <summary>Weight of the negative targets whose output is not above the threshold.</summary>
public sealed class TrueNegatives : ConfusionMetric
{
    internal static Registration<Metric> Registration { get; } =
        new Registration<Metric, TrueNegatives>("TrueNegatives") { Arguments = ConfusionArguments, Make = _ => new TrueNegatives() };

    private protected override double Of(Confusion counts) => counts.TrueNegatives;
}

/// <summary>Weight of the positive targets whose output is not above the threshold.</summary>
public sealed class FalseNegatives : ConfusionMetric
{
    /// <inheritdoc/>
    public override bool? IsHigherBetter => false;

    internal static Registration<Metric> Registration { get; } =
        new Registration<Metric, FalseNegatives>("FalseNegatives") { Arguments = ConfusionArguments, Make = _ => new FalseNegatives() };

    private protected override double Of(Confusion counts) => counts.FalseNegatives;
}

/// <summary>
/// A metric from the weights of right and wrong answers at one threshold or several, all outputs counted alike. As in Keras
/// masked steps count like others; give them a sample weight of 0 if they shall not.
/// </summary>
public abstract class ConfusionMetric : Metric
{
    private const double Middle = 0.5;

    private protected ConfusionMetric()
    {
    }

    /// <summary>Outputs above it mean 1; several numbers have a result each. Null: 0.5.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 … 1, or none.</exception>
    public Thresholds? Thresholds { get => Get(Metrics.Thresholds.Argument); init => Set(Metrics.Thresholds.Argument, value); }

    private protected static IReadOnlyList<Argument> ConfusionArguments { get; } = [.. CommonArguments, Metrics.Thresholds.Argument];

    /// <inheritdoc/>
    public override bool? IsHigherBetter => true;

    /// <inheritdoc/>
    public override bool HeedsMasks => false;

    internal override bool IsNumbered => true;

    private protected virtual int? Most => null;

    private protected virtual int? OnlyClass => null;

    private protected abstract double Of(Confusion counts);

    /// <inheritdoc/>
    public override MetricState CreateState(MetricShape shape)
    {
        RequireTargets(shape.Targets == shape.Outputs, shape, "a target for every output");
        if (OnlyClass >= shape.Units)
            throw new ArgumentException($"Metric '{Name}': class_id is {OnlyClass}, but there are {shape.Units} outputs; give a number from 0 to {shape.Units - 1}.");
        return new State(this);
    }

    private sealed class State : MetricState
    {
        private readonly ConfusionMetric _metric;
        private readonly float[] _thresholds;
        private readonly Confusion[] _counts;

        public State(ConfusionMetric metric)
        {
            // The largest outputs are positive whatever they are, unless a threshold is given.
            _metric = metric;
            _thresholds = metric.Thresholds is { } given ? [.. given.Select(value => (float)value)] : [metric.Most is null ? (float)Middle : float.NegativeInfinity];
            _counts = new Confusion[_thresholds.Length];
        }

        public override double Result => _metric.Of(_counts[0]);

        public override IReadOnlyList<double> Results => Array.ConvertAll(_counts, _metric.Of);

        public override void Reset() => Array.Clear(_counts);

        public override void Add(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target, double weight)
        {
            int first = _metric.OnlyClass ?? 0, end = _metric.OnlyClass + 1 ?? prediction.Length;
            for (int j = first; j < end; j++)
            {
                bool isAmong = _metric.Most is not { } most || IsAmongLargest(prediction, j, most);
                for (int k = 0; k < _thresholds.Length; k++) Count(ref _counts[k], target[j] != 0, isAmong && prediction[j] > _thresholds[k], weight);
            }
        }

        private static void Count(ref Confusion counts, bool isPositive, bool isFound, double weight) => counts = (isPositive, isFound) switch
        {
            (true, true) => counts with { TruePositives = counts.TruePositives + weight },
            (false, true) => counts with { FalsePositives = counts.FalsePositives + weight },
            (true, false) => counts with { FalseNegatives = counts.FalseNegatives + weight },
            _ => counts with { TrueNegatives = counts.TrueNegatives + weight },
        };

        /// <summary>Of equals those that come first.</summary>
        private static bool IsAmongLargest(ReadOnlySpan<float> values, int index, int most)
        {
            int before = 0;
            for (int j = 0; j < values.Length; j++)
            {
                if (values[j] > values[index] || (values[j] == values[index] && j < index)) before++;
            }

            return before < most;
        }
    }
}

/// <summary>A metric of right and wrong answers that can look at the largest outputs or at one class only.</summary>
public abstract class SelectiveMetric : ConfusionMetric
{
    private static readonly Argument<int?> TopKArgument = Argument.OptionalWhole("top_k").AtLeast(1);
    private static readonly Argument<int?> ClassIdArgument = Argument.OptionalWhole("class_id").AtLeast(0);

    private protected SelectiveMetric()
    {
    }

    /// <summary>Only so many largest outputs of a row can be positive; they are, unless thresholds are given. Null: all can.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public int? TopK { get => Get(TopKArgument); init => Set(TopKArgument, value); }

    /// <summary>The output that counts; null: all.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public int? ClassId { get => Get(ClassIdArgument); init => Set(ClassIdArgument, value); }

    private protected static IReadOnlyList<Argument> SelectiveArguments { get; } = [.. ConfusionArguments, TopKArgument, ClassIdArgument];

    private protected override int? Most => TopK;

    private protected override int? OnlyClass => ClassId;
}
