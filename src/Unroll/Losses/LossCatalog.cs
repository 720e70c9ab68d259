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
