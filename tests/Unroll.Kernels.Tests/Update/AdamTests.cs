using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Kernels.Update;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Kernels.Tests.Update;

public class AdamTests
{
    private const double Rate = 0.01, Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-7;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void FollowsTheFormula(bool amsgrad)
    {
        float[][] actual = UpdateRun.Kernel(10, 3, UpdateRun.Gradient, Step(amsgrad));
        UpdateRun.AssertNear(UpdateRun.Scalar(10, 3, UpdateRun.Gradient, Formula(amsgrad)), actual[0], 10);
        if (!amsgrad) return;
        for (int i = 0; i < UpdateRun.Count; i++) Assert.True(actual[3][i] >= actual[2][i]);
    }

    /// <summary>Amsgrad differs from Adam once gradients become smaller.</summary>
    [Fact]
    public void AmsgradKeepsTheLargest()
    {
        static float[] Falling(int step) => [.. Enumerable.Repeat(step == 1 ? 1f : 1e-3f, UpdateRun.Count)];
        // β2 small enough for v to fall.
        static Action<VectorWidth, int, Block, Block, Block[]> Run(bool amsgrad) => (width, _, w, g, s) =>
            UpdateKernels.Adam(width, new(0.01f, 0.1f, 0.5f, 0.5f, 1e-7f), w, g, s[0], s[1], amsgrad ? s[2] : default);
        float[][] adam = UpdateRun.Kernel(10, 3, Falling, Run(false)), amsgrad = UpdateRun.Kernel(10, 3, Falling, Run(true));
        Assert.All(amsgrad[3], largest => Assert.Equal(0.5, largest, 1e-6));
        Floats.AssertSameBits(adam[2], amsgrad[2], "v");
        for (int i = 0; i < UpdateRun.Count; i++) Assert.True(adam[0][i] < amsgrad[0][i]); // the larger divisor, the smaller step
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void VanishedGradientsLeaveNoDenormalSquares(bool amsgrad)
    {
        // Without 1e-30 inside the sum, v would become denormal: at once from 1e-21², later from 1e-15² · 0.9^n.
        static float[] Gradient(int step) =>
            [.. Enumerable.Range(0, UpdateRun.Count).Select(i => step > 3 ? 0 : i % 3 == 0 ? 1e-21f : i % 3 == 1 ? 1e-15f : 0)];
        void Update(VectorWidth width, int step, Block w, Block g, Block[] s) =>
            UpdateKernels.Adam(width, new(0.01f, 0.1f, 0.9f, 0.1f, 1e-7f), w, g, s[0], s[1], amsgrad ? s[2] : default);
        float[][] actual = UpdateRun.Kernel(700, 3, Gradient, Update);
        UpdateRun.AssertNotDenormal(actual[2]);
        if (amsgrad) UpdateRun.AssertNotDenormal(actual[3]);
        Floats.AssertSameBits(UpdateRun.Weights(), actual[0], "Weights: steps of 1e-8 · 1e-15 move none");
    }

    /// <summary>A long run with gradients that end: the guard is invisible in float32.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TheGuardIsFarBelowTheRounding(bool amsgrad)
    {
        static float[] Gradient(int step) => step <= 5 ? UpdateRun.Gradient(step) : new float[UpdateRun.Count];
        float[][] actual = UpdateRun.Kernel(300, 3, Gradient, Step(amsgrad));
        UpdateRun.AssertNotDenormal(actual[2]);
        UpdateRun.AssertNear(UpdateRun.Scalar(300, 3, Gradient, Formula(amsgrad)), actual[0], 40); // later steps are below the rounding
    }

    /// <summary>As the embedding rows of rare words: m would end at 5.6e-45, where 0.1·m rounds to nothing.</summary>
    [Fact]
    public void MeansComeToRest()
    {
        float[][] actual = UpdateRun.Kernel(1000, 3, UpdateRun.Once, Step(false));
        UpdateRun.AssertZero(actual[1]);
        UpdateRun.AssertNear(UpdateRun.Scalar(1000, 3, UpdateRun.Once, Formula(false)), actual[0], 100);
    }

    [Fact]
    public void NaNStays()
    {
        static float[] Gradient(int step) => [.. Enumerable.Repeat(step == 2 ? float.NaN : 0.1f, UpdateRun.Count)];
        foreach (float[] values in UpdateRun.Kernel(4, 3, Gradient, Step(true))) Assert.All(values, value => Assert.True(float.IsNaN(value)));
    }

    [Fact]
    public void RefusesWrongSizes()
    {
        var arena = new Arena();
        Block good = arena.Allocate(32), small = arena.Allocate(16), odd = arena.Allocate(17);
        UpdateKernels.AdamStep step = new(0.01f, 0.1f, 0.999f, 0.001f, 1e-7f);
        Assert.Equal("w", Assert.Throws<ArgumentException>(() => UpdateKernels.Adam(VectorWidth.Bits512, step, odd, odd, odd, odd, default)).ParamName);
        Assert.Equal("g", Assert.Throws<ArgumentException>(() => UpdateKernels.Adam(VectorWidth.Bits512, step, good, small, good, good, default)).ParamName);
        Assert.Throws<ArgumentException>(() => UpdateKernels.Adam(VectorWidth.Bits512, step, good, good, small, good, default));
        Assert.Throws<ArgumentException>(() => UpdateKernels.Adam(VectorWidth.Bits512, step, good, good, good, small, default));
        Assert.Throws<ArgumentException>(() => UpdateKernels.Adam(VectorWidth.Bits512, step, good, good, good, good, small));
        arena.Free();
    }

    private static Action<VectorWidth, int, Block, Block, Block[]> Step(bool amsgrad) => (width, step, w, g, s) =>
    {
        double rate = Rate * System.Math.Sqrt(1 - System.Math.Pow(Beta2, step)) / (1 - System.Math.Pow(Beta1, step));
        UpdateKernels.AdamStep coefficients = new((float)rate, (float)(1 - Beta1), (float)Beta2, (float)(1 - Beta2), (float)Epsilon);
        UpdateKernels.Adam(width, coefficients, w, g, s[0], s[1], amsgrad ? s[2] : default);
    };

    private static Func<int, double, double, double[], double> Formula(bool amsgrad) => (step, w, g, s) =>
    {
        double rate = Rate * System.Math.Sqrt(1 - System.Math.Pow(Beta2, step)) / (1 - System.Math.Pow(Beta1, step));
        s[0] += (g - s[0]) * (1 - Beta1);
        s[1] += (g * g - s[1]) * (1 - Beta2);
        s[2] = System.Math.Max(s[2], s[1]);
        return w - rate * s[0] / (System.Math.Sqrt(amsgrad ? s[2] : s[1]) + Epsilon);
    };
}
