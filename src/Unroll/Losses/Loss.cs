using System.Runtime.CompilerServices;
using Unroll.Configuration;
using Unroll.Kernels.Math;

namespace Unroll.Losses;

/// <summary>A loss by its Keras name. Converts from a string: <c>loss: "binary_crossentropy"</c>.</summary>
public abstract class Loss
{
    private protected Loss()
    {
    }

    /// <summary>Keras' name.</summary>
    public abstract string Name { get; }

    /// <summary>The loss of that name.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists what there is.</exception>
    public static implicit operator Loss(string name) => FromName(name);

    /// <summary>The loss of that name, without regard to case and underscores, with default arguments or those in parentheses.</summary>
    /// <exception cref="ArgumentException">There is none, or an argument is wrong; the message lists what there is.</exception>
    public static Loss FromName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        try
        {
            return Registry.CreateLoss(ObjectConfig.Parse(name));
        }
        catch (FormatException exception)
        {
            throw new ArgumentException(exception.Message, nameof(name), exception);
        }
    }

    /// <summary>
    /// True if the loss takes over a final sigmoid: it is then fed logits. That is exact where probabilities would round
    /// to 0 or 1, and the gradient at the logit is simply p − y.
    /// </summary>
    internal abstract bool FusesSigmoid { get; }

    /// <summary>The loss of one output, the prediction (a probability) and the gradient at what came in.</summary>
    /// <param name="output">A logit if fused, else a probability.</param>
    /// <param name="target">What it should be.</param>
    /// <param name="isLogit">Which of the two <paramref name="output"/> is.</param>
    internal abstract (double Loss, float Prediction, double Gradient) Evaluate(float output, float target, bool isLogit);
}

/// <summary>
/// −y·ln p − (1 − y)·ln(1 − p), mean over the outputs. From logits: max(z, 0) − z·y + ln(1 + e^−|z|). From
/// probabilities p is clipped to [1e-7, 1 − 1e-7] in float32, as Keras does.
/// </summary>
public sealed class BinaryCrossentropy : Loss
{
    private const float Epsilon = 1e-7f;

    /// <inheritdoc/>
    public override string Name => "binary_crossentropy";

    internal static Registration<Loss> Registration { get; } = new Registration<Loss, BinaryCrossentropy>("BinaryCrossentropy")
    {
        Aliases = ["bce"],
        Arguments =
        [
            ConfigArgument<BinaryCrossentropy>.Fixed("name", loss => loss.Name, _ => true),
            ConfigArgument<BinaryCrossentropy>.Fixed("reduction", "sum_over_batch_size"),
            ConfigArgument<BinaryCrossentropy>.Fixed("from_logits", false),
            ConfigArgument<BinaryCrossentropy>.Fixed("label_smoothing", 0.0),
            ConfigArgument<BinaryCrossentropy>.Fixed("axis", -1),
        ],
        Make = _ => new BinaryCrossentropy(),
    };

    internal override bool FusesSigmoid => true;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override (double Loss, float Prediction, double Gradient) Evaluate(float output, float target, bool isLogit)
    {
        if (isLogit)
        {
            (double p, double softplus) = Portable.SigmoidAndSoftplus(output);
            return (softplus - (double)output * target, (float)p, p - target);
        }

        float clipped = Math.Clamp(output, Epsilon, 1 - Epsilon);
        double loss = -(target * Portable.Log(clipped) + (1 - target) * Portable.Log(1.0 - clipped));
        bool inside = output > Epsilon && output < 1 - Epsilon;
        double gradient = inside ? (clipped - target) / (clipped * (1.0 - clipped)) : 0;
        return (loss, output, gradient);
    }
}
