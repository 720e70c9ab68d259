using Unroll.Configuration;
using Unroll.Metrics;

namespace Unroll.Losses;

internal sealed class LossCatalog : Catalog<Loss>
{
    private LossCatalog() : base("Loss", "keras.losses",
    [
        BinaryCrossentropy.Registration,
        CategoricalCrossentropy.Registration,
        SparseCategoricalCrossentropy.Registration,
        MeanSquaredError.Registration,
        MeanAbsoluteError.Registration,
        MeanAbsolutePercentageError.Registration,
        MeanSquaredLogarithmicError.Registration,
        Huber.Registration,
        LogCosh.Registration,
        Poisson.Registration,
        Hinge.Registration,
        SquaredHinge.Registration,
        CategoricalHinge.Registration,
        BinaryFocalCrossentropy.Registration,
        CategoricalFocalCrossentropy.Registration,
        CategoricalGeneralizedCrossEntropy.Registration,
        KLDivergence.Registration,
        CosineSimilarity.Registration,
        Dice.Registration,
        Tversky.Registration,
        Circle.Registration,
        CTC.Registration,
        Crossentropy.Registration,
    ], SnakeCase.Of)
    {
    }

    public static LossCatalog Instance { get; } = new();

    /// <summary>Every loss is a metric, too.</summary>
    public override void Register(Registration<Loss> registration)
    {
        ArgumentNullException.ThrowIfNull(registration);
        Metric.Catalog.Register(new MeanLossRegistration(registration)); // a name that is taken among losses is taken there
        base.Register(registration);
    }
}
