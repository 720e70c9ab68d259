using MathNet.Numerics.Distributions;

namespace Unroll.Studies.Analysis;

/// <summary>Shares and how sure they are.</summary>
internal static class Chances
{
    /// <summary>Standard error of a share measured on n examples.</summary>
    public static double StandardError(double share, int n) => Math.Sqrt(share * (1 - share) / n);

    /// <summary>Exact 95 % interval of a share (Clopper and Pearson); half a success counts as half.</summary>
    public static Interval Exact(double successes, int n, double confidence = 0.95)
    {
        if (n == 0) return new Interval(0, 1);
        double tail = (1 - confidence) / 2;
        return new Interval(
            successes <= 0 ? 0 : Beta.InvCDF(successes, n - successes + 1, tail),
            successes >= n ? 1 : Beta.InvCDF(successes + 1, n - successes, 1 - tail));
    }

    /// <summary>Probability that a value of <paramref name="x"/> is above one of <paramref name="y"/>; equal ones count half.</summary>
    public static double Above(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        double wins = 0;
        foreach (double a in x)
            foreach (double b in y) wins += a > b ? 1 : a == b ? 0.5 : 0;
        return wins / ((double)x.Count * y.Count);
    }

    /// <summary>Probability of improvement over several tasks: the mean of <see cref="Above"/> over the columns.</summary>
    public static double Improvement(IReadOnlyList<IReadOnlyList<double>> x, IReadOnlyList<IReadOnlyList<double>> y) =>
        Enumerable.Range(0, x[0].Count).Average(task => Above([.. x.Select(run => run[task])], [.. y.Select(run => run[task])]));
}
