using System.Globalization;
using System.Text;

namespace Unroll.Reports;

/// <summary>
/// How long texts are, to choose the length of the rows by.
/// <code>
/// var lengths = LengthHistogram.Of(sequences.Select(s => s.Length));
/// int maxLen = (int)lengths.Percentile(95);
/// </code>
/// </summary>
public sealed class LengthHistogram
{
    private readonly int[] _sorted;

    private LengthHistogram(int[] sorted, double[] edges, int[] counts) => (_sorted, Edges, Counts) = (sorted, edges, counts);

    /// <summary>Ends of the bins, one more than there are bins; a bin holds its lower end, the last one both.</summary>
    public IReadOnlyList<double> Edges { get; }

    /// <summary>Samples in each bin.</summary>
    public IReadOnlyList<int> Counts { get; }

    /// <summary>The mean length.</summary>
    public double Mean => _sorted.Average();

    /// <summary>Counts lengths in bins of equal width from the shortest to the longest: NumPy's <c>histogram</c>.</summary>
    /// <param name="lengths">Lengths of samples.</param>
    /// <param name="bins">Number of bins.</param>
    /// <exception cref="ArgumentException">There are no lengths, or one is negative.</exception>
    public static LengthHistogram Of(IEnumerable<int> lengths, int bins = 20)
    {
        ArgumentNullException.ThrowIfNull(lengths);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bins);
        int[] sorted = [.. lengths.Order()];
        if (sorted.Length == 0) throw new ArgumentException("There are no lengths to count.", nameof(lengths));
        ArgumentOutOfRangeException.ThrowIfNegative(sorted[0], nameof(lengths));
        (double low, double high) = sorted[0] == sorted[^1] ? (sorted[0] - 0.5, sorted[0] + 0.5) : (sorted[0], sorted[^1]);
        double[] edges = [.. Enumerable.Range(0, bins + 1).Select(k => k == bins ? high : low + k * ((high - low) / bins))];
        var counts = new int[bins];
        int bin = 0;
        foreach (int length in sorted)
        {
            while (bin < bins - 1 && length >= edges[bin + 1]) bin++;
            counts[bin]++;
        }

        return new LengthHistogram(sorted, edges, counts);
    }

    /// <summary>The length that a share of the samples does not exceed, interpolated linearly as NumPy's <c>percentile</c> does.</summary>
    /// <param name="percent">0 to 100.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is below 0 or above 100.</exception>
    public double Percentile(double percent)
    {
        if (percent is not (>= 0 and <= 100)) throw new ArgumentOutOfRangeException(nameof(percent), percent, "A percentile must be 0 to 100.");
        double position = percent / 100 * (_sorted.Length - 1);
        int below = (int)position, above = Math.Min(below + 1, _sorted.Length - 1);
        return _sorted[below] + (position - below) * (_sorted[above] - _sorted[below]);
    }

    /// <summary>Share of the samples that rows of a length hold whole, 0 to 1.</summary>
    public double ShareUpTo(int length) => _sorted.Count(value => value <= length) / (double)_sorted.Length;

    /// <summary>A line with a bar for each bin, and the percentiles that people ask for.</summary>
    public override string ToString()
    {
        const int Longest = 40;
        string[] ranges = [.. Enumerable.Range(0, Counts.Count).Select(k => $"{ReportNumber.Fixed(Edges[k], 0)} – {ReportNumber.Fixed(Edges[k + 1], 0)}")];
        int width = ranges.Max(range => range.Length), digits = Counts.Max().ToString(CultureInfo.InvariantCulture).Length;
        var text = new StringBuilder();
        for (int k = 0; k < ranges.Length; k++)
        {
            var bar = new string('█', (int)Math.Ceiling((double)Counts[k] * Longest / Counts.Max()));
            text.Append(ranges[k].PadLeft(width)).Append("  ").Append(Counts[k].ToString(CultureInfo.InvariantCulture).PadLeft(digits)).Append(("  " + bar).TrimEnd()).Append('\n');
        }

        return text.Append(CultureInfo.InvariantCulture,
            $"{_sorted.Length} samples, mean {ReportNumber.Fixed(Mean, 1)}, median {ReportNumber.Fixed(Percentile(50), 0)}, 90 % {ReportNumber.Fixed(Percentile(90), 0)}, 95 % {ReportNumber.Fixed(Percentile(95), 0)}, longest {_sorted[^1]}\n").ToString();
    }
}
