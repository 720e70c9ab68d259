using Unroll.Kernels.Memory;
using Unroll.Kernels.Update;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Kernels.Tests.Update;

/// <summary>Decay, clipping and averages against float64, at every width.</summary>
public class CommonUpdateTests
{
    [Fact]
    public void WeightsDecay() =>
        UpdateRun.AssertNear(
            UpdateRun.Scalar(10, 0, UpdateRun.Gradient, (_, w, _, _) => w - w * 0.05),
            UpdateRun.Kernel(10, 0, UpdateRun.Gradient, (width, _, w, _, _) => UpdateKernels.Decay(width, w, 0.05f))[0], 10);

    [Fact]
    public void BlendsWithAndWithoutASecondArray()
    {
        UpdateRun.AssertNear(
            UpdateRun.Scalar(10, 0, UpdateRun.Gradient, (_, w, g, _) => 0.9 * w + 0.1 * g),
            UpdateRun.Kernel(10, 0, UpdateRun.Gradient, (width, _, w, g, _) => UpdateKernels.Blend(width, w, 0.9f, g, 0.1f))[0], 10);
        UpdateRun.AssertNear(
            UpdateRun.Scalar(10, 0, UpdateRun.Gradient, (_, w, _, _) => 0.9 * w),
            UpdateRun.Kernel(10, 0, UpdateRun.Gradient, (width, _, w, _, _) => UpdateKernels.Blend(width, w, 0.9f, default, 0))[0], 10);
    }

    [Fact]
    public void ClipsElements()
    {
        float[] clipped = UpdateRun.Kernel(1, 0, UpdateRun.Gradient, (width, _, w, _, _) => UpdateKernels.Clip(width, w, 0.25f))[0];
        Assert.Equal(UpdateRun.Weights().Select(weight => System.Math.Clamp(weight, -0.25f, 0.25f)), clipped);
        static float[] NaN(int step) => [.. Enumerable.Repeat(float.NaN, UpdateRun.Count)];
        UpdateRun.Kernel(1, 0, NaN, (width, _, _, g, _) =>
        {
            UpdateKernels.Clip(width, g, 1);
            Assert.All(g.Span.ToArray(), value => Assert.True(float.IsNaN(value)));
        });
    }

    [Fact]
    public void AddsPenalties() =>
        UpdateRun.AssertNear(
            UpdateRun.Scalar(10, 0, UpdateRun.Gradient, (_, w, g, _) => w - 0.1 * (g + 0.3 * System.Math.Sign(w) + 0.2 * w)),
            UpdateRun.Kernel(10, 0, UpdateRun.Gradient, (width, _, w, g, _) =>
            {
                UpdateKernels.AddPenalty(width, g, w, 0.3f, 0.2f);
                UpdateKernels.Sgd(width, new(0.1f, 0, false), w, g, default);
            })[0], 20);

    [Fact]
    public void SumsSquares()
    {
        var arena = new Arena();
        Block x = arena.Allocate(48);
        Floats.Values(new System.Random(5), 48).CopyTo(x.Span);
        Assert.Equal(x.Span.ToArray().Sum(value => (double)value * value), UpdateKernels.SumOfSquares(x), 1e-12);
        Assert.Throws<ArgumentException>(() => UpdateKernels.SumOfSquares(x.Slice(0, 15)));
        arena.Free();
    }
}
