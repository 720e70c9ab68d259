using Unroll.Configuration;

namespace Unroll.Losses;

/// <summary>
/// What Keras' texts "crossentropy" and "ce" mean, which depends on the shapes: binary for one output, sparse categorical for
/// class numbers as targets, else categorical.
/// </summary>
public sealed class Crossentropy : Loss
{
    internal static Registration<Loss> Registration { get; } =
        new Registration<Loss, Crossentropy>("Crossentropy") { Aliases = ["ce"], Arguments = CommonArguments, Make = _ => new Crossentropy() };

    internal override Loss For(int steps, int units, int targets)
    {
        if (units == 1) return new BinaryCrossentropy { Reduction = Reduction };
        return targets == steps ? new SparseCategoricalCrossentropy { Reduction = Reduction } : new CategoricalCrossentropy { Reduction = Reduction };
    }

    /// <inheritdoc/>
    public override double Evaluate(ReadOnlySpan<float> output, ReadOnlySpan<float> target, Span<double> gradient) =>
        For(1, output.Length, target.Length).Evaluate(output, target, gradient);
}
