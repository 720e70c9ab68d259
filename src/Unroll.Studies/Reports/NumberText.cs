using System.Globalization;

namespace Unroll.Studies.Reports;

/// <summary>Numbers for people: always a point, thousands set apart, a dash for what does not exist.</summary>
public static class NumberText
{
    private const string Missing = "–";

    /// <summary><c>82.28 %</c>, with a spread <c>82.28 ± 0.12 %</c>.</summary>
    public static string Percent(Summary share)
    {
        ArgumentNullException.ThrowIfNull(share);
        if (double.IsNaN(share.Mean)) return Missing;
        string mean = Fixed(share.Mean * 100, 2);
        return double.IsNaN(share.Std) ? $"{mean} %" : $"{mean} ± {Fixed(share.Std * 100, 2)} %";
    }

    /// <summary><c>0.3869</c>, with a spread <c>0.3869 ± 0.0021</c>.</summary>
    public static string Loss(Summary loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        if (double.IsNaN(loss.Mean)) return Missing;
        return double.IsNaN(loss.Std) ? Fixed(loss.Mean, 4) : $"{Fixed(loss.Mean, 4)} ± {Fixed(loss.Std, 4)}";
    }

    /// <summary><c>12.3 s</c>, with a spread <c>12.3 ± 0.4 s</c>.</summary>
    public static string Seconds(Summary seconds)
    {
        ArgumentNullException.ThrowIfNull(seconds);
        if (double.IsNaN(seconds.Mean)) return Missing;
        int decimals = seconds.Mean < 10 ? 2 : seconds.Mean < 100 ? 1 : 0;
        string mean = Fixed(seconds.Mean, decimals);
        return double.IsNaN(seconds.Std) ? $"{mean} s" : $"{mean} ± {Fixed(seconds.Std, decimals)} s";
    }

    /// <summary><c>8,553</c>.</summary>
    public static string Count(long? count) => count?.ToString("N0", CultureInfo.InvariantCulture) ?? Missing;

    /// <summary><c>45 s</c>, <c>3 min 20 s</c>, <c>1 h 05 min</c>.</summary>
    public static string Duration(TimeSpan time)
    {
        if (time.TotalSeconds < 9.95) return $"{Fixed(time.TotalSeconds, 1)} s";
        var whole = TimeSpan.FromSeconds(Math.Round(time.TotalSeconds)); // before it is split, else 59.7 s become 0 min 59 s
        return whole.TotalMinutes < 1 ? $"{whole.Seconds} s"
            : whole.TotalHours < 1 ? $"{whole.Minutes} min {whole.Seconds:00} s"
            : $"{(int)whole.TotalHours} h {whole.Minutes:00} min";
    }

    internal static string Fixed(double value, int decimals) => value.ToString("F" + decimals, CultureInfo.InvariantCulture);
}
