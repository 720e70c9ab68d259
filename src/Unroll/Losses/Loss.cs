using Unroll.Configuration;

namespace Unroll.Losses;

/// <summary>
/// What training makes small, by its Keras name. Converts from a string: <c>loss: "binary_crossentropy"</c>. The loss of a
/// batch is the mean over its rows (and time steps, if the output has them), each multiplied by its sample weight.
/// </summary>
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
    /// The activation that the loss takes over if it is the last layer's: it is then fed logits. That is exact where
    /// probabilities would round to 0 or 1, and the gradient at the logit is simply p − y. Null: none.
    /// </summary>
    internal virtual string? FusedActivation => null;

    /// <summary>True if a target is the number of the right class, false if it has a value for every output.</summary>
    internal virtual bool TakesClassIds => false;

    /// <summary>The loss of one row at one time step.</summary>
    /// <param name="output">What came out: logits if the loss took over the activation.</param>
    /// <param name="target">What it should be.</param>
    /// <param name="isFused">Whether the loss took over the activation.</param>
    /// <param name="prediction">What metrics see, one per output.</param>
    /// <param name="gradient">The gradient at what came in, one per output.</param>
    internal abstract double Evaluate(
        ReadOnlySpan<float> output, ReadOnlySpan<float> target, bool isFused, Span<float> prediction, Span<double> gradient);

    private protected static double RequireSmoothing(string loss, double labelSmoothing)
    {
        Layers.LayerArguments.RequireRate(loss, "label_smoothing", labelSmoothing);
        return labelSmoothing;
    }
}

/// <summary>A loss that is the mean of what each output adds by itself.</summary>
public abstract class ElementwiseLoss : Loss
{
    private protected ElementwiseLoss()
    {
    }

    /// <summary>The loss of one output, the prediction and the gradient at what came in.</summary>
    /// <param name="output">A logit if fused.</param>
    /// <param name="target">What it should be.</param>
    /// <param name="isFused">Whether the loss took over the activation.</param>
    internal abstract (double Loss, float Prediction, double Gradient) Evaluate(float output, float target, bool isFused);

    internal override double Evaluate(
        ReadOnlySpan<float> output, ReadOnlySpan<float> target, bool isFused, Span<float> prediction, Span<double> gradient)
    {
        double sum = 0;
        for (int j = 0; j < output.Length; j++)
        {
            (double loss, prediction[j], double slope) = Evaluate(output[j], target[j], isFused);
            sum += loss;
            gradient[j] = slope / output.Length;
        }

        return sum / output.Length;
    }
}
