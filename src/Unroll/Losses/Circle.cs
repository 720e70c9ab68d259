using Unroll.Configuration;
using Unroll.Kernels.Math;

namespace Unroll.Losses;

/// <summary>
/// Draws outputs of samples of one class together and pushes those of others apart (Sun et al. 2020). With the distance
/// d = max(0, 1 − a·b) of two samples and the margin m a sample's value is ln(1 + P·N): P is the sum of e^(γ·(d + m)·(d − m))
/// over samples of its class, N that of e^(γ·max(0, 1 + m − d)·(1 − m − d)) over the others. Outputs should have the length 1
/// (<c>UnitNormalization</c>); targets are the numbers of the classes.
/// </summary>
public sealed class Circle : BatchLoss
{
    private static readonly Argument<double> GammaArgument = Argument.Number("gamma", 80).Above(0.0);
    private static readonly Argument<double> MarginArgument = Argument.Number("margin", 0.4);
    private static readonly Argument<bool> RemoveDiagonalArgument = Argument.Flag("remove_diagonal", true);

    /// <summary>How sharply pairs are told apart; above 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">0, negative or not finite.</exception>
    public double Gamma { get => Get(GammaArgument); init => Set(GammaArgument, value); }

    /// <summary>Pairs of a class shall be nearer than this, others farther than 1 minus this.</summary>
    public double Margin { get => Get(MarginArgument); init => Set(MarginArgument, value); }

    /// <summary>Whether a sample makes no pair with itself.</summary>
    public bool RemoveDiagonal { get => Get(RemoveDiagonalArgument); init => Set(RemoveDiagonalArgument, value); }

    /// <inheritdoc/>
    public override bool TakesClassIds => true;

    internal static Registration<Loss> Registration { get; } = new Registration<Loss, Circle>("Circle")
    {
        Arguments = [.. CommonArguments, GammaArgument, MarginArgument, RemoveDiagonalArgument],
        Make = _ => new Circle(),
    };

    internal override string? WrongSize(int steps, int units, int size) => steps != 1
        ? $"{Name} compares samples, whose outputs must have no time steps, but they have {steps}."
        : base.WrongSize(steps, units, size);

    internal override string? WrongTarget(float target, int units) => target == MathF.Floor(target) ? null : $"{Name} needs the numbers of classes.";

    /// <inheritdoc/>
    public override void Evaluate(LossBatch batch, ReadOnlySpan<double> weights, Span<double> values, Span<double> gradient)
    {
        int samples = batch.Samples, units = batch.Units;
        gradient.Clear();
        var distances = new double[samples];
        var logits = new double[samples];
        for (int i = 0; i < samples; i++)
        {
            for (int j = 0; j < samples; j++) distances[j] = 1 - Product(batch, i, j);
            double highest = double.NegativeInfinity, highestOther = double.NegativeInfinity;
            for (int j = 0; j < samples; j++)
            {
                if (!IsPair(i, j)) continue;
                logits[j] = Logit(distances[j], IsSame(batch, i, j)).Value;
                if (IsSame(batch, i, j)) highest = Math.Max(highest, logits[j]);
                else highestOther = Math.Max(highestOther, logits[j]);
            }

            values[i] = 0;
            if (double.IsNegativeInfinity(highest) || double.IsNegativeInfinity(highestOther)) continue; // no pair of one kind
            double sum = 0, sumOther = 0;
            for (int j = 0; j < samples; j++)
            {
                if (!IsPair(i, j)) continue;
                if (IsSame(batch, i, j)) sum += Portable.Exp(logits[j] - highest);
                else sumOther += Portable.Exp(logits[j] - highestOther);
            }

            (double sigmoid, values[i]) = Portable.SigmoidAndSoftplus(highest + Portable.Log(sum) + highestOther + Portable.Log(sumOther));
            if (weights[i] == 0) continue;
            for (int j = 0; j < samples; j++)
            {
                if (!IsPair(i, j)) continue;
                bool same = IsSame(batch, i, j);
                double share = same ? Portable.Exp(logits[j] - highest) / sum : Portable.Exp(logits[j] - highestOther) / sumOther;
                double slope = -weights[i] * sigmoid * share * Logit(distances[j], same).Slope; // at the product of the two
                for (int k = 0; k < units; k++)
                {
                    gradient[i * units + k] += slope * batch.Outputs[j * units + k];
                    gradient[j * units + k] += slope * batch.Outputs[i * units + k];
                }
            }
        }
    }

    private bool IsPair(int i, int j) => i != j || !RemoveDiagonal;

    private static bool IsSame(LossBatch batch, int i, int j) => batch.Targets[i] == batch.Targets[j];

    /// <summary>What a pair adds to its sum, as a logarithm, and the slope of that at the distance before it was cut off at 0.</summary>
    private (double Value, double Slope) Logit(double distance, bool isSame)
    {
        double d = Math.Max(0, distance), inside = distance > 0 ? 1 : 0;
        if (isSame)
        {
            double weight = Math.Max(0, Margin + d);
            return (-Gamma * weight * (Margin - d), inside * Gamma * (weight - (weight > 0 ? Margin - d : 0)));
        }
        else
        {
            double weight = Math.Max(0, 1 + Margin - d);
            return (Gamma * weight * (1 - Margin - d), inside * -Gamma * (weight + (weight > 0 ? 1 - Margin - d : 0)));
        }
    }

    private static double Product(LossBatch batch, int i, int j)
    {
        double sum = 0;
        for (int k = 0; k < batch.Units; k++) sum += (double)batch.Outputs[i * batch.Units + k] * batch.Outputs[j * batch.Units + k];
        return sum;
    }
}
