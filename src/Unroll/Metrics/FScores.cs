using Unroll.Configuration;

namespace Unroll.Metrics;

/// <summary>How the scores of several classes become one.</summary>
public enum FAverage
{
    /// <summary>They stay what they are: <see cref="Metric.Results"/>. A model's logs need one number, unless there is one output.</summary>
    None,

    /// <summary>From the counts of all classes together.</summary>
    Micro,

    /// <summary>Their mean.</summary>
    Macro,

    /// <summary>Their mean, weighted by how often a class is right.</summary>
    Weighted,
}

/// <summary>Harmonic mean of precision and recall: 2·precision·recall / (precision + recall) for each class.</summary>
public sealed class F1Score : FScore
{
    internal static Registration<Metric> Registration { get; } = new Registration<Metric, F1Score>("F1Score")
    {
        Arguments = [.. CommonArguments, AverageArgument, ThresholdArgument],
        Make = _ => new F1Score(),
    };

    private protected override double Share => 1;
}

/// <summary>(1 + β²)·precision·recall / (β²·precision + recall) for each class: recall counts β times as much as precision.</summary>
public sealed class FBetaScore : FScore
{
    private static readonly Argument<double> BetaArgument = Argument.Number("beta", 1).Above(0.0);

    /// <summary>How much more recall counts than precision; above 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">0, negative or not finite.</exception>
    public double Beta { get => Get(BetaArgument); init => Set(BetaArgument, value); }

    /// <inheritdoc/>
    protected override string DefaultName => "fbeta_score";

    internal static Registration<Metric> Registration { get; } = new Registration<Metric, FBetaScore>("FBetaScore")
    {
        Arguments = [.. CommonArguments, AverageArgument, BetaArgument, ThresholdArgument],
        Make = _ => new FBetaScore(),
    };

    private protected override double Share => Beta;
}

/// <summary>A score of precision and recall together. Targets are one-hot rows, or 0 and 1 for every output.</summary>
public abstract class FScore : Metric
{
    private const double Epsilon = 1e-7;
    private const float SmallestMaximum = 1e-9f;

    private static readonly ArgumentForm<FAverage> Words =
        ArgumentForms.Choice([("none", FAverage.None), ("micro", FAverage.Micro), ("macro", FAverage.Macro), ("weighted", FAverage.Weighted)]);

    private protected FScore()
    {
    }

    /// <summary>How the scores of several classes become one.</summary>
    public FAverage Average { get => Get(AverageArgument); init => Set(AverageArgument, value); }

    /// <summary>Outputs above it mean 1; null: the largest output of a row does.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 … 1.</exception>
    public double? Threshold { get => Get(ThresholdArgument); init => Set(ThresholdArgument, value); }

    /// <inheritdoc/>
    public override bool? IsHigherBetter => true;

    /// <inheritdoc/>
    public override bool HeedsMasks => false;

    private protected static Argument<FAverage> AverageArgument { get; } =
        new("average", Words with { Write = value => value == FAverage.None ? null : Words.Write(value) }, FAverage.None);

    private protected static Argument<double?> ThresholdArgument { get; } =
        Argument.OptionalNumber("threshold").Require(value => value is null or (>= 0 and <= 1), "between 0 and 1");

    private protected abstract double Share { get; }

    /// <inheritdoc/>
    public override MetricState CreateState(MetricShape shape)
    {
        RequireTargets(shape.Targets == shape.Outputs && shape.Steps == 1, shape, "a target for every output and no time steps");
        return new State(this, shape.Units);
    }

    private sealed class State(FScore metric, int units) : MetricState
    {
        private readonly double[] _truePositives = new double[units], _falsePositives = new double[units], _falseNegatives = new double[units];

        public override double Result => Results is [double only] ? only : double.NaN;

        public override IReadOnlyList<double> Results
        {
            get
            {
                if (metric.Average == FAverage.Micro) return [Score(_truePositives.Sum(), _falsePositives.Sum(), _falseNegatives.Sum())];
                double[] scores = [.. Enumerable.Range(0, units).Select(j => Score(_truePositives[j], _falsePositives[j], _falseNegatives[j]))];
                if (metric.Average == FAverage.None) return scores;
                if (metric.Average == FAverage.Macro) return [scores.Sum() / units];
                double support = _truePositives.Sum() + _falseNegatives.Sum() + Epsilon;
                return [scores.Select((score, j) => score * (_truePositives[j] + _falseNegatives[j]) / support).Sum()];
            }
        }

        public override void Reset()
        {
            Array.Clear(_truePositives);
            Array.Clear(_falsePositives);
            Array.Clear(_falseNegatives);
        }

        public override void Add(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target, double weight)
        {
            float highest = prediction[0];
            foreach (float value in prediction) highest = Math.Max(highest, value);
            for (int j = 0; j < units; j++)
            {
                bool isFound = metric.Threshold is { } threshold
                    ? prediction[j] > (float)threshold
                    : prediction[j] >= highest && Math.Abs(prediction[j]) > SmallestMaximum;
                bool isPositive = target[j] != 0;
                if (isPositive && isFound) _truePositives[j] += weight;
                else if (isFound) _falsePositives[j] += weight;
                else if (isPositive) _falseNegatives[j] += weight;
            }
        }

        private double Score(double truePositives, double falsePositives, double falseNegatives)
        {
            double precision = truePositives / (truePositives + falsePositives + Epsilon), recall = truePositives / (truePositives + falseNegatives + Epsilon);
            double square = metric.Share * metric.Share;
            return (1 + square) * precision * recall / (square * precision + recall + Epsilon);
        }
    }
}
