using Unroll.Kernels.Activation;
using Unroll.Kernels.Formulas;
using Unroll.Kernels.Simd;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Kernels.Tests.Math;

/// <summary>Exponential, logarithm and softplus over the whole range of float32: every 997th bit pattern, and the corners of the range.</summary>
public class VectorLogarithmTests(ITestOutputHelper output)
{
    private const uint Step = 997;
    private const float SmallestNormal = 1.17549435e-38f;

    private static readonly float[] Edges =
    [
        0f, -0f, float.Epsilon, -float.Epsilon, SmallestNormal, -SmallestNormal, 1e-39f, 1e-42f, float.MaxValue, float.MinValue,
        float.PositiveInfinity, float.NegativeInfinity, float.NaN, 1f, MathF.BitIncrement(1f), MathF.BitDecrement(1f), 0.70710677f, 0.7071068f,
        1.4142135f, 1.4142137f, 2f, 88.72283f, 88.72284f, 89f, 100f, -87.33654f, -87.33655f, -87.3f, -88f, -103f, 1e-8f, -1e-8f,
    ];

    [Fact]
    public void ExponentialIsWithinTwoUlp() => Check<ExpFunction>(2, (x, y) =>
    {
        double expected = System.Math.Exp(x);
        return expected < SmallestNormal ? (y == 0 || y < SmallestNormal * 1.001f ? 0 : double.PositiveInfinity) : Overflowing(y, expected);
    });

    [Fact]
    public void LogarithmIsWithinThreeUlp() => Check<LogFunction>(3, (x, y) =>
        x < 0 ? (float.IsNaN(y) ? 0 : double.PositiveInfinity) : x == 0 ? (float.IsNegativeInfinity(y) ? 0 : double.PositiveInfinity) : Floats.Ulps(y, System.Math.Log(x)));

    [Fact]
    public void SoftplusIsWithinThreeUlp() => Check<SoftplusFunction>(3, (x, y) =>
    {
        // Of 1 + u only u - (w - 1) is lost, w being the sum as rounded: the correction is exact to the first order.
        double u = System.Math.Exp(-System.Math.Abs((double)x)), w = 1 + u;
        double expected = System.Math.Max(x, 0) + (w == 1 ? u : System.Math.Log(w) - (w - 1 - u) / w);
        return expected < SmallestNormal ? (y < SmallestNormal * 1.001f ? 0 : double.PositiveInfinity) : Overflowing(y, expected);
    });

    private static double Overflowing(float y, double expected) =>
        expected > float.MaxValue ? (y >= float.MaxValue ? 0 : double.PositiveInfinity) : Floats.Ulps(y, expected);

    private void Check<TFunction>(double limit, Func<float, float, double> error)
        where TFunction : struct, IActivation
    {
        List<float> all = [.. Edges];
        for (ulong bits = 0; bits <= uint.MaxValue; bits += Step) all.Add(BitConverter.UInt32BitsToSingle((uint)bits));
        for (int i = -4000; i <= 4000; i++) all.Add(1 + i * 1e-4f); // where a logarithm loses digits most easily
        while (all.Count % 16 != 0) all.Add(1);
        float[] x = [.. all], y = Elementwise.Apply<TFunction>(VectorWidth.Bits512, x);
        double worst = 0;
        float at = 0;
        for (int i = 0; i < x.Length; i++)
        {
            if (float.IsNaN(x[i])) Assert.True(float.IsNaN(y[i]), $"NaN gives {y[i]}.");
            else if (!(error(x[i], y[i]) <= worst)) (worst, at) = (error(x[i], y[i]), x[i]);
        }

        output.WriteLine($"{worst:F3} ulp at {at:G9}");
        Assert.True(worst <= limit, $"The worst error is {worst:F3} ulp at {at:G9}.");
        foreach (VectorWidth width in Widths.All) Floats.AssertSameBits(y, Elementwise.Apply<TFunction>(width, x), width.ToString());
    }
}
