using System.Globalization;

namespace Unroll.Studies.Plots;

/// <summary>Round numbers for an axis.</summary>
internal sealed record Ticks(double Minimum, double Maximum, double Step, IReadOnlyList<double> Values)
{
    /// <summary>About <paramref name="count"/> ticks at multiples of 1, 2 or 5 × 10^n whose range holds both ends.</summary>
    public static Ticks Nice(double low, double high, int count = 5)
    {
        if (!double.IsFinite(low) || !double.IsFinite(high)) (low, high) = (0, 1);
        if (high - low < 1e-9 * Math.Max(1, Math.Abs(high)))
        {
            double pad = Math.Max(Math.Abs(high) * 0.05, 0.005);
            (low, high) = (low - pad, high + pad);
        }

        double step = RoundStep((high - low) / Math.Max(1, count));
        double first = Math.Floor(low / step + 1e-9);
        double last = Math.Ceiling(high / step - 1e-9);
        var values = new List<double>();
        for (double i = first; i <= last; i++) values.Add(i * step);
        return new Ticks(first * step, last * step, step, values);
    }

    /// <summary>Whole numbers only, from the first to the last epoch.</summary>
    public static Ticks Integers(int low, int high, int count = 8)
    {
        int step = 1;
        foreach (int candidate in (int[])[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000])
        {
            step = candidate;
            if ((high - low) / candidate < count) break;
        }

        // Multiples of the step read better than low + k·step; the first epoch is always marked.
        var values = new List<double> { low };
        for (int value = (low / step + 1) * step; value <= high; value += step)
            if (value - low >= (step + 1) / 2) values.Add(value);
        return new Ticks(low, Math.Max(high, low), step, values);
    }

    /// <summary>A tick as text with just the decimals that the step needs.</summary>
    public string Text(double value)
    {
        int decimals = 0;
        for (double step = Step; decimals < 6 && Math.Abs(step - Math.Round(step)) > 1e-6 * step; step *= 10) decimals++;
        return (Math.Abs(value) < Step * 1e-6 ? 0 : value).ToString("F" + decimals, CultureInfo.InvariantCulture);
    }

    private static double RoundStep(double raw)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        double fraction = raw / power;
        double rounded = fraction <= 1 ? 1 : fraction <= 2 ? 2 : fraction <= 5 ? 5 : 10;
        return rounded * power;
    }
}
