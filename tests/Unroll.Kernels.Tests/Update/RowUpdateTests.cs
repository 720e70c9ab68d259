using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Kernels.Update;
using Xunit;

namespace Unroll.Kernels.Tests.Update;

/// <summary>RMSprop by rows puts work off; once caught up, every bit is that of the dense update.</summary>
public class RowUpdateTests
{
    private const int Rows = 24;

    [Theory]
    [InlineData(4, 50)]
    [InlineData(8, 50)]
    [InlineData(16, 50)]
    [InlineData(16, 16)]
    [InlineData(8, 3)]
    public void GivesTheBitsOfTheDenseUpdate(int width, int rowWidth)
    {
        var random = new System.Random(rowWidth);
        var arena = new Arena();
        int floats = (Rows * rowWidth + 15) / 16 * 16;
        Block w1 = arena.Allocate(floats), v1 = arena.Allocate(floats), w2 = arena.Allocate(floats), v2 = arena.Allocate(floats), g = arena.Allocate(floats);
        for (int i = 0; i < Rows * rowWidth; i++) w1.Span[i] = w2.Span[i] = (float)random.NextDouble() - 0.5f;
        var step = new UpdateKernels.RmsPropStep(1e-3f, 0.9f, (float)(1 - 0.9), 0, 1e-7f);
        var lastSteps = new long[Rows];
        for (long iteration = 1; iteration <= 60; iteration++)
        {
            g.Clear();
            int[] used = [.. Enumerable.Range(0, Rows - 1).Where(row => random.Next(row + 2) == 0)]; // the last row is never used
            foreach (int row in used)
                for (int i = 0; i < rowWidth; i++) g.Span[row * rowWidth + i] = (float)(random.NextDouble() - 0.5) * 1e-3f;
            UpdateKernels.RmsProp((VectorWidth)width, step, w1, g, v1, default, default);
            UpdateKernels.RmsPropRows((VectorWidth)width, step, w2, g, v2, used, rowWidth, lastSteps, iteration);
            Assert.True(w1.Span.SequenceEqual(w2.Span), $"Weights differ after step {iteration}.");
        }

        UpdateKernels.RmsPropCatchUp(step, v2, [.. Enumerable.Range(0, Rows)], rowWidth, lastSteps, 60);
        Assert.True(v1.Span[..(Rows * rowWidth)].SequenceEqual(v2.Span[..(Rows * rowWidth)]));
        Assert.All(lastSteps, last => Assert.Equal(60, last));
        arena.Free();
    }

    [Fact]
    public void RefusesArraysThatAreTooShort()
    {
        var arena = new Arena();
        Block block = arena.Allocate(32), small = arena.Allocate(16);
        var step = new UpdateKernels.RmsPropStep(1, 0.9f, 0.1f, 0, 1e-7f);
        Assert.Throws<ArgumentException>(() => UpdateKernels.RmsPropRows(VectorWidth.Bits128, step, small, block, block, [0], 8, new long[4], 1));
        Assert.Throws<ArgumentException>(() => UpdateKernels.RmsPropRows(VectorWidth.Bits128, step, block, small, block, [0], 8, new long[4], 1));
        Assert.Throws<ArgumentException>(() => UpdateKernels.RmsPropRows(VectorWidth.Bits128, step, block, block, small, [0], 8, new long[4], 1));
        Assert.Throws<ArgumentException>(() => UpdateKernels.RmsPropCatchUp(step, small, [0], 8, new long[4], 1));
        arena.Free();
    }
}
