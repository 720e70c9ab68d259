namespace Unroll.Studies.Analysis;

/// <summary>Two sets of values that don't belong together one by one.</summary>
internal static class TwoSamples
{
    /// <param name="Difference">Mean of the first minus mean of the second.</param>
    /// <param name="Interval">95 % interval.</param>
    /// <param name="T">Welch's t.</param>
    /// <param name="Df">Degrees of freedom (Welch and Satterthwaite).</param>
    /// <param name="P">Two-sided p; NaN with fewer than two values on a side.</param>
    public sealed record Result(double Difference, Interval Interval, double T, double Df, double P);

    /// <summary>Welch's t test, which does not take the variances for equal.</summary>
    public static Result Welch(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        Summary a = Summary.Of(first), b = Summary.Of(second);
        double difference = a.Mean - b.Mean;
        if (a.Count < 2 || b.Count < 2) return new Result(difference, Interval.None, double.NaN, double.NaN, double.NaN);
        double va = a.Std * a.Std / a.Count, vb = b.Std * b.Std / b.Count, error = Math.Sqrt(va + vb);
        if (error == 0) return new Result(difference, new Interval(difference, difference), double.NaN, double.NaN, difference == 0 ? 1 : 0);
        double df = (va + vb) * (va + vb) / (va * va / (a.Count - 1) + vb * vb / (b.Count - 1));
        double t = difference / error, half = PairedTest.Quantile(df, 0.95) * error;
        return new Result(difference, new Interval(difference - half, difference + half), t, df, PairedTest.TwoSided(t, df));
    }

    /// <summary>
    /// Exact two-sided p of the sum of ranks (Mann and Whitney, Wilcoxon), ties at their mean rank: the share of all ways to deal
    /// the ranks out whose sum is at least as far from its mean. It holds for any distribution, also one with two peaks.
    /// </summary>
    /// <returns>NaN if a side is empty.</returns>
    public static double RankSum(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        if (first.Count == 0 || second.Count == 0) return double.NaN;
        double[] all = [.. first, .. second];
        // Twice the mean rank is a whole number.
        int[] ranks = [.. all.Select(value => 2 * all.Count(other => other < value) + all.Count(other => other == value) + 1)];
        int chosen = first.Count, most = ranks.Sum(), observed = ranks.Take(chosen).Sum();
        double[][] ways = [.. Enumerable.Range(0, chosen + 1).Select(_ => new double[most + 1])];
        ways[0][0] = 1;
        foreach (int rank in ranks)
            for (int k = chosen; k > 0; k--)
                for (int sum = most; sum >= rank; sum--) ways[k][sum] += ways[k - 1][sum - rank];
        // The mean is chosen · most / all.Count; all is multiplied by that count to stay whole.
        long center = (long)chosen * most, distance = Math.Abs((long)observed * all.Length - center);
        double extreme = 0, total = 0;
        for (int sum = 0; sum <= most; sum++)
        {
            total += ways[chosen][sum];
            if (Math.Abs((long)sum * all.Length - center) >= distance) extreme += ways[chosen][sum];
        }

        return extreme / total;
    }
}
