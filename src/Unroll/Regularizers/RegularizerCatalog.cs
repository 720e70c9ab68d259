using Unroll.Configuration;

namespace Unroll.Regularizers;

internal static class RegularizerCatalog
{
    public static Catalog<Regularizer> Instance { get; } =
        new("Regularizer", "keras.regularizers", [L1.Registration, L2.Registration, L1L2.Registration, OrthogonalRegularizer.Registration]);
}
