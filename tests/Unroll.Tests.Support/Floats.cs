using Xunit;

namespace Unroll.Tests.Support;

/// <summary>Comparisons of float32 numbers to the bit or in units in the last place, and deterministic test values.</summary>
internal static class Floats
{
    /// <summary>Demands the same bits, except that any NaN equals any other.</summary>
    public static void AssertSameBits(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(expected[i]) == BitConverter.SingleToInt32Bits(actual[i])) continue;
            if (float.IsNaN(expected[i]) && float.IsNaN(actual[i])) continue;
            Assert.Fail($"{what}, element {i}: {actual[i]:G9} instead of {expected[i]:G9}.");
        }
    }

    public static void AssertNear(ReadOnlySpan<double> expected, ReadOnlySpan<float> actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            double error = Math.Abs(expected[i] - actual[i]);
            Assert.True(error <= tolerance, $"{what}, element {i}: {actual[i]:G9} instead of {expected[i]:G9} (off by {error:E1}).");
        }
    }

    /// <summary>Distance of a float32 result from the true value, in steps between float32 numbers at that value.</summary>
    public static double Ulps(float actual, double expected)
    {
        if (actual == expected) return 0;
        double step = Math.Max(Math.ScaleB(1, Math.ILogB(expected) - 23), float.Epsilon);
        return Math.Abs(actual - expected) / step;
    }

    /// <summary>Distance of a float64 result from the true value, in steps between float64 numbers at that value.</summary>
    public static double Ulps(double actual, double expected)
    {
        if (actual == expected || (double.IsNaN(actual) && double.IsNaN(expected))) return 0;
        if (!double.IsFinite(expected)) return double.PositiveInfinity;
        return Math.Abs(actual - expected) / (Math.BitIncrement(Math.Abs(expected)) - Math.Abs(expected));
    }

    /// <summary>Values of both signs up to <paramref name="scale"/>.</summary>
    public static float[] Values(System.Random random, int count, float scale = 1)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++) values[i] = (float)(random.NextDouble() * 2 - 1) * scale;
        return values;
    }
}
