using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Kernels.Update;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Kernels.Tests.Update;

public class RmsPropTests
{
    private const double Rate = 0.01, Rho = 0.9, Epsilon = 1e-7;

    [Theory]
    [InlineData(0, false)]
    [InlineData(0.5, false)]
    [InlineData(0, true)]
    [InlineData(0.9, true)]
    public void FollowsTheFormula(double momentum, bool centered)
    {
        // Centering takes the difference of two near numbers: its rounding counts.
        float[][] actual = UpdateRun.Kernel(10, 3, UpdateRun.Gradient, Step(momentum, centered));
        double[] expected = UpdateRun.Scalar(10, 3, UpdateRun.Gradient, Formula(momentum, centered));
        UpdateRun.AssertNear(expected, actual[0], centered ? 100 : 10);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(0.5, true)]
    public void VanishedGradientsLeaveNoDenormalSquares(double momentum, bool centered)
    {
        static float[] Gradient(int step) =>
            [.. Enumerable.Range(0, UpdateRun.Count).Select(i => step > 3 ? 0 : i % 3 == 0 ? 1e-21f : i % 3 == 1 ? 1e-15f : 0)];
        float[][] actual = UpdateRun.Kernel(700, 3, Gradient, Step(momentum, centered));
        UpdateRun.AssertNotDenormal(actual[1]);
        Floats.AssertSameBits(UpdateRun.Weights(), actual[0], "Weights: steps of 1e-13 move none");
    }

    [Fact]
    public void TheGuardIsFarBelowTheRounding()
    {
        static float[] Gradient(int step) => step % 40 == 1 ? UpdateRun.Gradient(step) : new float[UpdateRun.Count];
        float[][] actual = UpdateRun.Kernel(400, 3, Gradient, Step(0, false));
        UpdateRun.AssertNotDenormal(actual[1]);
        UpdateRun.AssertNear(UpdateRun.Scalar(400, 3, Gradient, Formula(0, false)), actual[0], 10);
    }

    /// <summary>With equal gradients the variance is zero up to rounding, which must not put a negative number under the root.</summary>
    [Fact]
    public void CenteredSurvivesEqualGradients()
    {
        static float[] Gradient(int step) => [.. Enumerable.Range(1, UpdateRun.Count).Select(i => i * 1.7f)];
        float[][] actual = UpdateRun.Kernel(500, 3, Gradient, Step(0, true));
        Assert.All(actual[0], weight => Assert.True(float.IsFinite(weight)));
    }

    [Fact]
    public void MomentumAndMeanComeToRest()
    {
        float[][] actual = UpdateRun.Kernel(1000, 3, UpdateRun.Once, Step(0.9, true));
        UpdateRun.AssertZero(actual[2]);
        UpdateRun.AssertZero(actual[3]);
        UpdateRun.AssertNotDenormal(actual[1]);
    }

    [Fact]
    public void RefusesWrongSizes()
    {
        var arena = new Arena();
        Block good = arena.Allocate(32), small = arena.Allocate(16), odd = arena.Allocate(24);
        UpdateKernels.RmsPropStep step = new(0.01f, 0.9f, 0.1f, 0, 1e-7f);
        Assert.Equal("w", Assert.Throws<ArgumentException>(() => UpdateKernels.RmsProp(VectorWidth.Bits256, step, odd, odd, odd, default, default)).ParamName);
        Assert.Equal("g", Assert.Throws<ArgumentException>(() => UpdateKernels.RmsProp(VectorWidth.Bits256, step, good, small, good, default, default)).ParamName);
        Assert.Throws<ArgumentException>(() => UpdateKernels.RmsProp(VectorWidth.Bits256, step, good, good, small, default, default));
        Assert.Throws<ArgumentException>(() => UpdateKernels.RmsProp(VectorWidth.Bits256, step, good, good, good, small, default));
        Assert.Throws<ArgumentException>(() => UpdateKernels.RmsProp(VectorWidth.Bits256, step, good, good, good, default, small));
        arena.Free();
    }

    private static Action<VectorWidth, int, Block, Block, Block[]> Step(double momentum, bool centered) => (width, _, w, g, s) =>
        UpdateKernels.RmsProp(
            width, new((float)Rate, (float)Rho, (float)(1 - Rho), (float)momentum, (float)Epsilon), w, g, s[0],
            momentum > 0 ? s[1] : default, centered ? s[2] : default);

    private static Func<int, double, double, double[], double> Formula(double momentum, bool centered) => (_, w, g, s) =>
    {
        s[0] = Rho * s[0] + (1 - Rho) * g * g;
        s[2] = Rho * s[2] + (1 - Rho) * g;
        double increment = Rate * g / System.Math.Sqrt(s[0] - (centered ? s[2] * s[2] : 0) + Epsilon);
        s[1] = momentum * s[1] + increment;
        return w - s[1];
    };
}
