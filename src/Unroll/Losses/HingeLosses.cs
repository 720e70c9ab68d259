using Unroll.Configuration;

namespace Unroll.Losses;

/// <summary>
/// A loss of labels −1 and 1 that is 0 beyond a margin. Labels 0 and 1 are taken for −1 and 1 if a row has no others; Keras
/// looks at the whole batch for this.
/// </summary>
public abstract class MarginLoss : Loss
{
    private protected MarginLoss()
    {
    }

    /// <summary>Value and slope by the margin that is missing.</summary>
    private protected abstract (double Loss, double Slope) Of(double missing);

    /// <inheritdoc/>
    public sealed override double Evaluate(ReadOnlySpan<float> output, ReadOnlySpan<float> target, Span<double> gradient)
    {
        bool areBits = !target.ContainsAnyExcept(0f, 1f);
        double sum = 0;
        for (int j = 0; j < output.Length; j++)
        {
            double y = areBits && target[j] == 0 ? -1 : target[j];
            (double loss, double slope) = Of(Math.Max(0, 1 - y * output[j]));
            sum += loss;
            gradient[j] = -y * slope / output.Length;
        }

        return sum / output.Length;
    }
}

/// <summary>max(0, 1 − y·p), mean over the outputs.</summary>
public sealed class Hinge : MarginLoss
{
    internal static Registration<Loss> Registration { get; } =
        new Registration<Loss, Hinge>("Hinge") { Arguments = CommonArguments, Make = _ => new Hinge() };

    private protected override (double Loss, double Slope) Of(double missing) => (missing, missing > 0 ? 1 : 0);
}

/// <summary>max(0, 1 − y·p)², mean over the outputs.</summary>
public sealed class SquaredHinge : MarginLoss
{
    internal static Registration<Loss> Registration { get; } =
        new Registration<Loss, SquaredHinge>("SquaredHinge") { Arguments = CommonArguments, Make = _ => new SquaredHinge() };

    private protected override (double Loss, double Slope) Of(double missing) => (missing * missing, 2 * missing);
}

/// <summary>max(0, 1 + max((1 − y)·p) − Σ y·p); targets are one-hot rows.</summary>
public sealed class CategoricalHinge : Loss
{
    internal static Registration<Loss> Registration { get; } =
        new Registration<Loss, CategoricalHinge>("CategoricalHinge") { Arguments = CommonArguments, Make = _ => new CategoricalHinge() };

    /// <inheritdoc/>
    public override double Evaluate(ReadOnlySpan<float> output, ReadOnlySpan<float> target, Span<double> gradient)
    {
        double right = 0, wrong = double.NegativeInfinity;
        int worst = 0;
        for (int j = 0; j < output.Length; j++)
        {
            right += (double)target[j] * output[j];
            double other = (1.0 - target[j]) * output[j];
            if (other > wrong) (wrong, worst) = (other, j);
        }

        double loss = Math.Max(0, 1 + wrong - right);
        for (int j = 0; j < output.Length; j++) gradient[j] = loss > 0 ? -target[j] + (j == worst ? 1.0 - target[j] : 0) : 0;
        return loss;
    }
}
