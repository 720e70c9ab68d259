using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Kernels.Tests.Update;

/// <summary>
/// Steps of an optimizer on the same weights at every width: the widths must agree to the bit, and are compared with a
/// scalar loop in float64.
/// </summary>
internal static class UpdateRun
{
    public const int Count = 48;

    /// <summary>Gradients of several magnitudes, some of them zero.</summary>
    public static float[] Gradient(int step)
    {
        float[] gradient = Floats.Values(new System.Random(step), Count);
        for (int i = 0; i < Count; i++) gradient[i] *= (i % 4) switch { 0 => 1, 1 => 1e-3f, 2 => 10, _ => step % 3 == 0 ? 0 : 0.1f };
        return gradient;
    }

    public static float[] Weights() => Floats.Values(new System.Random(77), Count);

    /// <summary>Weights and slots after the steps.</summary>
    /// <param name="steps">Number of steps.</param>
    /// <param name="slots">Number of arrays beside the weights.</param>
    /// <param name="gradient">The gradient of a step, counted from 1.</param>
    /// <param name="update">One step: width, step, weights, gradient, slots.</param>
    public static float[][] Kernel(int steps, int slots, Func<int, float[]> gradient, Action<VectorWidth, int, Block, Block, Block[]> update)
    {
        float[][]? first = null;
        foreach (VectorWidth width in Widths.All)
        {
            var arena = new Arena();
            Block w = arena.Allocate(Count), g = arena.Allocate(Count);
            Block[] state = [.. Enumerable.Range(0, slots).Select(_ => arena.Allocate(Count))];
            Weights().CopyTo(w.Span);
            for (int step = 1; step <= steps; step++)
            {
                gradient(step).CopyTo(g.Span);
                update(width, step, w, g, state);
            }

            float[][] result = [w.Span.ToArray(), .. state.Select(slot => slot.Span.ToArray())];
            arena.Free();
            first ??= result;
            for (int i = 0; i < result.Length; i++) Floats.AssertSameBits(first[i], result[i], $"Array {i} at {width}");
        }

        return first!;
    }

    /// <summary>The same in float64, one weight at a time.</summary>
    public static double[] Scalar(int steps, int slots, Func<int, float[]> gradient, Func<int, double, double, double[], double> update)
    {
        double[] w = Array.ConvertAll(Weights(), value => (double)value);
        double[][] state = [.. w.Select(_ => new double[slots])];
        for (int step = 1; step <= steps; step++)
        {
            float[] g = gradient(step);
            for (int i = 0; i < w.Length; i++) w[i] = update(step, w[i], g[i], state[i]);
        }

        return w;
    }

    /// <summary>Weights are of size 1: a rounding error of 6e-8 for every step, and one for what a step subtracts.</summary>
    public static void AssertNear(double[] expected, float[] actual, int steps) =>
        Floats.AssertNear(expected, actual, 1.2e-7 * System.Math.Sqrt(steps) * 3, "Weights");

    /// <summary>No number is denormal: such numbers are slow on most processors.</summary>
    public static void AssertNotDenormal(float[] values) =>
        Assert.All(values, value => Assert.False(float.IsSubnormal(value), $"{value:G9} is a denormal number."));

    /// <summary>Long without a gradient: averages and momenta have come to rest at zero.</summary>
    public static void AssertZero(float[] values) => Assert.All(values, value => Assert.Equal(0, value));

    /// <summary>One gradient in the first step, then none.</summary>
    public static float[] Once(int step) => step == 1 ? Gradient(1) : new float[Count];
}
