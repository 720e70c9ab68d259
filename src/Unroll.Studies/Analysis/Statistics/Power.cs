using MathNet.Numerics;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.RootFinding;

namespace Unroll.Studies.Analysis;

/// <summary>How likely a real difference is found, and how many repeats that takes.</summary>
internal static class Power
{
    /// <summary>Power of the two-sided paired t test.</summary>
    /// <param name="effect">The difference in standard deviations of the differences.</param>
    /// <param name="n">Pairs; need not be whole.</param>
    /// <param name="alpha">Level of the test.</param>
    public static double Paired(double effect, double n, double alpha = 0.05) => OfT(effect * Math.Sqrt(n), n - 1, alpha);

    /// <summary>Power of the two-sided t test of two groups of n each.</summary>
    public static double TwoSample(double effect, double n, double alpha = 0.05) => OfT(effect * Math.Sqrt(n / 2), 2 * n - 2, alpha);

    /// <summary>Pairs at which the paired test has the power; not rounded.</summary>
    public static double PairsNeeded(double effect, double power = 0.8, double alpha = 0.05) => Needed(n => Paired(effect, n, alpha), power);

    /// <summary>Size of each of two groups at which their test has the power; not rounded.</summary>
    public static double GroupSizeNeeded(double effect, double power = 0.8, double alpha = 0.05) => Needed(n => TwoSample(effect, n, alpha), power);

    /// <summary>The difference, in standard deviations of the differences, that n pairs find with the power.</summary>
    public static double DetectableDifference(int n, double power = 0.8, double alpha = 0.05) =>
        n < 2 ? double.PositiveInfinity : Brent.FindRoot(effect => Paired(effect, n, alpha) - power, 1e-6, 200, 1e-8, 200);

    /// <summary>Noether's sample size in all for a probability of improvement other than one half, one-sided.</summary>
    public static double Noether(double probability, double alpha = 0.05, double beta = 0.05)
    {
        double z = Normal.InvCDF(0, 1, 1 - alpha) + Normal.InvCDF(0, 1, 1 - beta);
        return z * z / (6 * (probability - 0.5) * (probability - 0.5));
    }

    private static double Needed(Func<double, double> power, double wanted)
    {
        const double Most = 1e6;
        if (power(2) >= wanted) return 2;
        return power(Most) < wanted ? double.PositiveInfinity : Brent.FindRoot(n => power(n) - wanted, 2, Most, 1e-9, 500);
    }

    private static double OfT(double noncentrality, double df, double alpha)
    {
        double critical = PairedTest.Quantile(df, 1 - alpha);
        return 1 - NoncentralT(critical, df, noncentrality) + NoncentralT(-critical, df, noncentrality);
    }

    /// <summary>
    /// P(T ≤ t) of the noncentral t distribution: the normal distribution of the mean, given the observed deviation u
    /// (in units of the true one), over the distribution of u, which is √(χ²/df).
    /// </summary>
    private static double NoncentralT(double t, double df, double noncentrality)
    {
        // Beyond these the density of u is below 1e-18 of its peak near 1, or u is 0.
        double spread = 9 / Math.Sqrt(2 * df);
        double low = Math.Max(0, 1 - spread), high = 1 + spread + 4 / df;
        double log = Math.Log(2) + df / 2 * Math.Log(df / 2) - SpecialFunctions.GammaLn(df / 2);
        double Density(double u) => u <= 0 ? (df == 1 ? Math.Exp(log) : 0) : Math.Exp(log + (df - 1) * Math.Log(u) - df * u * u / 2);
        return Simpson(u => Density(u) * Normal.CDF(noncentrality, 1, t * u), low, high, 1000);
    }

    private static double Simpson(Func<double, double> f, double low, double high, int intervals)
    {
        double step = (high - low) / intervals, sum = f(low) + f(high);
        for (int i = 1; i < intervals; i++) sum += (i % 2 == 0 ? 2 : 4) * f(low + i * step);
        return sum * step / 3;
    }
}
