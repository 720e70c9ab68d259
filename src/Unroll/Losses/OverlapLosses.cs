using Unroll.Configuration;
using Unroll.Kernels.Math;

namespace Unroll.Losses;

/// <summary>Σ y·ln(y/p) over the outputs; both are clipped to [1e-7, 1].</summary>
public sealed class KLDivergence : Loss
{
    internal static Registration<Loss> Registration { get; } = new Registration<Loss, KLDivergence>("KLDivergence")
    {
        Aliases = ["kld", "kullback_leibler_divergence"],
        Arguments = CommonArguments,
        Make = _ => new KLDivergence(),
    };

    /// <inheritdoc/>
    public override double Evaluate(ReadOnlySpan<float> output, ReadOnlySpan<float> target, Span<double> gradient)
    {
        double sum = 0;
        for (int j = 0; j < output.Length; j++)
        {
            double y = Math.Clamp(target[j], Epsilon, 1), p = Math.Clamp(output[j], Epsilon, 1);
            sum += y * (Portable.Log(y) - Portable.Log(p));
            gradient[j] = p == output[j] ? -y / p : 0;
        }

        return sum;
    }
}

/// <summary>−Σ y·p / (|y|·|p|), from −1 for the same direction to 1 for the opposite one.</summary>
public sealed class CosineSimilarity : Loss
{
    private const double SmallestSquare = 1e-12;

    private static readonly Argument<int> AxisArgument = Argument.Whole("axis", -1);

    /// <summary>The axis of the vectors; −1: the outputs of a sample at one time step.</summary>
    public int Axis { get => Get(AxisArgument); init => Set(AxisArgument, value); }

    internal static Registration<Loss> Registration { get; } = new Registration<Loss, CosineSimilarity>("CosineSimilarity")
    {
        Arguments = [.. CommonArguments, AxisArgument],
        Make = _ => new CosineSimilarity(),
    };

    /// <inheritdoc/>
    protected override int? Along => Axis;

    /// <inheritdoc/>
    public override double Evaluate(ReadOnlySpan<float> output, ReadOnlySpan<float> target, Span<double> gradient)
    {
        double product = 0, outputs = 0, targets = 0;
        for (int j = 0; j < output.Length; j++)
        {
            product += (double)output[j] * target[j];
            outputs += (double)output[j] * output[j];
            targets += (double)target[j] * target[j];
        }

        double scale = 1 / (Math.Sqrt(Math.Max(outputs, SmallestSquare)) * Math.Sqrt(Math.Max(targets, SmallestSquare)));
        double pull = outputs > SmallestSquare ? product / outputs : 0;
        for (int j = 0; j < output.Length; j++) gradient[j] = -scale * (target[j] - pull * output[j]);
        return -product * scale;
    }
}

/// <summary>1 − 2·Σ y·p / (Σ y + Σ p + 1e-7), over the whole batch unless an axis is given: overlap of two sets (Dice 1945).</summary>
public sealed class Dice : Loss
{
    private static readonly Argument<int?> AxisArgument = Argument.OptionalWhole("axis");

    /// <summary>The axis that is summed over; null: everything, so that a batch has one value.</summary>
    public int? Axis { get => Get(AxisArgument); init => Set(AxisArgument, value); }

    internal static Registration<Loss> Registration { get; } = new Registration<Loss, Dice>("Dice")
    {
        Arguments = [.. CommonArguments, AxisArgument],
        Make = _ => new Dice(),
    };

    /// <inheritdoc/>
    protected override int? Along => Axis;

    /// <inheritdoc/>
    public override double Evaluate(ReadOnlySpan<float> output, ReadOnlySpan<float> target, Span<double> gradient) =>
        Overlap.Evaluate(output, target, alpha: 0.5, beta: 0.5, Epsilon / 2, gradient);
}

/// <summary>
/// 1 − Σ y·p / (Σ y·p + α·Σ (1 − p)·y + β·Σ p·(1 − y) + 1e-7), over the whole batch unless an axis is given: Dice with weights
/// for what was called wrongly and what was missed (Salehi et al. 2017).
/// </summary>
public sealed class Tversky : Loss
{
    private static readonly Argument<double> AlphaArgument = Argument.Number("alpha", 0.5);
    private static readonly Argument<double> BetaArgument = Argument.Number("beta", 0.5);
    private static readonly Argument<int?> AxisArgument = Argument.OptionalWhole("axis");

    /// <summary>What it counts to miss a target of 1.</summary>
    public double Alpha { get => Get(AlphaArgument); init => Set(AlphaArgument, value); }

    /// <summary>What it counts to call a target of 0.</summary>
    public double Beta { get => Get(BetaArgument); init => Set(BetaArgument, value); }

    /// <summary>The axis that is summed over; null: everything, so that a batch has one value.</summary>
    public int? Axis { get => Get(AxisArgument); init => Set(AxisArgument, value); }

    internal static Registration<Loss> Registration { get; } = new Registration<Loss, Tversky>("Tversky")
    {
        Arguments = [.. CommonArguments, AlphaArgument, BetaArgument, AxisArgument],
        Make = _ => new Tversky(),
    };

    /// <inheritdoc/>
    protected override int? Along => Axis;

    /// <inheritdoc/>
    public override double Evaluate(ReadOnlySpan<float> output, ReadOnlySpan<float> target, Span<double> gradient) =>
        Overlap.Evaluate(output, target, Alpha, Beta, Epsilon, gradient);
}

internal static class Overlap
{
    /// <summary>1 − both / (both + α·missed + β·called + least). With ½ and ½ the divisor is (Σ y + Σ p) / 2.</summary>
    public static double Evaluate(ReadOnlySpan<float> output, ReadOnlySpan<float> target, double alpha, double beta, double least, Span<double> gradient)
    {
        double both = 0, missed = 0, called = 0;
        for (int j = 0; j < output.Length; j++)
        {
            both += (double)target[j] * output[j];
            missed += (1.0 - output[j]) * target[j];
            called += output[j] * (1.0 - target[j]);
        }

        double divisor = both + alpha * missed + beta * called + least;
        for (int j = 0; j < output.Length; j++)
        {
            double slope = target[j] * (1 - alpha) + beta * (1.0 - target[j]); // of the divisor
            gradient[j] = -(target[j] - both / divisor * slope) / divisor;
        }

        return 1 - both / divisor;
    }
}
