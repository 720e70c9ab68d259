using Unroll.Configuration;

namespace Unroll.Callbacks;

/// <summary>What can be written as text; callbacks that are made of functions can't.</summary>
internal static class CallbackCatalog
{
    public static Catalog<Callback> Instance { get; } = new("Callback", "keras.callbacks",
    [
        EarlyStopping.Registration,
        ReduceLROnPlateau.Registration,
        ModelCheckpoint.Registration,
        CSVLogger.Registration,
        TensorBoard.Registration,
        TerminateOnNaN.Registration,
        BackupAndRestore.Registration,
        SwapEMAWeights.Registration,
    ]);
}
