using Unroll.Configuration;

namespace Unroll.Losses;

/// <summary>
/// −Σ y·ln p over the classes; targets are one-hot rows. Probabilities are divided by their sum and clipped to
/// [1e-7, 1 − 1e-7]; from logits, and behind a Dense layer with softmax, ln p is the logarithm of the softmax.
/// </summary>
public sealed class CategoricalCrossentropy : ClassLoss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="fromLogits">True: the model puts out logits, without a softmax.</param>
    /// <param name="labelSmoothing">0 to 1: draws targets towards 1/classes, y·(1 − s) + s/classes.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="labelSmoothing"/> is outside 0 … 1.</exception>
    public CategoricalCrossentropy(bool fromLogits = false, double labelSmoothing = 0.0) : base(fromLogits) =>
        LabelSmoothing = RequireSmoothing("CategoricalCrossentropy", labelSmoothing);

    /// <inheritdoc/>
    public override string Name => "categorical_crossentropy";

    internal static Registration<Loss> Registration { get; } = new Registration<Loss, CategoricalCrossentropy>("CategoricalCrossentropy")
    {
        Arguments =
        [
            ConfigArgument<CategoricalCrossentropy>.Fixed("name", loss => loss.Name, _ => true),
            ConfigArgument<CategoricalCrossentropy>.Fixed("reduction", "sum_over_batch_size"),
            new("from_logits", loss => loss.FromLogits),
            new("label_smoothing", loss => loss.LabelSmoothing),
            ConfigArgument<CategoricalCrossentropy>.Fixed("axis", -1),
        ],
        Make = a => new CategoricalCrossentropy(a.Bool("from_logits", false), a.Double("label_smoothing", 0)),
    };

    /// <summary>How far targets are drawn towards 1/classes.</summary>
    public double LabelSmoothing { get; }

    private protected override double Wanted(ReadOnlySpan<float> target, int output, int classes) =>
        target[output] * (1 - LabelSmoothing) + LabelSmoothing / classes;
}

/// <summary>−ln p of the right class; targets are the numbers of the classes, 0 and up. Otherwise as <see cref="CategoricalCrossentropy"/>.</summary>
/// <param name="fromLogits">True: the model puts out logits, without a softmax.</param>
public sealed class SparseCategoricalCrossentropy(bool fromLogits = false) : ClassLoss(fromLogits)
{
    /// <inheritdoc/>
    public override string Name => "sparse_categorical_crossentropy";

    internal static Registration<Loss> Registration { get; } = new Registration<Loss, SparseCategoricalCrossentropy>("SparseCategoricalCrossentropy")
    {
        Arguments =
        [
            ConfigArgument<SparseCategoricalCrossentropy>.Fixed("name", loss => loss.Name, _ => true),
            ConfigArgument<SparseCategoricalCrossentropy>.Fixed("reduction", "sum_over_batch_size"),
            new("from_logits", loss => loss.FromLogits),
            ConfigArgument<SparseCategoricalCrossentropy>.Fixed("ignore_class", null),
            ConfigArgument<SparseCategoricalCrossentropy>.Outdated("axis", -1),
        ],
        Make = a => new SparseCategoricalCrossentropy(a.Bool("from_logits", false)),
    };

    internal override bool TakesClassIds => true;

    private protected override double Wanted(ReadOnlySpan<float> target, int output, int classes) => target[0] == output ? 1 : 0;
}
