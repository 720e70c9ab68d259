namespace Unroll.Kernels.Math;

/// <summary>
/// Elementary functions in double precision built from IEEE additions, multiplications and divisions only, so that
/// they give the same bits on every machine. For set-up work (initial weights, losses), not for inner loops.
/// </summary>
internal static class Portable
{
    private const double Ln2High = 6.93147180369123816490e-01;
    private const double Ln2Low = 1.90821492927058770002e-10;

    // 1/k: a division each would cost more than the rest of the series.
    private static readonly double[] Reciprocals = [.. Enumerable.Range(0, 36).Select(k => 1.0 / k)];

    /// <summary>Natural logarithm, within 2 ulp. NaN for negative arguments, negative infinity for 0.</summary>
    public static double Log(double x)
    {
        if (double.IsNaN(x) || x < 0) return double.NaN;
        if (x == 0) return double.NegativeInfinity;
        if (double.IsPositiveInfinity(x)) return x;

        int exponent = 0;
        if (x < 2.2250738585072014e-308)
        {
            x *= 18014398509481984.0; // 2^54: into the normal range
            exponent = -54;
        }

        long bits = BitConverter.DoubleToInt64Bits(x);
        exponent += (int)(bits >> 52) - 1023;
        double m = BitConverter.Int64BitsToDouble((bits & 0xFFFFFFFFFFFFF) | 0x3FF0000000000000);
        if (m > 1.4142135623730951)
        {
            m *= 0.5;
            exponent++;
        }

        // ln m = 2 artanh(s), s = (m-1)/(m+1), |s| < 0.1716: eleven odd terms reach double precision.
        double s = (m - 1) / (m + 1);
        double s2 = s * s;
        double tail = 2 * s * ArtanhTail(s2, 21);
        return exponent * Ln2High + (2 * s + (tail + exponent * Ln2Low));
    }

    /// <summary>Exponential function, within 2 ulp.</summary>
    public static double Exp(double x)
    {
        if (double.IsNaN(x)) return x;
        if (x > 709.79) return double.PositiveInfinity;
        if (x < -745.2) return 0;
        double n = System.Math.Round(x * 1.4426950408889634);
        double r = x - n * Ln2High - n * Ln2Low;
        double sum = 0;
        for (int k = 14; k >= 1; k--) sum = (1 + sum) * (r * Reciprocals[k]);
        int exponent = (int)n;
        int half = exponent / 2;
        return (1 + sum) * PowerOfTwo(half) * PowerOfTwo(exponent - half);
    }

    /// <summary>1 / (1 + e^-x) and ln(1 + e^x) from one exponential, within 4 ulp and without overflow.</summary>
    public static (double Sigmoid, double Softplus) SigmoidAndSoftplus(double x)
    {
        double e = Exp(-System.Math.Abs(x));
        double sigmoid = (x >= 0 ? 1 : e) / (1 + e);

        // ln(1+e) by artanh: e/(2+e) keeps the digits of a small e.
        double s = e / (2 + e);
        return (sigmoid, System.Math.Max(x, 0) + 2 * s * (1 + ArtanhTail(s * s, 35)));
    }

    /// <summary><paramref name="x"/> to a whole power, by repeated squaring: half an ulp may be lost for every factor.</summary>
    public static double Power(double x, long exponent)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(exponent);
        double result = 1;
        for (; exponent != 0; exponent >>= 1, x *= x)
        {
            if ((exponent & 1) != 0) result *= x;
        }

        return result;
    }

    /// <summary>s²/3 + s⁴/5 + … up to the term with 1/<paramref name="last"/>: artanh(s) = s · (1 + this).</summary>
    private static double ArtanhTail(double s2, int last)
    {
        double sum = 0;
        for (int k = last; k >= 3; k -= 2) sum = s2 * (sum + Reciprocals[k]);
        return sum;
    }

    private static double PowerOfTwo(int exponent) => BitConverter.Int64BitsToDouble((exponent + 1023L) << 52);
}
