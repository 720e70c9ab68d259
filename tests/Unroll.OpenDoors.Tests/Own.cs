namespace Unroll.OpenDoors.Tests;

/// <summary>Registers everything of one's own, once.</summary>
internal static class Own
{
    private static readonly Lazy<bool> s_registered = new(() =>
    {
        Catalog.Register(MinimalGatedUnit.Registration);
        Catalog.Register(Residual.Registration);
        Catalog.Register(Affine.Registration);
        Catalog.Register(Gated.Registration);
        Catalog.Register(Alternating.Registration);
        Catalog.Register(FourthPower.Registration);
        Catalog.Register(Box.Registration);
        Catalog.Register(Quantile.Registration);
        Catalog.Register(Bias.Registration);
        Catalog.Register(SignDescent.Registration);
        Catalog.Register(WarmUp.Registration);
        Catalog.Register(Bent.Registration);
        return true;
    });

    public static void Register() => _ = s_registered.Value;
}
