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
    private const float Epsilon = 1e-7f;

    /// <summary>Creates the loss.</summary>
    /// <param name="fromLogits">True: the model puts out logits, without a sigmoid.</param>
    /// <param name="labelSmoothing">0 to 1: draws targets towards ½, y·(1 − s) + ½·s.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="labelSmoothing"/> is outside 0 … 1.</exception>
    public BinaryCrossentropy(bool fromLogits = false, double labelSmoothing = 0.0) =>
        (FromLogits, LabelSmoothing) = (fromLogits, RequireSmoothing("BinaryCrossentropy", labelSmoothing));

    /// <inheritdoc/>
    public override string Name => "binary_crossentropy";

    internal static Registration<Loss> Registration { get; } = new Registration<Loss, BinaryCrossentropy>("BinaryCrossentropy")
    {
        Aliases = ["bce"],
        Arguments =
        [
            ConfigArgument<BinaryCrossentropy>.Fixed("name", loss => loss.Name, _ => true),
            ConfigArgument<BinaryCrossentropy>.Fixed("reduction", "sum_over_batch_size"),
            new("from_logits", loss => loss.FromLogits),
            new("label_smoothing", loss => loss.LabelSmoothing),
            ConfigArgument<BinaryCrossentropy>.Fixed("axis", -1),
        ],
        Make = a => new BinaryCrossentropy(a.Bool("from_logits", false), a.Double("label_smoothing", 0)),
    };

    /// <summary>Whether the model puts out logits.</summary>
    public bool FromLogits { get; }

    /// <summary>How far targets are drawn towards ½.</summary>
    public double LabelSmoothing { get; }

    internal override string? FusedActivation => FromLogits ? null : "sigmoid";

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override (double Loss, float Prediction, double Gradient) Evaluate(float output, float target, bool isFused)
    {
        double wanted = LabelSmoothing == 0 ? target : target * (1 - LabelSmoothing) + 0.5 * LabelSmoothing;
        if (isFused || FromLogits)
        {
            (double p, double softplus) = Portable.SigmoidAndSoftplus(output);
            return (softplus - output * wanted, FromLogits ? output : (float)p, p - wanted);
        }

        float clipped = Math.Clamp(output, Epsilon, 1 - Epsilon);
        double loss = -(wanted * Portable.Log(clipped) + (1 - wanted) * Portable.Log(1.0 - clipped));
        bool inside = output > Epsilon && output < 1 - Epsilon;
        double gradient = inside ? (clipped - wanted) / (clipped * (1.0 - clipped)) : 0;
        return (loss, output, gradient);
    }
}
