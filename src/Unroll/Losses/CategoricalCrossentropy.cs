using Unroll.Configuration;

namespace Unroll.Losses;

/// <summary>
/// −Σ y·ln p over the classes; targets are one-hot rows. Probabilities are divided by their sum and clipped to
/// [1e-7, 1 − 1e-7]; from logits, and behind a Dense layer with softmax, ln p is the logarithm of the softmax.
/// </summary>
public sealed class CategoricalCrossentropy : ClassLoss
{
    private static readonly Argument<double> LabelSmoothingArgument = Argument.Number("label_smoothing", 0).Between(0, 1);

    private static readonly Argument<int> AxisArgument = Argument.Whole("axis", -1);

    /// <inheritdoc/>
    public override string Name => "categorical_crossentropy";

    /// <inheritdoc/>
    public override (float Least, float Most) TargetRange => (0, 1);

    /// <inheritdoc/>
    public override string TargetAdvice => "One-hot rows, or probabilities of the classes, are what it takes; for real numbers use mean_squared_error.";

    /// <summary>0 to 1: draws targets towards 1/classes, y·(1 − s) + s/classes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 … 1.</exception>
    public double LabelSmoothing { get => Get(LabelSmoothingArgument); init => Set(LabelSmoothingArgument, value); }

    /// <summary>The axis of the classes; −1: the outputs of a sample at one time step.</summary>
    public int Axis { get => Get(AxisArgument); init => Set(AxisArgument, value); }

    internal static Registration<Loss> Registration { get; } = new Registration<Loss, CategoricalCrossentropy>("CategoricalCrossentropy")
    {
        Arguments = [.. CommonArguments, FromLogitsArgument, LabelSmoothingArgument, AxisArgument],
        Make = _ => new CategoricalCrossentropy(),
    };

    internal override string? FusedActivation => Axis == -1 ? base.FusedActivation : null;

    /// <inheritdoc/>
    protected override int? Along => Axis;

    private protected override double Wanted(ReadOnlySpan<float> target, int output, int classes) =>
        target[output] * (1 - LabelSmoothing) + LabelSmoothing / classes;
}

/// <summary>−ln p of the right class; targets are the numbers of the classes, 0 and up. Otherwise as <see cref="CategoricalCrossentropy"/>.</summary>
public sealed class SparseCategoricalCrossentropy : ClassLoss
{
    private static readonly Argument<int?> IgnoreClassArgument = Argument.OptionalWhole("ignore_class");

    /// <inheritdoc/>
    public override string Name => "sparse_categorical_crossentropy";

    /// <inheritdoc/>
    public override bool TakesClassIds => true;

    /// <summary>Rows of this class count for nothing, as if they were masked; it may be negative. Null: none.</summary>
    public int? IgnoreClass { get => Get(IgnoreClassArgument); init => Set(IgnoreClassArgument, value); }

    internal static Registration<Loss> Registration { get; } = new Registration<Loss, SparseCategoricalCrossentropy>("SparseCategoricalCrossentropy")
    {
        Arguments = [.. CommonArguments, FromLogitsArgument, IgnoreClassArgument, Argument.Outdated("axis", -1)],
        Make = _ => new SparseCategoricalCrossentropy(),
    };

    private protected override double Wanted(ReadOnlySpan<float> target, int output, int classes) =>
        target[0] == output && !IsIgnored(target[0]) ? 1 : 0;

    internal override bool IgnoresSome => IgnoreClass is not null;

    internal override bool IsIgnored(float target) => IgnoreClass is { } ignored && target == ignored;
}
