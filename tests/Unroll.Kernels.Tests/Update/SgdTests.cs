using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Kernels.Update;
using Xunit;

namespace Unroll.Kernels.Tests.Update;

public class SgdTests
{
    private const double Rate = 0.01;

    [Theory]
    [InlineData(0, false)]
    [InlineData(0.9, false)]
    [InlineData(0.9, true)]
    [InlineData(0.5, true)]
    public void FollowsTheFormula(double momentum, bool nesterov)
    {
        float[][] actual = UpdateRun.Kernel(10, 1, UpdateRun.Gradient, (width, _, w, g, s) =>
            UpdateKernels.Sgd(width, new((float)Rate, (float)momentum, nesterov), w, g, momentum > 0 ? s[0] : default));
        double[] expected = UpdateRun.Scalar(10, 1, UpdateRun.Gradient, (_, w, g, s) =>
        {
            s[0] = momentum * s[0] - Rate * g;
            return nesterov ? w + momentum * s[0] - Rate * g : w + s[0];
        });
        UpdateRun.AssertNear(expected, actual[0], 10);
    }

    [Fact]
    public void WithoutMomentumOneStepIsExactToTheBit()
    {
        float[][] actual = UpdateRun.Kernel(1, 1, UpdateRun.Gradient, (width, _, w, g, _) => UpdateKernels.Sgd(width, new(0.25f, 0, false), w, g, default));
        float[] w = UpdateRun.Weights(), g = UpdateRun.Gradient(1);
        for (int i = 0; i < w.Length; i++) Assert.Equal(w[i] - 0.25f * g[i], actual[0][i]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void MomentumComesToRest(bool nesterov)
    {
        float[][] actual = UpdateRun.Kernel(1000, 1, UpdateRun.Once, (width, _, w, g, s) =>
            UpdateKernels.Sgd(width, new((float)Rate, 0.9f, nesterov), w, g, s[0]));
        UpdateRun.AssertZero(actual[1]);
    }

    [Fact]
    public void RefusesWrongSizes()
    {
        var arena = new Arena();
        Block good = arena.Allocate(32), small = arena.Allocate(16), odd = arena.Allocate(8);
        UpdateKernels.SgdStep step = new(0.01f, 0.9f, false);
        Assert.Equal("w", Assert.Throws<ArgumentException>(() => UpdateKernels.Sgd(VectorWidth.Bits128, step, odd, odd, odd)).ParamName);
        Assert.Equal("g", Assert.Throws<ArgumentException>(() => UpdateKernels.Sgd(VectorWidth.Bits128, step, good, small, good)).ParamName);
        Assert.Throws<ArgumentException>(() => UpdateKernels.Sgd(VectorWidth.Bits128, step, good, good, small));
        arena.Free();
    }
}
