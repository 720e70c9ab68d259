using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Kernels.Update;
using Xunit;

namespace Unroll.Kernels.Tests.Update;

/// <summary>Nadam, Adamax, Adagrad, Adadelta and Ftrl against their formulas in float64, at every width.</summary>
public class AdaptiveUpdateTests
{
    private const double Rate = 0.01, Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-7;

    public static TheoryData<string> Rules { get; } = ["nadam", "adamax", "adagrad", "adadelta", "ftrl", "ftrl powers"];

    [Theory]
    [MemberData(nameof(Rules))]
    public void FollowsTheFormula(string rule) =>
        UpdateRun.AssertNear(
            UpdateRun.Scalar(10, 3, UpdateRun.Gradient, Formula(rule)), UpdateRun.Kernel(10, 2, UpdateRun.Gradient, Step(rule))[0], 10);

    /// <summary>Gradients that vanish leave neither denormal numbers nor weights that go on moving.</summary>
    [Theory]
    [MemberData(nameof(Rules))]
    public void VanishedGradientsLeaveNoDenormals(string rule)
    {
        static float[] Gradient(int step) =>
            [.. Enumerable.Range(0, UpdateRun.Count).Select(i => step > 3 ? 0 : i % 3 == 0 ? 1e-21f : i % 3 == 1 ? 1e-15f : 0)];
        float[][] actual = UpdateRun.Kernel(1000, 2, Gradient, Step(rule));
        UpdateRun.AssertNotDenormal(actual[1]);
        UpdateRun.AssertNotDenormal(actual[2]);
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void TheGuardIsFarBelowTheRounding(string rule)
    {
        static float[] Gradient(int step) => step <= 5 ? UpdateRun.Gradient(step) : new float[UpdateRun.Count];
        UpdateRun.AssertNear(UpdateRun.Scalar(300, 3, Gradient, Formula(rule)), UpdateRun.Kernel(300, 2, Gradient, Step(rule))[0], 40);
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void NaNStays(string rule)
    {
        static float[] Gradient(int step) => [.. Enumerable.Repeat(step == 2 ? float.NaN : 0.1f, UpdateRun.Count)];
        Assert.All(UpdateRun.Kernel(4, 2, Gradient, Step(rule))[0], weight => Assert.True(float.IsNaN(weight)));
    }

    [Fact]
    public void RefusesWrongSizes()
    {
        var arena = new Arena();
        Block good = arena.Allocate(32), small = arena.Allocate(16);
        Assert.Throws<ArgumentException>(() => UpdateKernels.Nadam(VectorWidth.Bits512, default, good, small, good, good));
        Assert.Throws<ArgumentException>(() => UpdateKernels.Adamax(VectorWidth.Bits512, default, good, good, small, good));
        Assert.Throws<ArgumentException>(() => UpdateKernels.Adagrad(VectorWidth.Bits512, default, good, good, small));
        Assert.Throws<ArgumentException>(() => UpdateKernels.Adadelta(VectorWidth.Bits512, default, good, good, good, small));
        arena.Free();
    }

    private static Action<VectorWidth, int, Block, Block, Block[]> Step(string rule) => (width, step, w, g, s) =>
    {
        switch (rule)
        {
            case "nadam":
                (double mean, double gradient) = Shares(step);
                UpdateKernels.Nadam(
                    width, new((float)Rate, (float)(1 - Beta1), (float)Beta2, (float)(1 - Beta2), (float)mean, (float)gradient, (float)(1 / (1 - System.Math.Pow(Beta2, step))), (float)Epsilon),
                    w, g, s[0], s[1]);
                break;
            case "adamax":
                UpdateKernels.Adamax(
                    width, new((float)(Rate / (1 - System.Math.Pow(Beta1, step))), (float)(1 - Beta1), (float)Beta2, (float)Epsilon), w, g, s[0], s[1]);
                break;
            case "adagrad":
                UpdateKernels.Adagrad(width, new((float)Rate, (float)Epsilon), w, g, s[0]);
                break;
            case "ftrl":
                UpdateKernels.Ftrl(width, new(1, 0.5f, 0.01f, 2, 0.04f), w, g, s[1], s[0]);
                break;
            case "ftrl powers":
                UpdateKernels.Ftrl(width, new(1, 0.7f, 0.01f, 2, 0.04f), w, g, s[1], s[0]);
                break;
            default:
                UpdateKernels.Adadelta(width, new(1, 0.95f, 0.05f, (float)Epsilon), w, g, s[0], s[1]);
                break;
        }
    };

    private static Func<int, double, double, double[], double> Formula(string rule) => (step, w, g, s) =>
    {
        switch (rule)
        {
            case "nadam":
                (double mean, double gradient) = Shares(step);
                s[0] += (g - s[0]) * (1 - Beta1);
                s[1] += (g * g - s[1]) * (1 - Beta2);
                return w - Rate * (mean * s[0] + gradient * g) / (System.Math.Sqrt(s[1] / (1 - System.Math.Pow(Beta2, step))) + Epsilon);
            case "adamax":
                s[0] += (g - s[0]) * (1 - Beta1);
                s[1] = System.Math.Max(Beta2 * s[1], System.Math.Abs(g));
                return w - Rate * s[0] / ((1 - System.Math.Pow(Beta1, step)) * (s[1] + Epsilon));
            case "adagrad":
                s[0] += g * g;
                return w - Rate * g / System.Math.Sqrt(s[0] + Epsilon);
            case "ftrl" or "ftrl powers":
                double power = rule == "ftrl" ? 0.5 : 0.7, sum = s[1] + (double)g * g, root = System.Math.Pow(sum, power);
                s[0] += g + 0.04 * w - (root - System.Math.Pow(s[1], power)) * w;
                s[1] = sum;
                return (System.Math.Clamp(s[0], -0.01, 0.01) - s[0]) / (root + 2);
            default:
                s[0] = 0.95 * s[0] + 0.05 * g * g;
                double change = -System.Math.Sqrt(s[1] + Epsilon) / System.Math.Sqrt(s[0] + Epsilon) * g;
                s[1] = 0.95 * s[1] + 0.05 * change * change;
                return w + change;
        }
    };

    /// <summary>What Nadam multiplies mean and gradient by.</summary>
    private static (double Mean, double Gradient) Shares(int step)
    {
        static double U(int t) => Beta1 * (1 - 0.5 * System.Math.Pow(0.96, t));
        double product = Enumerable.Range(1, step).Aggregate(1.0, (all, t) => all * U(t));
        return (U(step + 1) / (1 - product * U(step + 1)), (1 - U(step)) / (1 - product));
    }
}
