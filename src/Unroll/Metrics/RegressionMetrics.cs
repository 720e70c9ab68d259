using Unroll.Configuration;
using Unroll.Losses;

namespace Unroll.Metrics;

/// <summary>Square root of the weighted mean of (y − p)².</summary>
public sealed class RootMeanSquaredError : Metric
{
    /// <inheritdoc/>
    public override bool? IsHigherBetter => false;

    internal static Registration<Metric> Registration { get; } = new Registration<Metric, RootMeanSquaredError>("RootMeanSquaredError")
    {
        Arguments = CommonArguments,
        Make = _ => new RootMeanSquaredError(),
    };

    /// <inheritdoc/>
    public override MetricState CreateState(MetricShape shape)
    {
        RequireTargets(shape.Targets == shape.Outputs, shape, "a target for every output");
        return new State();
    }

    private sealed class State : MeanState
    {
        public override double Result => Math.Sqrt(base.Result);

        protected override double Value(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target)
        {
            double sum = 0;
            for (int j = 0; j < prediction.Length; j++) sum += ((double)prediction[j] - target[j]) * ((double)prediction[j] - target[j]);
            return sum / prediction.Length;
        }
    }
}

/// <summary>The mean of ln cosh(p − y), the loss <see cref="LogCosh"/>.</summary>
public sealed class LogCoshError : MeanMetric
{
    private static readonly LogCosh Loss = new();

    /// <inheritdoc/>
    protected override string DefaultName => "logcosh";

    /// <inheritdoc/>
    public override bool? IsHigherBetter => false;

    internal static Registration<Metric> Registration { get; } =
        new Registration<Metric, LogCoshError>("LogCoshError") { Arguments = CommonArguments, Make = _ => new LogCoshError() };

    /// <inheritdoc/>
    protected override double Value(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target)
    {
        double sum = 0;
        for (int j = 0; j < prediction.Length; j++) sum += Loss.Evaluate(prediction[j], target[j], isFused: false).Loss;
        return sum / prediction.Length;
    }
}

/// <summary>Σ y·p / (|y|·|p|), from −1 to 1: the loss of that name with the other sign.</summary>
public sealed class CosineSimilarity : MeanMetric
{
    private static readonly Argument<int> AxisArgument = Argument.Whole("axis", -1);

    /// <summary>The axis of the vectors; −1: the outputs of a sample at one time step.</summary>
    public int Axis { get => Get(AxisArgument); init => Set(AxisArgument, value); }

    /// <inheritdoc/>
    public override bool? IsHigherBetter => true;

    internal static Registration<Metric> Registration { get; } = new Registration<Metric, CosineSimilarity>("CosineSimilarity")
    {
        Arguments = [.. CommonArguments, AxisArgument],
        Make = _ => new CosineSimilarity(),
    };

    /// <inheritdoc/>
    protected override int? Along => Axis;

    /// <inheritdoc/>
    protected override double Value(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target) => Moments.Of(prediction, target).Cosine;
}

/// <summary>Correlation of outputs and targets of a row (Pearson 1895), mean over the rows.</summary>
public sealed class PearsonCorrelation : MeanMetric
{
    private static readonly Argument<int> AxisArgument = Argument.Whole("axis", -1);

    /// <summary>The axis of the vectors; −1: the outputs of a sample at one time step, 0: one output of a batch.</summary>
    public int Axis { get => Get(AxisArgument); init => Set(AxisArgument, value); }

    /// <inheritdoc/>
    public override bool? IsHigherBetter => true;

    internal static Registration<Metric> Registration { get; } = new Registration<Metric, PearsonCorrelation>("PearsonCorrelation")
    {
        Arguments = [.. CommonArguments, AxisArgument],
        Make = _ => new PearsonCorrelation(),
    };

    /// <inheritdoc/>
    protected override int? Along => Axis;

    /// <inheritdoc/>
    protected override double Value(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target) => Moments.Of(prediction, target).Centred.Cosine;
}

/// <summary>
/// 2·cov / (var y + var p + (ȳ − p̄)² + 1e-7) of a row: correlation, lowered by a difference of means or scales (Lin 1989), mean
/// over the rows.
/// </summary>
public sealed class ConcordanceCorrelation : MeanMetric
{
    private static readonly Argument<int> AxisArgument = Argument.Whole("axis", -1);

    /// <summary>The axis of the vectors; −1: the outputs of a sample at one time step, 0: one output of a batch.</summary>
    public int Axis { get => Get(AxisArgument); init => Set(AxisArgument, value); }

    /// <inheritdoc/>
    public override bool? IsHigherBetter => true;

    internal static Registration<Metric> Registration { get; } = new Registration<Metric, ConcordanceCorrelation>("ConcordanceCorrelation")
    {
        Arguments = [.. CommonArguments, AxisArgument],
        Make = _ => new ConcordanceCorrelation(),
    };

    /// <inheritdoc/>
    protected override int? Along => Axis;

    /// <inheritdoc/>
    protected override double Value(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target)
    {
        Moments moments = Moments.Of(prediction, target), centred = moments.Centred;
        int count = prediction.Length;
        double shift = moments.MeanP - moments.MeanY;
        return 2 * centred.Product / count / (centred.SquareY / count + centred.SquareP / count + shift * shift + 1e-7);
    }
}

/// <summary>Sums of two vectors, and the same sums with the means taken off.</summary>
internal readonly record struct Moments(double Product, double SquareP, double SquareY, double MeanP, double MeanY, double CentredProduct, double CentredP, double CentredY)
{
    private const double SmallestSquare = 1e-12;

    public Moments Centred => this with { Product = CentredProduct, SquareP = CentredP, SquareY = CentredY };

    public double Cosine => Product / (Math.Sqrt(Math.Max(SquareP, SmallestSquare)) * Math.Sqrt(Math.Max(SquareY, SmallestSquare)));

    public static Moments Of(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target)
    {
        double product = 0, squareP = 0, squareY = 0, meanP = 0, meanY = 0, centred = 0, centredP = 0, centredY = 0;
        int count = prediction.Length;
        for (int j = 0; j < count; j++)
        {
            product += (double)prediction[j] * target[j];
            squareP += (double)prediction[j] * prediction[j];
            squareY += (double)target[j] * target[j];
            meanP += prediction[j];
            meanY += target[j];
        }

        meanP /= count;
        meanY /= count;
        for (int j = 0; j < count; j++)
        {
            double p = prediction[j] - meanP, y = target[j] - meanY;
            centred += p * y;
            centredP += p * p;
            centredY += y * y;
        }

        return new Moments(product, squareP, squareY, meanP, meanY, centred, centredP, centredY);
    }
}
