using MathNet.Numerics.Distributions;

namespace Unroll.Studies.Analysis;

/// <summary>Two designs on the same examples: do those that only one of them gets right tip to one side?</summary>
internal static class McNemar
{
    /// <summary>χ² with one degree of freedom, and its p.</summary>
    /// <param name="onlyFirst">Examples that only the first gets right.</param>
    /// <param name="onlySecond">Examples that only the second gets right.</param>
    /// <param name="corrected">With Edwards' correction for continuity.</param>
    public static (double ChiSquared, double P) Test(int onlyFirst, int onlySecond, bool corrected = true)
    {
        int discordant = onlyFirst + onlySecond;
        if (discordant == 0) return (0, 1);
        double distance = Math.Max(0, Math.Abs(onlyFirst - onlySecond) - (corrected ? 1 : 0));
        double chi = distance * distance / discordant;
        return (chi, 2 * Normal.CDF(0, 1, -Math.Sqrt(chi))); // the square root of χ²(1) is normal
    }

    /// <summary>Exact two-sided p from the binomial distribution.</summary>
    public static double Exact(int onlyFirst, int onlySecond)
    {
        int discordant = onlyFirst + onlySecond;
        if (discordant == 0) return 1;
        return Math.Min(1, 2 * Binomial.CDF(0.5, discordant, Math.Min(onlyFirst, onlySecond)));
    }
}
