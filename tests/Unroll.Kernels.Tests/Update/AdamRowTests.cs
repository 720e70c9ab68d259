using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Kernels.Update;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Kernels.Tests.Update;

/// <summary>Adam by rows puts work off; whenever a row is caught up, every bit is that of the dense update.</summary>
public class AdamRowTests
{
    private const int Rows = 24;

    public static TheoryData<int, int, double, double> Cases
    {
        get
        {
            var cases = new TheoryData<int, int, double, double>();
            foreach (VectorWidth width in Widths.All)
            {
                foreach (int rowWidth in new[] { 1, 3, 8, 16, 50, 64, 130 }) cases.Add((int)width, rowWidth, 0.9, 0.999);
                cases.Add((int)width, 50, 0.5, 0.6);
                cases.Add((int)width, 50, 0, 0.99);
                cases.Add((int)width, 50, 0.99, 0.9999);
            }

            return cases;
        }
    }

    /// <summary>Rows with gaps from none to hundreds of steps; the last row is never used, the one before it once.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void GivesTheBitsOfTheDenseUpdate(int width, int rowWidth, double beta1, double beta2)
    {
        const int Steps = 1500;
        Assert.True(UpdateKernels.AdamStepsShrink(beta1, beta2));
        var random = new System.Random(rowWidth);
        var arena = new Arena();
        int used = Rows * rowWidth, floats = (used + 15) / 16 * 16;
        Block w1 = arena.Allocate(floats), m1 = arena.Allocate(floats), v1 = arena.Allocate(floats);
        Block w2 = arena.Allocate(floats), m2 = arena.Allocate(floats), v2 = arena.Allocate(floats), g = arena.Allocate(floats);
        for (int i = 0; i < used; i++) w1.Span[i] = w2.Span[i] = Weight(random, i);
        var rates = new float[Steps];
        var lastSteps = new long[Rows];
        int[] all = [.. Enumerable.Range(0, Rows)];
        for (int iteration = 1; iteration <= Steps; iteration++)
        {
            int[] rows = [.. all.Where(row => row == Rows - 1 ? false : row == Rows - 2 ? iteration == 3 : random.Next(1 << (row / 2)) == 0)];
            CatchUp(rows, iteration - 1);
            foreach (int row in rows)
                Assert.True(Row(w1, row).SequenceEqual(Row(w2, row)), $"Row {row} differs before step {iteration}.");

            g.Clear();
            foreach (int row in rows)
                for (int i = 0; i < rowWidth; i++) Row(g, row)[i] = Gradient(random);
            rates[iteration - 1] = (float)(0.001 * (1 + System.Math.Sin(iteration)) * System.Math.Sqrt(1 - System.Math.Pow(beta2, iteration)) / (1 - System.Math.Pow(beta1, iteration)));
            UpdateKernels.AdamStep step = Step(rates[iteration - 1]);
            UpdateKernels.Adam((VectorWidth)width, step, w1, g, m1, v1, default);
            UpdateKernels.AdamRows((VectorWidth)width, step, w2, g, m2, v2, rows, rowWidth);
            foreach (int row in rows) lastSteps[row] = iteration;
        }

        CatchUp(all, Steps);
        Assert.All(lastSteps, last => Assert.Equal(Steps, last));
        Floats.AssertSameBits(w1.Span[..used].ToArray(), w2.Span[..used].ToArray(), "Weights");
        Floats.AssertSameBits(m1.Span[..used].ToArray(), m2.Span[..used].ToArray(), "Means");
        Floats.AssertSameBits(v1.Span[..used].ToArray(), v2.Span[..used].ToArray(), "Squares");
        arena.Free();

        Span<float> Row(Block block, int row) => block.Span.Slice(row * rowWidth, rowWidth);

        UpdateKernels.AdamStep Step(float rate) => new(rate, (float)(1 - beta1), (float)beta2, (float)(1 - beta2), 1e-7f);

        void CatchUp(int[] rows, int iteration) => UpdateKernels.AdamCatchUp(
            (VectorWidth)width, Step(iteration == 0 ? 0 : rates.Max()), rates.AsSpan(0, iteration), w2, m2, v2, rows, rowWidth, lastSteps, iteration);
    }

    /// <summary>The early end takes for granted that steps without gradient become smaller.</summary>
    [Theory]
    [InlineData(0.9, 0.999, true)]
    [InlineData(0.5, 0.3, true)]
    [InlineData(0.9, 0.81, false)]
    [InlineData(0.9, 0.5, false)]
    public void KnowsWhenStepsShrink(double beta1, double beta2, bool shrink) => Assert.Equal(shrink, UpdateKernels.AdamStepsShrink(beta1, beta2));

    [Fact]
    public void RefusesWrongSizes()
    {
        var arena = new Arena();
        Block block = arena.Allocate(32), small = arena.Allocate(16);
        var step = new UpdateKernels.AdamStep(1, 0.1f, 0.999f, 0.001f, 1e-7f);
        Assert.Throws<ArgumentException>(() => UpdateKernels.AdamRows(VectorWidth.Bits128, step, small, block, block, block, [3], 8));
        Assert.Throws<ArgumentException>(() => UpdateKernels.AdamRows(VectorWidth.Bits128, step, block, small, block, block, [3], 8));
        Assert.Throws<ArgumentException>(() => UpdateKernels.AdamRows(VectorWidth.Bits128, step, block, block, small, block, [3], 8));
        Assert.Throws<ArgumentException>(() => UpdateKernels.AdamRows(VectorWidth.Bits128, step, block, block, block, small, [3], 8));
        Assert.Throws<ArgumentException>(() => UpdateKernels.AdamCatchUp(VectorWidth.Bits128, step, [1f], small, block, block, [3], 8, new long[4], 1));
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => UpdateKernels.AdamCatchUp(VectorWidth.Bits128, step, [1f, 1f], block, block, block, [3], 8, new long[4], 3));
        Assert.StartsWith("Row 3 missed 3 steps; rates of 2 are known.", error.Message);
        arena.Free();
    }

    /// <summary>Some weights are zero, tiny or a power of two: those are the last to come to rest.</summary>
    private static float Weight(System.Random random, int i) => (i % 11) switch
    {
        0 => 0,
        1 => -0f,
        2 => 0.5f,
        3 => -1e-20f,
        4 => 1e-38f,
        _ => (float)random.NextDouble() - 0.5f,
    };

    private static float Gradient(System.Random random) =>
        random.Next(10) == 0 ? 0 : (float)((random.NextDouble() - 0.5) * System.Math.Pow(10, -random.Next(20)));
}
