using Unroll.Kernels.Math;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Kernels.Tests.Math;

/// <summary>The elementary functions in float64 against the platform's; limits allow one ulp for the platform's own error.</summary>
public class PortableTests(ITestOutputHelper output)
{
    private const int Samples = 200_000;

    [Fact]
    public void Log() => Check("ln", Portable.Log, System.Math.Log, 3,
    [
        0, -0.0, 1, -1, double.Epsilon, 1e-310, 2.2250738585072014e-308, double.MaxValue, double.PositiveInfinity,
        double.NegativeInfinity, double.NaN, System.Math.BitIncrement(1), System.Math.BitDecrement(1), System.Math.Sqrt(2),
        System.Math.BitIncrement(System.Math.Sqrt(2)), System.Math.BitDecrement(System.Math.Sqrt(2)), 0.5, 2, System.Math.E,
    ],
    [
        random => BitConverter.Int64BitsToDouble(random.NextInt64(0x7FF0000000000000)), // all magnitudes
        random => random.NextDouble(),
        random => 1 + (random.NextDouble() - 0.5) * 1e-3,
        random => random.NextDouble() * 100,
    ]);

    [Fact]
    public void Exp() => Check("exp", Portable.Exp, System.Math.Exp, 3,
    [
        0, -0.0, 1, -1, 709.78, 709.782712893384, 709.7827128933841, 709.79, 710, 1e300, -708.4, -744.4, -745.13, -745.14, -745.2, -746,
        double.PositiveInfinity, double.NegativeInfinity, double.NaN, double.Epsilon, 1e-20, 0.34657359027997264, -0.34657359027997264,
    ],
    [
        random => (random.NextDouble() - 0.5) * 2 * 709,
        random => (random.NextDouble() - 0.5) * 2,
        random => -random.NextDouble() * 745,
        random => (random.NextDouble() - 0.5) * 1e-8,
    ]);

    [Fact]
    public void Softplus() => Check("softplus", x => Portable.SigmoidAndSoftplus(x).Softplus, x => System.Math.Max(x, 0) + Log1P(System.Math.Exp(-System.Math.Abs(x))), 5,
    [
        0, -0.0, 1, -1, 36, 37, 40, -40, 700, -700, -744, -746, 1e300, -1e300, double.PositiveInfinity, double.NegativeInfinity, double.NaN,
    ],
    [
        random => (random.NextDouble() - 0.5) * 2 * 700,
        random => (random.NextDouble() - 0.5) * 10,
        random => -random.NextDouble() * 40,
    ]);

    [Fact]
    public void SmallPowers()
    {
        var random = new System.Random(4);
        for (int i = 0; i < Samples; i++)
        {
            double x = (random.NextDouble() - 0.5) * 4;
            int exponent = random.Next(5);
            double expected = System.Math.Pow(x, exponent);
            double ulps = Floats.Ulps(Portable.Power(x, exponent), expected);
            Assert.True(ulps <= 4, $"{x}^{exponent}: {ulps:F2} ulp.");
        }
    }

    [Theory]
    [InlineData(0.9)]
    [InlineData(0.999)]
    [InlineData(0.9999999)]
    [InlineData(1.0001)]
    public void LargePowersLoseAtMostHalfAnUlpPerFactor(double x)
    {
        // Repeated squaring doubles the error with the exponent; the power itself is taken as exp(n·ln x) by System.Math.
        foreach (long exponent in new long[] { 9, 31, 100, 1000, 4095, 50_000, 1_000_000 })
        {
            double expected = System.Math.Pow(x, exponent);
            double bound = expected * exponent * System.Math.ScaleB(1, -53) + 4 * System.Math.ScaleB(1, -1022);
            Assert.True(System.Math.Abs(Portable.Power(x, exponent) - expected) <= bound, $"{x}^{exponent}");
        }
    }

    [Fact]
    public void PowersAtTheEdges()
    {
        Assert.Equal(1, Portable.Power(0, 0));
        Assert.Equal(0, Portable.Power(0, 5));
        Assert.Equal(-8, Portable.Power(-2, 3));
        Assert.Equal(double.PositiveInfinity, Portable.Power(2, 1024));
        Assert.Equal(0, Portable.Power(0.5, 5000));
        Assert.Equal(System.Math.ScaleB(1, 1000), Portable.Power(2, 1000));
        Assert.Equal(1, Portable.Power(1, long.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => Portable.Power(2, -1));
    }

    private void Check(
        string name, Func<double, double> actual, Func<double, double> expected, double limit,
        double[] edges, Func<System.Random, double>[] draws)
    {
        double worst = 0, at = 0;
        foreach (double x in edges) Test(x);
        var random = new System.Random(1);
        foreach (Func<System.Random, double> draw in draws)
        {
            for (int i = 0; i < Samples; i++) Test(draw(random));
        }

        output.WriteLine($"{name}: {worst:F3} ulp at {at:R}");
        Assert.True(worst <= limit, $"{name}: the worst error is {worst:F3} ulp at {at:R}: {actual(at):R} instead of {expected(at):R}.");

        void Test(double x)
        {
            double ulps = Floats.Ulps(actual(x), expected(x));
            if (!(ulps <= worst)) (worst, at) = (ulps, x);
        }
    }

    /// <summary>ln(1 + e), corrected by what 1 + e loses in rounding (0 ≤ e ≤ 1).</summary>
    private static double Log1P(double e)
    {
        double sum = 1 + e;
        return System.Math.Log(sum) + (e - (sum - 1)) / sum;
    }
}
