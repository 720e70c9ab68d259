using Unroll.Configuration;

namespace Unroll.Constraints;

internal static class ConstraintCatalog
{
    public static Catalog<Constraint> Instance { get; } = new(
        "Constraint", "keras.constraints", [MaxNorm.Registration, UnitNorm.Registration, NonNeg.Registration, MinMaxNorm.Registration]);
}
