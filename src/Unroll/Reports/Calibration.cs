using System.Text;

namespace Unroll.Reports;

/// <summary>Samples whose probability lies between two bounds.</summary>
/// <param name="From">The lower bound.</param>
/// <param name="To">The upper bound, which belongs to it.</param>
/// <param name="Count">Samples.</param>
/// <param name="Confidence">The mean of their probabilities.</param>
/// <param name="Accuracy">The share of them that is right.</param>
public sealed record CalibrationBin(double From, double To, int Count, double Confidence, double Accuracy);

/// <summary>
/// Whether probabilities mean what they say: of predictions that a model gives 80 %, 80 % should be right.
/// <code>Console.WriteLine(Calibration.Of(probabilities, areRight));</code>
/// </summary>
public sealed class Calibration
{
    private Calibration(IReadOnlyList<CalibrationBin> bins, double error, double confidence, double accuracy) =>
        (Bins, Error, Confidence, Accuracy) = (bins, error, confidence, accuracy);

    /// <summary>The bins that hold samples.</summary>
    public IReadOnlyList<CalibrationBin> Bins { get; }

    /// <summary>The expected calibration error of Naeini et al. (2015): the mean distance of accuracy and confidence over bins, weighted with their samples.</summary>
    public double Error { get; }

    /// <summary>The mean probability.</summary>
    public double Confidence { get; }

    /// <summary>The share that is right.</summary>
    public double Accuracy { get; }

    /// <summary>Counts in bins of equal width.</summary>
    /// <param name="probabilities">What the model gave to the class that it predicted, 0 to 1.</param>
    /// <param name="areRight">Whether it was the right class.</param>
    /// <param name="bins">Number of bins from 0 to 1.</param>
    /// <exception cref="ArgumentException">The numbers of samples differ, there are none, or one is no probability.</exception>
    public static Calibration Of(IReadOnlyList<float> probabilities, IReadOnlyList<bool> areRight, int bins = 10)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        ArgumentNullException.ThrowIfNull(areRight);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bins);
        int count = probabilities.Count;
        if (count != areRight.Count) throw new ArgumentException($"There are {count} probabilities, but {areRight.Count} answers whether they are right.", nameof(areRight));
        if (count == 0) throw new ArgumentException("There are no samples to count.", nameof(probabilities));
        var sums = new double[bins];
        var rights = new int[bins];
        var counts = new int[bins];
        for (int i = 0; i < count; i++)
        {
            if (probabilities[i] is not (>= 0 and <= 1)) throw new ArgumentException($"Sample {i} has {probabilities[i]}, which is no probability.", nameof(probabilities));
            int bin = Math.Clamp((int)Math.Ceiling(probabilities[i] * bins) - 1, 0, bins - 1);
            counts[bin]++;
            sums[bin] += probabilities[i];
            if (areRight[i]) rights[bin]++;
        }

        CalibrationBin[] filled = [.. Enumerable.Range(0, bins).Where(k => counts[k] > 0).Select(k =>
            new CalibrationBin((double)k / bins, (k + 1.0) / bins, counts[k], sums[k] / counts[k], (double)rights[k] / counts[k]))];
        double error = filled.Sum(bin => bin.Count * Math.Abs(bin.Accuracy - bin.Confidence)) / count;
        return new Calibration(filled, error, sums.Sum() / count, (double)rights.Sum() / count);
    }

    /// <summary>A line for each bin, and the error.</summary>
    public override string ToString()
    {
        int width = Math.Max("samples".Length, Bins.Max(bin => bin.Count).ToString(System.Globalization.CultureInfo.InvariantCulture).Length);
        var text = new StringBuilder($"probability  {"samples".PadLeft(width)}   mean  right\n");
        foreach (CalibrationBin bin in Bins)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture,
                $"{ReportNumber.Fixed(bin.From, 2)} – {ReportNumber.Fixed(bin.To, 2)}  {bin.Count.ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(width)}  {ReportNumber.Fixed(bin.Confidence, 3)}  {ReportNumber.Fixed(bin.Accuracy, 3)}\n");
        }

        return text.Append(System.Globalization.CultureInfo.InvariantCulture, $"expected calibration error {ReportNumber.Fixed(Error, 3)}\n").ToString();
    }
}
