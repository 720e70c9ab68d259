using Unroll.Configuration;

namespace Unroll.Optimizers;

internal static class OptimizerCatalog
{
    public static Catalog<Optimizer> Instance { get; } = new("Optimizer", "keras.optimizers",
    [
        SGD.Registration,
        RMSprop.Registration,
        Adam.Registration,
        AdamW.Registration,
        Adamax.Registration,
        Nadam.Registration,
        Adagrad.Registration,
        Adadelta.Registration,
        Lion.Registration,
        Lamb.Registration,
        Ftrl.Registration,
        Adafactor.Registration,
        Muon.Registration,
    ]);
}
