using Unroll.Configuration;

namespace Unroll.Schedules;

internal static class ScheduleCatalog
{
    public static Catalog<LearningRateSchedule> Instance { get; } = new("Schedule", "keras.optimizers.schedules",
    [
        ExponentialDecay.Registration,
        InverseTimeDecay.Registration,
        PolynomialDecay.Registration,
        PiecewiseConstantDecay.Registration,
        CosineDecay.Registration,
        CosineDecayRestarts.Registration,
    ]);
}
