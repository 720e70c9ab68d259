using Unroll.Kernels.Activation;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Kernels.Tests.Activation;

/// <summary>Every activation against its formula in float64, its derivative against numeric differentiation.</summary>
public class ActivationTests
{
    // A fine grid over the bends, then some far values.
    private static readonly float[] Arguments =
    [
        .. Enumerable.Range(-960, 1920).Select(i => i / 96f),
        -1e30f, -1000, -50, -20, -1e-3f, -1e-20f, -0f, 0f, 1e-30f, 1e-10f, 1e-3f, 20, 50, 88, 1000, 1e30f,
    ];

    [Fact]
    public void Linear() => Check<LinearActivation>(x => x, 0, []);

    [Fact]
    public void Tanh() => Check<TanhActivation>(System.Math.Tanh, 6, []);

    [Fact]
    public void Sigmoid() => Check<SigmoidActivation>(x => 1 / (1 + System.Math.Exp(-x)), 4, []);

    [Fact]
    public void Relu() => Check<ReluActivation>(x => System.Math.Max(x, 0), 0, [0]);

    /// <summary>Keras 3: relu6(x + 3) / 6. Near −3 the sum x + 3 is exact, near 3 it rounds once.</summary>
    [Fact]
    public void HardSigmoidKeras2() => Check<HardSigmoidKeras2Activation>(x => System.Math.Clamp(0.2 * x + 0.5, 0, 1), 2.5, [-2.5, 2.5]);

    [Fact]
    public void HardSigmoid() => Check<HardSigmoidActivation>(x => System.Math.Clamp(x + 3, 0, 6) / 6, 2.5, [-3, 3]);

    [Fact]
    public void Softsign() => Check<SoftsignActivation>(x => x / (1 + System.Math.Abs(x)), 1.5, [0]);

    [Fact]
    public void ReluPassesNaNOnAndKeepsTheSignOfZero()
    {
        float[] x = [float.NaN, -0f, 0f, float.Epsilon, -float.Epsilon, float.PositiveInfinity, float.NegativeInfinity, 1, .. new float[8]];
        float[] expected = [float.NaN, -0f, 0f, float.Epsilon, 0f, float.PositiveInfinity, 0f, 1, .. new float[8]];
        foreach (var width in Widths.All) Floats.AssertSameBits(expected, Elementwise.Apply<ReluActivation>(width, x), $"relu at {width}");
    }

    /// <summary>Outside its slope an activation passes no gradient; at the ends themselves neither, as Keras has it.</summary>
    [Fact]
    public void SlopesEndAtTheBends()
    {
        float[] x = [-4, -3, -2.999f, 0, 2.999f, 3, 4, 1e10f, -1e10f, 1, 2, -1, -2, 0.5f, -0.5f, 2.5f];
        foreach (var width in Widths.All)
        {
            float[] hard = Elementwise.Derivative<HardSigmoidActivation>(width, Elementwise.Apply<HardSigmoidActivation>(width, x));
            for (int i = 0; i < x.Length; i++) Assert.Equal(x[i] is > -3 and < 3 ? 1 / 6f : 0, hard[i]);
            float[] relu = Elementwise.Derivative<ReluActivation>(width, Elementwise.Apply<ReluActivation>(width, x));
            for (int i = 0; i < x.Length; i++) Assert.Equal(x[i] > 0 ? 1 : 0, relu[i]);
        }
    }

    private static void Check<TActivation>(Func<double, double> formula, double ulps, double[] bends)
        where TActivation : struct, IActivation
    {
        const double Step = 1e-5;
        float[] y = Elementwise.Apply<TActivation>(Widths.All[^1], Arguments);
        float[] slope = Elementwise.Derivative<TActivation>(Widths.All[^1], y);
        for (int i = 0; i < Arguments.Length; i++)
        {
            double x = Arguments[i], expected = formula(x);

            // Below the normal numbers a sigmoid stays at the smallest of them.
            double error = expected is > 0 and < 1.2e-38 || (expected == 0 && x < -80) ? System.Math.Abs(y[i] - expected) / 1.2e-38 : Floats.Ulps(y[i], expected);
            Assert.True(error <= ulps, $"f({x}) = {y[i]:G9} instead of {expected:G9} ({error:F2} ulp).");
            if (System.Math.Abs(x) > 1e6 || bends.Any(bend => System.Math.Abs(x - bend) <= Step)) continue;
            double numeric = (formula(x + Step) - formula(x - Step)) / (2 * Step);
            Assert.True(System.Math.Abs(numeric - slope[i]) <= 1e-6, $"f'({x}) = {slope[i]:G9} instead of {numeric:G9}.");
        }

        foreach (var width in Widths.All)
        {
            Floats.AssertSameBits(y, Elementwise.Apply<TActivation>(width, Arguments), $"{typeof(TActivation).Name} at {width}");
            Floats.AssertSameBits(slope, Elementwise.Derivative<TActivation>(width, y), $"Slope of {typeof(TActivation).Name} at {width}");
        }
    }
}
