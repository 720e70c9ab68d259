using Unroll.Configuration;

namespace Unroll.Initializers;

internal static class InitializerCatalog
{
    public static Catalog<Initializer> Instance { get; } = new("Initializer", "keras.initializers",
    [
        Zeros.Registration,
        Ones.Registration,
        Constant.Registration,
        RandomUniform.Registration,
        RandomNormal.Registration,
        TruncatedNormal.Registration,
        VarianceScaling.Registration,
        GlorotUniform.Registration,
        GlorotNormal.Registration,
        HeUniform.Registration,
        HeNormal.Registration,
        LecunUniform.Registration,
        LecunNormal.Registration,
        Orthogonal.Registration,
        Identity.Registration,
    ]);
}
