using System.Globalization;
using Unroll.Studies.Reports;

namespace Unroll.Studies.Analysis;

/// <summary>Numbers as findings speak them.</summary>
internal static class Words
{
    /// <summary><c>82.28 %</c>.</summary>
    public static string Percent(double share) => $"{NumberText.Fixed(share * 100, 2)} %";

    /// <summary>A difference in percentage points, <c>+0.12</c> or <c>−1.20</c>.</summary>
    public static string Points(double difference)
    {
        string text = NumberText.Fixed(Math.Abs(difference) * 100, 2);
        return text == "0.00" ? text : (difference < 0 ? "−" : "+") + text;
    }

    /// <summary><c>−0.10 to +0.34</c>, in points.</summary>
    public static string Range(Interval interval) => $"{Points(interval.Low)} to {Points(interval.High)}";

    /// <summary>A margin in points without needless zeros, <c>±0.5</c>.</summary>
    public static string Margin(double share) => "±" + (share * 100).ToString("0.###", CultureInfo.InvariantCulture);

    /// <summary>A number with that many decimals.</summary>
    public static string Number(double value, int decimals) => NumberText.Fixed(value, decimals);

    /// <summary><c>25,000</c>.</summary>
    public static string Count(long count) => NumberText.Count(count);

    /// <summary><c>A</c>, <c>A and B</c>, <c>A, B and C</c>.</summary>
    public static string List(IEnumerable<string> items)
    {
        string[] all = [.. items];
        return all.Length < 2 ? string.Concat(all) : $"{string.Join(", ", all[..^1])} and {all[^1]}";
    }
}
