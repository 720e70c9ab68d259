using Unroll.Configuration;

namespace Unroll.Metrics;

/// <summary>How the scores of several outputs become one.</summary>
public enum R2Aggregation
{
    /// <summary>Their mean.</summary>
    UniformAverage,

    /// <summary>Their mean, weighted by how much the targets vary.</summary>
    VarianceWeightedAverage,

    /// <summary>They stay what they are: <see cref="Metric.Results"/>.</summary>
    None,
}

/// <summary>
/// 1 − Σ (y − p)² / Σ (y − ȳ)²: how much of the targets' variation the outputs explain. 1 is perfect, 0 no better than the mean.
/// NaN before any sample.
/// </summary>
public sealed class R2Score : Metric
{
    private static readonly ArgumentForm<R2Aggregation> Words = ArgumentForms.Choice(
        [("uniform_average", R2Aggregation.UniformAverage), ("variance_weighted_average", R2Aggregation.VarianceWeightedAverage), ("none", R2Aggregation.None)]);

    private static readonly Argument<R2Aggregation> ClassAggregationArgument = new(
        "class_aggregation",
        Words with
        {
            Read = input => input.Node is null ? R2Aggregation.None : Words.Read(input),
            Write = value => value == R2Aggregation.None ? null : Words.Write(value),
            ReadsNone = true,
        },
        R2Aggregation.UniformAverage);

    private static readonly Argument<int> NumRegressorsArgument = Argument.Whole("num_regressors", 0).AtLeast(0);

    /// <summary>How the scores of several outputs become one.</summary>
    public R2Aggregation ClassAggregation { get => Get(ClassAggregationArgument); init => Set(ClassAggregationArgument, value); }

    /// <summary>Number of independent regressors, for the adjusted score 1 − (1 − R²)·(n − 1)/(n − regressors − 1); 0: not adjusted.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public int NumRegressors { get => Get(NumRegressorsArgument); init => Set(NumRegressorsArgument, value); }

    /// <inheritdoc/>
    public override bool? IsHigherBetter => true;

    /// <inheritdoc/>
    public override bool HeedsMasks => false;

    internal static Registration<Metric> Registration { get; } = new Registration<Metric, R2Score>("R2Score")
    {
        Arguments = [.. CommonArguments, ClassAggregationArgument, NumRegressorsArgument],
        Make = _ => new R2Score(),
    };

    /// <inheritdoc/>
    public override MetricState CreateState(MetricShape shape)
    {
        RequireTargets(shape.Targets == shape.Outputs && shape.Steps == 1, shape, "a target for every output and no time steps");
        return new State(this, shape.Units);
    }

    private sealed class State(R2Score metric, int units) : MetricState
    {
        private readonly double[] _squares = new double[units], _sums = new double[units], _errors = new double[units];
        private double _weights;
        private long _samples;

        public override double Result => Results is [double only] ? only : double.NaN;

        public override IReadOnlyList<double> Results
        {
            get
            {
                var scores = new double[units];
                double mean = 0, total = 0, weighted = 0;
                for (int j = 0; j < units; j++)
                {
                    double variation = _squares[j] - _sums[j] * _sums[j] / _weights;
                    scores[j] = 1 - _errors[j] / variation;
                    if (double.IsInfinity(scores[j])) scores[j] = 0; // targets that are all the same
                    mean += scores[j] / units;
                    total += variation;
                    weighted += variation * scores[j];
                }

                return metric.ClassAggregation switch
                {
                    R2Aggregation.UniformAverage => [Adjusted(mean)],
                    R2Aggregation.VarianceWeightedAverage => [Adjusted(weighted / total)],
                    _ => Array.ConvertAll(scores, Adjusted),
                };
            }
        }

        public override void Reset()
        {
            Array.Clear(_squares);
            Array.Clear(_sums);
            Array.Clear(_errors);
            (_weights, _samples) = (0, 0);
        }

        public override void Add(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target, double weight)
        {
            for (int j = 0; j < units; j++)
            {
                double error = (double)target[j] - prediction[j];
                _squares[j] += weight * target[j] * target[j];
                _sums[j] += weight * target[j];
                _errors[j] += weight * error * error;
            }

            _weights += weight;
        }

        public override void Add(MetricBatch batch)
        {
            base.Add(batch);
            _samples += batch.Samples; // also those that count for nothing
        }

        public override bool SeesBatches => metric.NumRegressors > 0;

        /// <summary>With too few samples to adjust for it stays what it is.</summary>
        private double Adjusted(double score)
        {
            long rest = _samples - metric.NumRegressors - 1;
            return metric.NumRegressors == 0 || rest <= 0 ? score : 1 - (1 - score) * (_samples - 1) / rest;
        }
    }
}
