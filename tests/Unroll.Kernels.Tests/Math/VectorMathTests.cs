using Unroll.Kernels.Activation;
using Unroll.Kernels.Simd;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Kernels.Tests.Math;

/// <summary>sigmoid and tanh over the whole range of float32: every 97th bit pattern, and the corners of the range.</summary>
public class VectorMathTests(ITestOutputHelper output)
{
    private const int BlockSize = 4096;
    private const uint Step = 97; // odd: over all blocks every exponent and every low bit occurs
    private const float SmallestNormal = 1.17549435e-38f;

    private static readonly float[] Edges =
    [
        0f, -0f, float.Epsilon, -float.Epsilon, SmallestNormal, -SmallestNormal, 1e-39f, -1e-39f, float.MaxValue, float.MinValue,
        float.PositiveInfinity, float.NegativeInfinity, float.NaN, -float.NaN, BitConverter.Int32BitsToSingle(0x7F800001), 1f,
        -87.33f, -87.3365f, -87.33654f, -87.33655f, -87.34f, -88f, -103f, -104f, 40f, 41f, 17.5f, 88f, 9.02f, -9.02f, 9.01f, 10f, -10f, 5e-8f,
    ];

    [Fact]
    public void SigmoidIsWithinFourUlp()
    {
        (double worst, float at) = Worst<SigmoidActivation>((x, y) =>
        {
            double expected = x >= 0 ? 1 / (1 + System.Math.Exp(-x)) : System.Math.Exp(x) / (1 + System.Math.Exp(x));
            return expected < SmallestNormal && y is >= 0 and <= SmallestNormal * 1.001f ? 0 : Floats.Ulps(y, expected);
        });
        output.WriteLine($"sigmoid: {worst:F3} ulp at {at:G9}");
        Assert.True(worst <= 4, $"The worst error is {worst:F3} ulp at {at:G9}.");
    }

    [Fact]
    public void TanhIsWithinSixUlp()
    {
        (double worst, float at) = Worst<TanhActivation>((x, y) => Floats.Ulps(y, System.Math.Tanh(x)));
        output.WriteLine($"tanh: {worst:F3} ulp at {at:G9}");
        Assert.True(worst <= 6, $"The worst error is {worst:F3} ulp at {at:G9}.");
    }

    /// <summary>Recurrent kernels fold log2(e) into their weights: the argument is what came out, factor included.</summary>
    [Fact]
    public void ScaledSigmoidIsWithinFourUlp()
    {
        (double worst, float at) = Worst<SigmoidActivation>(
            (y, result) =>
            {
                double expected = 1 / (1 + System.Math.Pow(2, y));
                return expected < SmallestNormal && result is >= 0 and <= SmallestNormal * 1.001f ? 0 : Floats.Ulps(result, expected);
            },
            scaled: true);
        output.WriteLine($"scaled sigmoid: {worst:F3} ulp at {at:G9}");
        Assert.True(worst <= 4, $"The worst error is {worst:F3} ulp at {at:G9}.");
    }

    [Fact]
    public void ScaledTanhIsWithinSixUlp()
    {
        (double worst, float at) = Worst<TanhActivation>(
            (y, result) => Floats.Ulps(result, System.Math.Tanh(y / (2 / System.Math.Log(2)))), scaled: true);
        output.WriteLine($"scaled tanh: {worst:F3} ulp at {at:G9}");
        Assert.True(worst <= 6, $"The worst error is {worst:F3} ulp at {at:G9}.");
    }

    [Fact]
    public void TanhIsOddAndSaturatesAtOne()
    {
        float[] x = new float[BlockSize], minusX = new float[BlockSize], y = new float[BlockSize], minusY = new float[BlockSize];
        const uint Infinity = 0x7F800000, CoarseStep = 1009;
        float before = 0;
        for (ulong bits = 0; bits <= Infinity;)
        {
            for (int i = 0; i < BlockSize; i++, bits += CoarseStep)
            {
                x[i] = BitConverter.UInt32BitsToSingle((uint)System.Math.Min(bits, Infinity));
                minusX[i] = -x[i];
            }

            Elementwise.Apply<TanhActivation>(VectorWidth.Bits512, x, y);
            Elementwise.Apply<TanhActivation>(VectorWidth.Bits512, minusX, minusY);
            for (int i = 0; i < BlockSize; i++)
            {
                if (BitConverter.SingleToInt32Bits(minusY[i]) != BitConverter.SingleToInt32Bits(-y[i]))
                    Assert.Fail($"tanh({x[i]:G9}) = {y[i]:G9}, but tanh({minusX[i]:G9}) = {minusY[i]:G9}.");
                if (x[i] >= 9.02f && y[i] != 1) Assert.Fail($"tanh({x[i]:G9}) = {y[i]:G9} instead of 1.");
                if (y[i] is not (>= 0 and <= 1)) Assert.Fail($"tanh({x[i]:G9}) = {y[i]:G9} is not between 0 and 1.");

                // Neighbours may swap by rounding, never by more than the accuracy promised.
                if (y[i] < before && Floats.Ulps(y[i], before) > 6) Assert.Fail($"tanh falls from {before:G9} to {y[i]:G9} at {x[i]:G9}.");
                before = System.Math.Max(before, y[i]);
            }
        }

        Assert.Equal(1f, before);
    }

    [Fact]
    public void NearZeroTanhKeepsItsDigits()
    {
        float[] x = [.. Enumerable.Range(0, 16).Select(i => MathF.ScaleB(1.3f, -10 * i))];
        float[] y = Elementwise.Apply<TanhActivation>(VectorWidth.Bits512, x);
        for (int i = 0; i < x.Length; i++)
            Assert.True(Floats.Ulps(y[i], System.Math.Tanh(x[i])) <= 6, $"tanh({x[i]:G9}) = {y[i]:G9}.");
    }

    [Fact]
    public void NaNStaysNaN()
    {
        float[] x = [.. Enumerable.Range(0, 16).Select(i => BitConverter.UInt32BitsToSingle((i % 2 == 0 ? 0x7F800001u : 0xFFC00000u) + (uint)i * 97))];
        foreach (VectorWidth width in Widths.All)
        {
            Assert.All(Elementwise.Apply<SigmoidActivation>(width, x), y => Assert.True(float.IsNaN(y)));
            Assert.All(Elementwise.Apply<TanhActivation>(width, x), y => Assert.True(float.IsNaN(y)));
        }
    }

    [Fact]
    public void SigmoidEndsAtTheSmallestNormalNumberAndAtOne()
    {
        float[] x = [.. Enumerable.Repeat(float.NegativeInfinity, 4), -88, -100, -1e30f, float.MinValue, .. Enumerable.Repeat(float.PositiveInfinity, 4), 18, 40, 41, float.MaxValue];
        float[] y = Elementwise.Apply<SigmoidActivation>(VectorWidth.Bits512, x);
        Assert.All(y[..8], value => Assert.InRange(value, SmallestNormal, SmallestNormal * 1.001f));
        Assert.All(y[8..], value => Assert.Equal(1f, value));
    }

    /// <summary>The largest error over the range; all widths must give the same bits in a part of the blocks.</summary>
    private static (double Worst, float At) Worst<TActivation>(Func<float, float, double> error, bool scaled = false)
        where TActivation : struct, IActivation
    {
        float[] x = new float[BlockSize], y = new float[BlockSize];
        double worst = 0;
        float at = 0;
        Edges.CopyTo(x, 0);
        Run(compareWidths: true);
        int blocks = 0;
        for (ulong bits = 0; bits <= uint.MaxValue; blocks++)
        {
            for (int i = 0; i < BlockSize; i++, bits += Step) x[i] = BitConverter.UInt32BitsToSingle((uint)System.Math.Min(bits, uint.MaxValue));
            Run(compareWidths: blocks % 32 == 0);
        }

        return (worst, at);

        void Run(bool compareWidths)
        {
            Apply(VectorWidth.Bits512, y);
            for (int i = 0; i < BlockSize; i++)
            {
                if (float.IsNaN(x[i]))
                {
                    if (!float.IsNaN(y[i])) Assert.Fail($"NaN gives {y[i]}.");
                    continue;
                }

                double ulps = error(x[i], y[i]);
                if (!(ulps <= worst)) (worst, at) = (ulps, x[i]);
            }

            if (!compareWidths) return;
            foreach (VectorWidth width in (VectorWidth[])[VectorWidth.Bits256, VectorWidth.Bits128])
            {
                var narrow = new float[BlockSize];
                Apply(width, narrow);
                Floats.AssertSameBits(y, narrow, width.ToString());
            }
        }

        void Apply(VectorWidth width, float[] result)
        {
            if (scaled) Elementwise.ApplyScaled<TActivation>(width, x, result);
            else Elementwise.Apply<TActivation>(width, x, result);
        }
    }
}
