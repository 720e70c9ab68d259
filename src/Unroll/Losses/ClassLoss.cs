using Unroll.Configuration;
using Unroll.Kernels.Math;

namespace Unroll.Losses;

/// <summary>Crossentropy over classes of which one is right.</summary>
public abstract class ClassLoss : Loss
{
    private new const float Epsilon = 1e-7f;

    private protected static readonly Argument<bool> FromLogitsArgument = Argument.Flag("from_logits");

    private protected ClassLoss()
    {
    }

    /// <summary>True: the model puts out logits, without a softmax.</summary>
    public bool FromLogits { get => Get(FromLogitsArgument); init => Set(FromLogitsArgument, value); }

    internal override string? FusedActivation => FromLogits ? null : "softmax";

    /// <inheritdoc/>
    public sealed override double Evaluate(ReadOnlySpan<float> output, ReadOnlySpan<float> target, Span<double> gradient) =>
        Evaluate(output, target, isFused: false, new float[output.Length], gradient);

    internal override double Evaluate(
        ReadOnlySpan<float> output, ReadOnlySpan<float> target, bool isFused, Span<float> prediction, Span<double> gradient) =>
        isFused || FromLogits ? OfLogits(output, target, prediction, gradient) : OfProbabilities(output, target, prediction, gradient);

    /// <summary>How likely the target says that a class is.</summary>
    private protected abstract double Wanted(ReadOnlySpan<float> target, int output, int classes);

    private double OfLogits(ReadOnlySpan<float> output, ReadOnlySpan<float> target, Span<float> prediction, Span<double> gradient)
    {
        int classes = output.Length;
        float highest = float.NegativeInfinity;
        foreach (float logit in output) highest = Math.Max(highest, logit);
        double sum = 0, wantedSum = 0, loss = 0;
        for (int j = 0; j < classes; j++) sum += gradient[j] = Portable.Exp((double)output[j] - highest);
        double logSum = Portable.Log(sum);
        for (int j = 0; j < classes; j++)
        {
            double wanted = Wanted(target, j, classes);
            wantedSum += wanted;
            loss -= wanted == 0 ? 0 : wanted * ((double)output[j] - highest - logSum);
        }

        for (int j = 0; j < classes; j++)
        {
            double p = gradient[j] / sum;
            prediction[j] = FromLogits ? output[j] : (float)p;
            gradient[j] = p * wantedSum - Wanted(target, j, classes);
        }

        return loss;
    }

    private double OfProbabilities(ReadOnlySpan<float> output, ReadOnlySpan<float> target, Span<float> prediction, Span<double> gradient)
    {
        int classes = output.Length;
        double sum = 0, loss = 0, slopes = 0;
        foreach (float value in output) sum += value;
        for (int j = 0; j < classes; j++)
        {
            double wanted = Wanted(target, j, classes), share = output[j] / sum;
            double p = Math.Clamp(share, Epsilon, 1 - Epsilon);
            loss -= wanted == 0 ? 0 : wanted * Portable.Log(p);
            gradient[j] = share == p ? -wanted / p : 0; // what is clipped has no slope
            slopes += gradient[j] * share;
            prediction[j] = output[j];
        }

        for (int j = 0; j < classes; j++) gradient[j] = (gradient[j] - slopes) / sum; // through the division by the sum
        return loss;
    }
}
