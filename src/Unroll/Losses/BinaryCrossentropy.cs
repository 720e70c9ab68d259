using System.Runtime.CompilerServices;
using Unroll.Configuration;
using Unroll.Kernels.Math;

namespace Unroll.Losses;

/// <summary>
/// −y·ln p − (1 − y)·ln(1 − p), mean over the outputs. From logits: max(z, 0) − z·y + ln(1 + e^−|z|). From
/// probabilities p is clipped to [1e-7, 1 − 1e-7] in float32, as Keras does.
/// </summary>
public sealed class BinaryCrossentropy : ElementwiseLoss
{
    private new const float Epsilon = 1e-7f;

    private static readonly Argument<bool> FromLogitsArgument = Argument.Flag("from_logits");

    private static readonly Argument<double> LabelSmoothingArgument = Argument.Number("label_smoothing", 0).Between(0, 1);

    private static readonly Argument<int> AxisArgument = Argument.Whole("axis", -1);

    /// <inheritdoc/>
    public override string Name => "binary_crossentropy";

    /// <inheritdoc/>
    public override (float Least, float Most) TargetRange => (0, 1);

    /// <inheritdoc/>
    public override string TargetAdvice =>
        "Labels 1 and 2: subtract 1. Labels -1 and 1: add 1 and divide by 2. More than two classes: sparse_categorical_crossentropy and a softmax over all of them.";

    /// <summary>True: the model puts out logits, without a sigmoid.</summary>
    public bool FromLogits { get => Get(FromLogitsArgument); init => Set(FromLogitsArgument, value); }

    /// <summary>0 to 1: draws targets towards ½, y·(1 − s) + ½·s.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 … 1.</exception>
    public double LabelSmoothing { get => Get(LabelSmoothingArgument); init => Set(LabelSmoothingArgument, value); }

    /// <summary>The axis that a value is the mean over; −1: the outputs of a sample at one time step.</summary>
    public int Axis { get => Get(AxisArgument); init => Set(AxisArgument, value); }

    internal static Registration<Loss> Registration { get; } = new Registration<Loss, BinaryCrossentropy>("BinaryCrossentropy")
    {
        Aliases = ["bce"],
        Arguments = [.. CommonArguments, FromLogitsArgument, LabelSmoothingArgument, AxisArgument],
        Make = _ => new BinaryCrossentropy(),
    };

    internal override string? FusedActivation => FromLogits || Axis != -1 ? null : "sigmoid";

    /// <inheritdoc/>
    protected override int? Along => Axis;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override (double Loss, float Prediction, double Gradient) Evaluate(float output, float target, bool isFused)
    {
        double smoothing = LabelSmoothing, wanted = smoothing == 0 ? target : target * (1 - smoothing) + 0.5 * smoothing;
        bool fromLogits = FromLogits;
        if (isFused || fromLogits)
        {
            (double p, double softplus) = Portable.SigmoidAndSoftplus(output);
            return (softplus - output * wanted, fromLogits ? output : (float)p, p - wanted);
        }

        float clipped = Math.Clamp(output, Epsilon, 1 - Epsilon);
        double loss = -(wanted * Portable.Log(clipped) + (1 - wanted) * Portable.Log(1.0 - clipped));
        bool inside = output > Epsilon && output < 1 - Epsilon;
        double gradient = inside ? (clipped - wanted) / (clipped * (1.0 - clipped)) : 0;
        return (loss, output, gradient);
    }

    /// <inheritdoc/>
    protected override (double Loss, double Gradient) Of(float output, float target)
    {
        (double loss, _, double gradient) = Evaluate(output, target, isFused: false);
        return (loss, gradient);
    }
}
