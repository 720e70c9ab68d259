using System.Globalization;

namespace Unroll.Models;

/// <summary>Number texts as Python writes them, so that logs can be compared with Keras' character by character.</summary>
internal static class PythonFormat
{
    /// <summary>
    /// <c>{value:.4f}</c>: rounds the exact value, ties to even (.NET rounds them away from zero: 17/32 would be 0.5313).
    /// A tie at n decimals is an odd multiple of 1/2^(n+1).
    /// </summary>
    public static string Fixed(double value, int decimals)
    {
        if (!double.IsFinite(value)) return NotFinite(value);
        double halves = value * (2 << decimals);
        bool isTie = Math.Abs(value) < 1e9 && halves == Math.Floor(halves) && halves % 2 != 0;
        return isTie
            ? Math.Round((decimal)value, decimals, MidpointRounding.ToEven).ToString("F" + decimals, CultureInfo.InvariantCulture)
            : value.ToString("F" + decimals, CultureInfo.InvariantCulture);
    }

    /// <summary><c>{value:.4e}</c>: the exponent has a sign and at least two digits.</summary>
    public static string Exponent(double value, int decimals)
    {
        if (!double.IsFinite(value)) return NotFinite(value);
        string text = value.ToString("e" + decimals, CultureInfo.InvariantCulture); // 4.2000e-004
        int sign = text.IndexOf('e', StringComparison.Ordinal) + 1;
        string digits = text[(sign + 1)..].TrimStart('0').PadLeft(2, '0');
        return text[..(sign + 1)] + digits;
    }

    /// <summary><c>repr(value)</c>: the shortest text that gives the same double; an exponent below 1e-4 and from 1e16 on.</summary>
    public static string Repr(double value)
    {
        if (!double.IsFinite(value)) return NotFinite(value);
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        if (text.Contains('E', StringComparison.Ordinal)) return text.Replace('E', 'e');
        if (Math.Abs(value) < 1e16) return text.Contains('.', StringComparison.Ordinal) ? text : text + ".0";

        // .NET begins with exponents one power of ten later: here are 17 digits.
        string sign = value < 0 ? "-" : "", digits = text[sign.Length..].TrimEnd('0');
        return $"{sign}{digits[0]}{(digits.Length > 1 ? "." : "")}{digits[1..]}e+16";
    }

    /// <summary><c>{value:,}</c></summary>
    public static string Thousands(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string NotFinite(double value) => double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}
