using Unroll.Kernels.Embedding;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Kernels.Simd;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Kernels.Tests.Embedding;

/// <summary>Gather and its gradient against scalar loops. The kernels are one text for all widths and have no choice of it.</summary>
public class EmbeddingKernelTests
{
    private const int Vocabulary = 9; // small: ids repeat within a group of four lanes and across steps
    private const float Untouched = -77;

    public static TheoryData<int, int, int, int> Shapes
    {
        get
        {
            var data = new TheoryData<int, int, int, int>();
            foreach (int width in new[] { 1, 2, 3, 4, 5, 7, 8, 9, 16, 50 })
            {
                data.Add(width, 1, 16, 16);
                data.Add(width, 5, 16, 1);
                data.Add(width, 4, 32, 23);
                data.Add(width, 3, 48, 42);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void GatherCopiesRows(int width, int steps, int lanes, int rows)
    {
        var arena = new Arena();
        var random = new System.Random(width);
        Block table = arena.Allocate(Vocabulary * width);
        Floats.Values(random, table.Length).CopyTo(table.Span);
        int[] ids = Ids(random, steps, lanes, rows);
        int stride = RecurrentSequence.Stride(width, lanes);
        Block output = arena.Allocate(steps * stride);
        output.Span.Fill(Untouched);
        EmbeddingKernel.Gather(table, width, ids, steps, lanes, output);

        var expected = new float[output.Length];
        Array.Fill(expected, Untouched);
        for (int t = 0; t < steps; t++)
            for (int e = 0; e < width; e++)
                for (int lane = 0; lane < lanes; lane++)
                    expected[t * stride + e * lanes + lane] = table.Span[ids[lane * steps + t] * width + e];
        Floats.AssertSameBits(expected, output.Span, "Gather");
        arena.Free();
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void GradientGivesTheBitsOfTheDocumentedOrder(int width, int steps, int lanes, int rows)
    {
        var arena = new Arena();
        var random = new System.Random(width + 100);
        int[] ids = Ids(random, steps, lanes, rows);
        int stride = RecurrentSequence.Stride(width, lanes);
        Block outputGradient = arena.Allocate(steps * stride), tableGradient = arena.Allocate(Vocabulary * width);
        Floats.Values(random, outputGradient.Length).CopyTo(outputGradient.Span);
        Floats.Values(random, tableGradient.Length).CopyTo(tableGradient.Span);

        // What lies beyond the rows of the batch must not be counted, whatever it is.
        for (int t = 0; t < steps; t++)
            for (int e = 0; e < width; e++)
                for (int lane = rows; lane < lanes; lane++)
                    outputGradient.Span[t * stride + e * lanes + lane] = float.NaN;

        float[] expected = tableGradient.Span.ToArray();
        for (int chunk = 0; chunk < rows; chunk += VectorWidths.Chunk)
            for (int t = 0; t < steps; t++)
                for (int lane = chunk; lane < System.Math.Min(rows, chunk + VectorWidths.Chunk); lane++)
                    for (int e = 0; e < width; e++)
                        expected[ids[lane * steps + t] * width + e] += outputGradient.Span[t * stride + e * lanes + lane];
        EmbeddingKernel.AddGradient(tableGradient, width, ids, steps, lanes, rows, outputGradient);
        Floats.AssertSameBits(expected, tableGradient.Span, "Gradient");
        arena.Free();
    }

    [Fact]
    public void OneTokenEverywhereSumsAllRows()
    {
        const int Width = 6, Steps = 7, Lanes = 32, Rows = 19;
        var arena = new Arena();
        Block outputGradient = arena.Allocate(Steps * RecurrentSequence.Stride(Width, Lanes)), tableGradient = arena.Allocate(3 * Width);
        outputGradient.Span.Fill(1);
        int[] ids = [.. Enumerable.Repeat(1, Steps * Lanes)];
        EmbeddingKernel.AddGradient(tableGradient, Width, ids, Steps, Lanes, Rows, outputGradient);
        for (int i = 0; i < 3 * Width; i++) Assert.Equal(i / Width == 1 ? Steps * Rows : 0, tableGradient.Span[i]);
        arena.Free();
    }

    [Fact]
    public void MaskMarksAllButZero()
    {
        const int Steps = 3, Lanes = 16;
        var arena = new Arena();
        Block mask = arena.Allocate(Steps * Lanes);
        mask.Span.Fill(Untouched);
        int[] ids = [.. Enumerable.Range(0, Steps * Lanes).Select(i => i * 5 % 7)];
        EmbeddingKernel.Mask(ids, Steps, Lanes, mask);
        for (int t = 0; t < Steps; t++)
            for (int lane = 0; lane < Lanes; lane++)
                Assert.Equal(ids[lane * Steps + t] == 0 ? 0 : 1, mask.Span[t * Lanes + lane]);
        arena.Free();
    }

    [Fact]
    public void RefusesTooFewIdsAndTooLittleRoom()
    {
        var arena = new Arena();
        Block table = arena.Allocate(20), output = arena.Allocate(2 * RecurrentSequence.Stride(4, 16));
        Assert.Equal("ids", Assert.Throws<ArgumentException>(() => EmbeddingKernel.Gather(table, 4, new int[31], 2, 16, output)).ParamName);
        Assert.Equal("ids", Assert.Throws<ArgumentException>(() => EmbeddingKernel.AddGradient(table, 4, new int[31], 2, 16, 16, output)).ParamName);
        Block small = output.Slice(0, RecurrentSequence.Stride(4, 16) + 4 * 16 - 1); // one float less than the last step needs
        Assert.Equal("output", Assert.Throws<ArgumentException>(() => EmbeddingKernel.Gather(table, 4, new int[32], 2, 16, small)).ParamName);
        Assert.Equal("outputGradient", Assert.Throws<ArgumentException>(() => EmbeddingKernel.AddGradient(table, 4, new int[32], 2, 16, 16, small)).ParamName);
        arena.Free();
    }

    /// <summary>[lanes][steps]; rows beyond the batch hold zeros, as padding does.</summary>
    private static int[] Ids(System.Random random, int steps, int lanes, int rows)
    {
        var ids = new int[lanes * steps];
        for (int i = 0; i < rows * steps; i++) ids[i] = random.Next(Vocabulary);
        return ids;
    }
}
