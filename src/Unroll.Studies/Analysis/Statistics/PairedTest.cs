using MathNet.Numerics.Distributions;

namespace Unroll.Studies.Analysis;

/// <summary>Differences that belong together repeat by repeat: Student's t, and the exact test by signs.</summary>
internal static class PairedTest
{
    /// <summary>Most pairs for which all signs are gone through: 2^20 sums.</summary>
    public const int MostPairsForSigns = 20;

    /// <param name="Mean">Mean of the differences.</param>
    /// <param name="Std">Their sample standard deviation.</param>
    /// <param name="T">Student's t.</param>
    /// <param name="Df">Degrees of freedom.</param>
    /// <param name="P">Two-sided p; NaN with fewer than two differences.</param>
    /// <param name="Interval">95 % interval of the mean.</param>
    public sealed record Result(double Mean, double Std, double T, int Df, double P, Interval Interval);

    /// <summary>Student's t on differences. Differences that are all the same have an interval without width.</summary>
    public static Result Student(IReadOnlyList<double> differences, double confidence = 0.95)
    {
        Summary summary = Summary.Of(differences);
        int df = summary.Count - 1;
        if (df < 1) return new Result(summary.Mean, double.NaN, double.NaN, Math.Max(0, df), double.NaN, Interval.None);
        double error = summary.Std / Math.Sqrt(summary.Count);
        if (error == 0)
        {
            // Bit-identical trials: there is no chance in them, so there is nothing to test against.
            return new Result(summary.Mean, 0, summary.Mean == 0 ? 0 : double.CopySign(double.PositiveInfinity, summary.Mean), df,
                summary.Mean == 0 ? 1 : 0, new Interval(summary.Mean, summary.Mean));
        }

        double t = summary.Mean / error;
        double half = Quantile(df, confidence) * error;
        return new Result(summary.Mean, summary.Std, t, df, TwoSided(t, df), new Interval(summary.Mean - half, summary.Mean + half));
    }

    /// <summary>95 % interval of a mean of independent values.</summary>
    public static Interval OfMean(Summary summary)
    {
        if (summary.Count < 2) return Interval.None;
        double half = Quantile(summary.Count - 1, 0.95) * summary.Std / Math.Sqrt(summary.Count);
        return new Interval(summary.Mean - half, summary.Mean + half);
    }

    /// <summary>The t that is exceeded on both sides together with probability 1 − confidence.</summary>
    public static double Quantile(double df, double confidence) => StudentT.InvCDF(0, 1, df, 0.5 + confidence / 2);

    /// <summary>Two-sided p of a t.</summary>
    public static double TwoSided(double t, double df) => Math.Min(1, 2 * StudentT.CDF(0, 1, df, -Math.Abs(t)));

    /// <summary>
    /// Exact two-sided p: the share of all 2^n choices of signs whose sum is at least as far from 0. It assumes
    /// nothing but that without a difference either sign is as likely.
    /// </summary>
    /// <exception cref="ArgumentException">There are more than 20 differences.</exception>
    public static double SignFlip(IReadOnlyList<double> differences)
    {
        int n = differences.Count;
        if (n > MostPairsForSigns) throw new ArgumentException($"{n} differences have too many signs to go through; at most {MostPairsForSigns}.", nameof(differences));
        double observed = Math.Abs(differences.Sum());
        double tolerance = 1e-9 * differences.Sum(Math.Abs); // sums in another order are not other sums
        long extreme = 0;
        for (int signs = 0; signs < 1 << n; signs++)
        {
            double sum = 0;
            for (int i = 0; i < n; i++) sum += (signs >> i & 1) == 0 ? differences[i] : -differences[i];
            if (Math.Abs(sum) >= observed - tolerance) extreme++;
        }

        return (double)extreme / (1L << n);
    }

    /// <summary>The least p that the test by signs can give with n pairs.</summary>
    public static double LeastSignFlip(int n) => Math.ScaleB(2, -n);
}
