namespace Unroll.Reports;

/// <summary>
/// A share of samples, such as an accuracy, and the interval that holds the true share in 95 % of samples: Wilson's (1927), which
/// is sound near 0 and 1 and for few samples, too.
/// </summary>
/// <param name="Share">Part ÷ samples.</param>
/// <param name="Low">The lower end.</param>
/// <param name="High">The upper end.</param>
/// <param name="Count">Samples that count.</param>
/// <param name="Samples">All samples.</param>
public sealed record ShareInterval(double Share, double Low, double High, int Count, int Samples)
{
    private const double Z = 1.959963984540054; // 97.5 % of a normal distribution

    /// <summary>Computes the interval.</summary>
    /// <param name="count">Samples that count, such as those predicted rightly.</param>
    /// <param name="samples">All samples; 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no samples, or more count than there are.</exception>
    public static ShareInterval Of(int count, int samples)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(samples);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, samples);
        double n = samples, p = count / n, z2 = Z * Z;
        double centre = (p + z2 / (2 * n)) / (1 + z2 / n), half = Z / (1 + z2 / n) * Math.Sqrt(p * (1 - p) / n + z2 / (4 * n * n));
        return new ShareInterval(p, count == 0 ? 0 : centre - half, count == samples ? 1 : centre + half, count, samples);
    }

    /// <summary>Percent, with the interval behind it.</summary>
    public override string ToString() => $"{ReportNumber.Fixed(100 * Share, 1)} % (95 %: {ReportNumber.Fixed(100 * Low, 1)} to {ReportNumber.Fixed(100 * High, 1)} %)";
}
