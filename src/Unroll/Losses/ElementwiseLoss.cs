namespace Unroll.Losses;

/// <summary>A loss that is the mean of what each output adds by itself; one of your own overrides <see cref="Of"/>.</summary>
public abstract class ElementwiseLoss : Loss
{
    /// <summary>What one output adds, and the slope there.</summary>
    /// <param name="output">What the model puts out.</param>
    /// <param name="target">What it should be.</param>
    protected abstract (double Loss, double Gradient) Of(float output, float target);

    /// <inheritdoc/>
    public sealed override double Evaluate(ReadOnlySpan<float> output, ReadOnlySpan<float> target, Span<double> gradient) =>
        Evaluate(output, target, isFused: false, new float[output.Length], gradient);

    /// <summary>The loss of one output, the prediction and the gradient at what came in.</summary>
    /// <param name="output">A logit if fused.</param>
    /// <param name="target">What it should be.</param>
    /// <param name="isFused">Whether the loss took over the activation.</param>
    internal virtual (double Loss, float Prediction, double Gradient) Evaluate(float output, float target, bool isFused)
    {
        (double loss, double gradient) = Of(output, target);
        return (loss, output, gradient);
    }

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
