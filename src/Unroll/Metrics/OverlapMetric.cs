using Unroll.Configuration;

namespace Unroll.Metrics;

/// <summary>
/// Intersection over union of classes (Jaccard 1912). As in Keras, whose default type for it is an integer, sample weights are cut
/// to whole numbers, and masked steps count like others.
/// </summary>
public abstract class OverlapMetric : Metric
{
    private const double Epsilon = 1e-7;

    private readonly long[]? _targetClasses; // null: all

    private protected OverlapMetric(int numClasses, IReadOnlyList<long>? targetClassIds)
    {
        Set(NumClassesArgument, numClasses);
        if (targetClassIds is null) return;
        Set(TargetClassIdsArgument, targetClassIds);
        foreach (long id in targetClassIds)
        {
            if (id < 0 || id >= numClasses)
                throw new ArgumentOutOfRangeException(nameof(targetClassIds), id, $"{GetType().Name}: the class {id} is not among the {numClasses} classes; give numbers from 0 to {numClasses - 1}.");
        }

        _targetClasses = [.. targetClassIds];
    }

    /// <summary>Number of classes.</summary>
    public int NumClasses => Get(NumClassesArgument);

    /// <summary>Targets of this class count for nothing; null: none.</summary>
    public int? IgnoreClass { get => Get(IgnoreClassArgument); init => Set(IgnoreClassArgument, value); }

    /// <inheritdoc/>
    public override bool? IsHigherBetter => true;

    /// <inheritdoc/>
    public override bool HeedsMasks => false;

    internal override bool IsNumbered => true;

    private protected static Argument<int> NumClassesArgument { get; } = Argument.Whole("num_classes").Between(1, 1 << 12);

    private protected static Argument<IReadOnlyList<long>> TargetClassIdsArgument { get; } = Argument.Longs("target_class_ids");

    private protected static Argument<int?> IgnoreClassArgument { get; } = Argument.OptionalWhole("ignore_class");

    private protected static Argument<bool> SparseYTrueArgument { get; } = Argument.Flag("sparse_y_true", true);

    private protected static Argument<bool> SparseYPredArgument { get; } = Argument.Flag("sparse_y_pred", true);

    private protected static Argument<bool> DenseYPredArgument { get; } = Argument.Flag("sparse_y_pred");

    private protected static Argument LastAxis { get; } = Argument.Fixed("axis", -1);

    /// <summary>Counts are whole numbers, whatever type is named.</summary>
    private protected static IReadOnlyList<Argument> OverlapArguments { get; } = [CommonArguments[0], Argument.Ignored("dtype", null)];

    private protected abstract bool HasSparseTargets { get; }

    private protected abstract bool HasSparseOutputs { get; }

    private protected virtual float ClassOf(float output) => output;

    /// <inheritdoc/>
    public override MetricState CreateState(MetricShape shape)
    {
        int outputs = HasSparseOutputs ? shape.Outputs : shape.Steps;
        RequireTargets(shape.Targets == (HasSparseTargets ? outputs : outputs * NumClasses), shape, HasSparseTargets ? "the number of a class for every answer" : "one-hot rows as targets");
        return new State(this);
    }

    private sealed class State(OverlapMetric metric) : MetricState
    {
        private readonly double[,] _counts = new double[metric.NumClasses, metric.NumClasses]; // [target, output]

        public override double Result
        {
            get
            {
                double sum = 0;
                int found = 0;
                foreach (long id in metric._targetClasses ?? Enumerable.Range(0, metric.NumClasses).Select(k => (long)k))
                {
                    double union = -_counts[id, id];
                    for (int k = 0; k < metric.NumClasses; k++) union += _counts[id, k] + _counts[k, id];
                    if (union == 0) continue;
                    sum += _counts[id, id] / (union + Epsilon);
                    found++;
                }

                return found == 0 ? 0 : sum / found;
            }
        }

        public override void Reset() => Array.Clear(_counts);

        public override void Add(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target, double weight)
        {
            int answers = metric.HasSparseOutputs ? prediction.Length : 1, perAnswer = target.Length / answers;
            for (int i = 0; i < answers; i++)
            {
                float wanted = metric.HasSparseTargets ? target[i] : Largest.IndexOf(target.Slice(i * perAnswer, perAnswer));
                if (metric.IgnoreClass is { } ignored && wanted == ignored) continue;
                float given = metric.HasSparseOutputs ? metric.ClassOf(prediction[i]) : Largest.IndexOf(prediction);
                _counts[Require(wanted, "target"), Require(given, "output")] += Math.Truncate(weight);
            }
        }

        private int Require(float value, string what) => value > -1 && value < metric.NumClasses
            ? (int)value
            : throw new ArgumentException($"Metric '{metric.Name}': a{(what == "output" ? "n" : "")} {what} is {value}, but the {metric.NumClasses} classes are 0 … {metric.NumClasses - 1}.");
    }
}
