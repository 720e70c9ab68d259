using System.Globalization;

namespace Unroll.Reports;

/// <summary>Numbers as scikit-learn's reports show them.</summary>
internal static class ReportNumber
{
    /// <summary>A fixed number of decimals of the exact value. A tie goes to the even digit, as in Python; .NET's own goes up.</summary>
    public static string Fixed(double value, int decimals)
    {
        string up = value.ToString("F" + decimals, CultureInfo.InvariantCulture);
        string exact = value.ToString("F60", CultureInfo.InvariantCulture); // .NET writes all digits that a double has
        int cut = exact.Length - 60 + decimals;
        bool isTie = double.IsFinite(value) && exact[cut] == '5' && exact.AsSpan(cut + 1).IndexOfAnyExcept('0') < 0;
        if (!isTie) return up;
        string down = decimals == 0 ? exact[..(cut - 1)] : exact[..cut];
        return (down[^1] - '0') % 2 == 0 ? down : up;
    }
}
