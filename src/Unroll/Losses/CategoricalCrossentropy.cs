using Unroll.Configuration;

namespace Unroll.Losses;

/// <summary>
/// −Σ y·ln p over the classes; targets are one-hot rows. Probabilities are divided by their sum and clipped to
/// [1e-7, 1 − 1e-7]; from logits, and behind a Dense layer with softmax, ln p is the logarithm of the softmax.
/// </summary>
public sealed class CategoricalCrossentropy : ClassLoss
{
    private static readonly Argument<double> LabelSmoothingArgument = Argument.Number("label_smoothing", 0).Between(0, 1);

    /// <inheritdoc/>
    public override string Name => "categorical_crossentropy";

    /// <inheritdoc/>
    public override (float Least, float Most) TargetRange => (0, 1);

    /// <inheritdoc/>
    public override string TargetAdvice => "One-hot rows, or probabilities of the classes, are what it takes; for real numbers use mean_squared_error.";

    /// <summary>0 to 1: draws targets towards 1/classes, y·(1 − s) + s/classes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 … 1.</exception>
    public double LabelSmoothing { get => Get(LabelSmoothingArgument); init => Set(LabelSmoothingArgument, value); }

    internal static Registration<Loss> Registration { get; } = new Registration<Loss, CategoricalCrossentropy>("CategoricalCrossentropy")
    {
        Arguments = [.. CommonArguments, FromLogitsArgument, LabelSmoothingArgument, Argument.Fixed("axis", -1)],
        Make = _ => new CategoricalCrossentropy(),
    };

    private protected override double Wanted(ReadOnlySpan<float> target, int output, int classes) =>
        target[output] * (1 - LabelSmoothing) + LabelSmoothing / classes;
}

/// <summary>−ln p of the right class; targets are the numbers of the classes, 0 and up. Otherwise as <see cref="CategoricalCrossentropy"/>.</summary>
public sealed class SparseCategoricalCrossentropy : ClassLoss
{
    /// <inheritdoc/>
    public override string Name => "sparse_categorical_crossentropy";

    /// <inheritdoc/>
    public override bool TakesClassIds => true;

    internal static Registration<Loss> Registration { get; } = new Registration<Loss, SparseCategoricalCrossentropy>("SparseCategoricalCrossentropy")
    {
        Arguments = [.. CommonArguments, FromLogitsArgument, Argument.Fixed("ignore_class", null), Argument.Outdated("axis", -1)],
        Make = _ => new SparseCategoricalCrossentropy(),
    };

    private protected override double Wanted(ReadOnlySpan<float> target, int output, int classes) => target[0] == output ? 1 : 0;
}
