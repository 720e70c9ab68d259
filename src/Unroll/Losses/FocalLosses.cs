using Unroll.Configuration;
using Unroll.Kernels.Math;

namespace Unroll.Losses;

/// <summary>
/// Binary crossentropy times (1 − q)^γ, q being the probability of the right answer, mean over the outputs: what is answered
/// well already counts for less (Lin et al. 2017). Probabilities are clipped to [1e-7, 1 − 1e-7] in float32, as Keras does.
/// </summary>
public sealed class BinaryFocalCrossentropy : ElementwiseLoss
{
    private static readonly Argument<bool> ApplyClassBalancingArgument = Argument.Flag("apply_class_balancing");
    private static readonly Argument<double> AlphaArgument = Argument.Number("alpha", 0.25);
    private static readonly Argument<double> GammaArgument = Argument.Number("gamma", 2).AtLeast(0.0);
    private static readonly Argument<bool> FromLogitsArgument = Argument.Flag("from_logits");
    private static readonly Argument<double> LabelSmoothingArgument = Argument.Number("label_smoothing", 0).Between(0, 1);
    private static readonly Argument<int> AxisArgument = Argument.Whole("axis", -1);

    /// <summary>True: targets of 1 count α, those of 0 count 1 − α.</summary>
    public bool ApplyClassBalancing { get => Get(ApplyClassBalancingArgument); init => Set(ApplyClassBalancingArgument, value); }

    /// <summary>What targets of 1 count for, if classes are balanced.</summary>
    public double Alpha { get => Get(AlphaArgument); init => Set(AlphaArgument, value); }

    /// <summary>How much less a good answer counts; 0: as any other.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public double Gamma { get => Get(GammaArgument); init => Set(GammaArgument, value); }

    /// <summary>True: the model puts out logits, without a sigmoid.</summary>
    public bool FromLogits { get => Get(FromLogitsArgument); init => Set(FromLogitsArgument, value); }

    /// <summary>0 to 1: draws targets towards ½, y·(1 − s) + ½·s.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 … 1.</exception>
    public double LabelSmoothing { get => Get(LabelSmoothingArgument); init => Set(LabelSmoothingArgument, value); }

    /// <summary>The axis that a value is the mean over; −1: the outputs of a sample at one time step.</summary>
    public int Axis { get => Get(AxisArgument); init => Set(AxisArgument, value); }

    internal static Registration<Loss> Registration { get; } = new Registration<Loss, BinaryFocalCrossentropy>("BinaryFocalCrossentropy")
    {
        Arguments =
        [
            .. CommonArguments, FromLogitsArgument, LabelSmoothingArgument, AxisArgument, ApplyClassBalancingArgument, AlphaArgument, GammaArgument,
        ],
        Positional = [ApplyClassBalancingArgument, AlphaArgument, GammaArgument, FromLogitsArgument, LabelSmoothingArgument, AxisArgument],
        Make = _ => new BinaryFocalCrossentropy(),
    };

    internal override string? FusedActivation => FromLogits || Axis != -1 ? null : "sigmoid";

    /// <inheritdoc/>
    protected override int? Along => Axis;

    internal override (double Loss, float Prediction, double Gradient) Evaluate(float output, float target, bool isFused)
    {
        double y = target * (1 - LabelSmoothing) + 0.5 * LabelSmoothing;
        bool isLogit = isFused || FromLogits;
        double p, crossentropy, slope, inner; // slopes of crossentropy and p at the output
        if (isLogit)
        {
            (p, double softplus) = Portable.SigmoidAndSoftplus(output);
            (crossentropy, slope, inner) = (softplus - output * y, p - y, p * (1 - p));
        }
        else
        {
            (p, inner) = (output, 1);
            float clipped = Math.Clamp(output, (float)Epsilon, 1 - (float)Epsilon);
            crossentropy = -(y * Portable.Log(clipped) + (1 - y) * Portable.Log(1.0 - clipped));
            slope = clipped == output ? (clipped - y) / (clipped * (1.0 - clipped)) : 0;
        }

        double missing = y * (1 - p) + (1 - y) * p; // 1 − q
        double focus = Powers.Of(missing, Gamma), focusSlope = Gamma == 0 ? 0 : Gamma * Powers.Of(missing, Gamma - 1) * (1 - 2 * y) * inner;
        double weight = ApplyClassBalancing ? y * Alpha + (1 - y) * (1 - Alpha) : 1;
        return (weight * focus * crossentropy, isFused && !FromLogits ? (float)p : output, weight * (focus * slope + focusSlope * crossentropy));
    }

    /// <inheritdoc/>
    protected override (double Loss, double Gradient) Of(float output, float target)
    {
        (double loss, _, double gradient) = Evaluate(output, target, isFused: false);
        return (loss, gradient);
    }
}

/// <summary>
/// Σ −α·(1 − p)^γ·y·ln p over the classes; targets are one-hot rows. Probabilities are divided by their sum and clipped to
/// [1e-7, 1 − 1e-7].
/// </summary>
public sealed class CategoricalFocalCrossentropy : Loss
{
    private static readonly Argument<double> AlphaArgument = Argument.Number("alpha", 0.25);
    private static readonly Argument<double> GammaArgument = Argument.Number("gamma", 2).AtLeast(0.0);
    private static readonly Argument<bool> FromLogitsArgument = Argument.Flag("from_logits");
    private static readonly Argument<double> LabelSmoothingArgument = Argument.Number("label_smoothing", 0).Between(0, 1);
    private static readonly Argument<int> AxisArgument = Argument.Whole("axis", -1);

    /// <summary>What every class counts for. Keras takes a list, too, one number for each class; that is not there.</summary>
    public double Alpha { get => Get(AlphaArgument); init => Set(AlphaArgument, value); }

    /// <summary>How much less a good answer counts; 0: as any other.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public double Gamma { get => Get(GammaArgument); init => Set(GammaArgument, value); }

    /// <summary>True: the model puts out logits, without a softmax.</summary>
    public bool FromLogits { get => Get(FromLogitsArgument); init => Set(FromLogitsArgument, value); }

    /// <summary>0 to 1: draws targets towards 1/classes, y·(1 − s) + s/classes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 … 1.</exception>
    public double LabelSmoothing { get => Get(LabelSmoothingArgument); init => Set(LabelSmoothingArgument, value); }

    /// <summary>The axis of the classes; −1: the outputs of a sample at one time step.</summary>
    public int Axis { get => Get(AxisArgument); init => Set(AxisArgument, value); }

    internal static Registration<Loss> Registration { get; } = new Registration<Loss, CategoricalFocalCrossentropy>("CategoricalFocalCrossentropy")
    {
        Arguments = [.. CommonArguments, FromLogitsArgument, LabelSmoothingArgument, AxisArgument, AlphaArgument, GammaArgument],
        Positional = [AlphaArgument, GammaArgument, FromLogitsArgument, LabelSmoothingArgument, AxisArgument],
        Make = _ => new CategoricalFocalCrossentropy(),
    };

    /// <inheritdoc/>
    protected override int? Along => Axis;

    /// <inheritdoc/>
    public override double Evaluate(ReadOnlySpan<float> output, ReadOnlySpan<float> target, Span<double> gradient)
    {
        int classes = output.Length;
        double highest = 0, sum = 0, loss = 0, slopes = 0;
        if (FromLogits)
        {
            highest = double.NegativeInfinity;
            foreach (float logit in output) highest = Math.Max(highest, logit);
        }

        foreach (float value in output) sum += FromLogits ? Portable.Exp(value - highest) : value;
        for (int j = 0; j < classes; j++)
        {
            double y = target[j] * (1 - LabelSmoothing) + LabelSmoothing / classes;
            double share = Share(output[j]), p = Math.Clamp(share, Epsilon, 1 - Epsilon);
            double focus = Powers.Of(1 - p, Gamma), log = Portable.Log(p);
            loss -= Alpha * focus * y * log;
            double focusSlope = Gamma == 0 ? 0 : Gamma * Powers.Of(1 - p, Gamma - 1);
            gradient[j] = share == p ? Alpha * y * (focusSlope * log - focus / p) : 0; // what is clipped has no slope
            slopes += gradient[j] * share;
        }

        for (int j = 0; j < classes; j++) gradient[j] = (gradient[j] - slopes) * (FromLogits ? Share(output[j]) : 1 / sum);
        return loss;

        double Share(float value) => (FromLogits ? Portable.Exp(value - highest) : value) / sum;
    }
}

/// <summary>
/// (1 − p^q) / q, p being the output of the right class; targets are the numbers of the classes. Between crossentropy (q towards
/// 0) and an absolute error (q = 1), so that wrong labels do less harm (Zhang and Sabuncu 2018).
/// </summary>
public sealed class CategoricalGeneralizedCrossEntropy : Loss
{
    private static readonly Argument<double> QArgument = Argument.Number("q", 0.5).Require(q => q is > 0 and <= 1, "above 0 and at most 1");

    /// <summary>Above 0, at most 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside.</exception>
    public double Q { get => Get(QArgument); init => Set(QArgument, value); }

    /// <inheritdoc/>
    public override bool TakesClassIds => true;

    internal static Registration<Loss> Registration { get; } = new Registration<Loss, CategoricalGeneralizedCrossEntropy>("CategoricalGeneralizedCrossEntropy")
    {
        Arguments = [.. CommonArguments, QArgument],
        Make = _ => new CategoricalGeneralizedCrossEntropy(),
    };

    /// <inheritdoc/>
    public override double Evaluate(ReadOnlySpan<float> output, ReadOnlySpan<float> target, Span<double> gradient)
    {
        int right = (int)target[0];
        double p = Math.Clamp(output[right], Epsilon, 1 - Epsilon), power = Powers.Of(p, Q);
        gradient.Clear();
        gradient[right] = p == output[right] ? -power / p : 0;
        return (1 - power) / Q;
    }
}

internal static class Powers
{
    /// <summary>x^exponent of a number that is not negative.</summary>
    public static double Of(double x, double exponent) => exponent switch
    {
        0 => 1,
        1 => x,
        2 => x * x,
        _ => x <= 0 ? (exponent > 0 ? 0 : double.PositiveInfinity) : Portable.Exp(exponent * Portable.Log(x)),
    };
}
