using Unroll.Kernels.Gemm;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Kernels.Tests.Gemm;

/// <summary>Packing: every weight once, in the order in which tiles read.</summary>
public unsafe class PackedWeightsTests
{
    private static readonly int[] Sizes = [1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 20, 33];

    [Theory]
    [MemberData(nameof(EveryWidth.Lanes), MemberType = typeof(EveryWidth))]
    public void EveryWeightIsWhereItsTileReadsIt(int width)
    {
        var random = new System.Random(1);
        foreach (int depth in Sizes)
        {
            foreach (int outputs in Sizes)
            {
                foreach (bool transposed in new[] { false, true })
                {
                    foreach (bool shuffled in new[] { false, true })
                    {
                        var arena = new Arena();
                        Check(arena, random, (VectorWidth)width, depth, outputs, transposed, shuffled);
                        arena.Free();
                    }
                }
            }
        }
    }

    /// <summary>Two matrices side by side and two above each other, put together from rectangles, pack as the whole.</summary>
    [Theory]
    [MemberData(nameof(EveryWidth.Lanes), MemberType = typeof(EveryWidth))]
    public void RectanglesMakeTheWhole(int width)
    {
        var random = new System.Random(1);
        foreach ((int depth, int outputs, int row, int column) in new[] { (5, 23, 2, 9), (1, 2, 0, 1), (4, 7, 3, 3), (9, 33, 4, 8) })
        {
            var arena = new Arena();
            Block source = arena.Allocate(depth * outputs);
            Floats.Values(random, source.Length).CopyTo(source.Span);
            foreach (bool transposed in new[] { false, true })
            {
                (int rows, int columns) = transposed ? (outputs, depth) : (depth, outputs);
                PackedWeights whole = new(arena, (VectorWidth)width, rows, columns), parts = new(arena, (VectorWidth)width, rows, columns);
                whole.Pack(source, 0, outputs, transposed);
                (int rowStep, int columnStep) = transposed ? (1, outputs) : (outputs, 1);
                (int cutRow, int cutColumn) = transposed ? (column, row) : (row, column);
                foreach ((int fromRow, int toRow) in new[] { (0, cutRow), (cutRow, rows) })
                {
                    foreach ((int fromColumn, int toColumn) in new[] { (0, cutColumn), (cutColumn, columns) })
                    {
                        if (toRow == fromRow || toColumn == fromColumn) continue;
                        parts.PackRectangle(
                            source, fromRow * rowStep + fromColumn * columnStep, rowStep, columnStep, fromRow, toRow - fromRow, fromColumn, toColumn - fromColumn, 2);
                    }
                }

                for (int i = 0; i < rows * columns; i++) Assert.Equal(2 * whole.Pointer[i], parts.Pointer[i]);
            }

            Assert.Throws<ArgumentOutOfRangeException>(() => new PackedWeights(arena, (VectorWidth)width, 2, 2).PackRectangle(source, 0, 1, 1, 1, 2, 0, 1, 1));
            Assert.Throws<ArgumentOutOfRangeException>(() => new PackedWeights(arena, (VectorWidth)width, 2, 2).PackRectangle(source, 0, 1, 1, 0, 1, 2, 1, 1));
            Assert.Throws<ArgumentException>(() => new PackedWeights(arena, (VectorWidth)width, 2, 2).PackRectangle(source, source.Length, 1, 1, 0, 1, 0, 1, 1));
            arena.Free();
        }
    }

    [Fact]
    public void TilesAreEightFourTwoAndOne()
    {
        Assert.Equal([8, 8, 4, 2, 1], Tiles(23, 8));
        Assert.Equal([4, 4, 4, 4, 4, 2, 1], Tiles(23, 4));
        Assert.Equal([4, 2, 1], Tiles(7, 8));
        Assert.Equal([1], Tiles(1, 4));
    }

    [Fact]
    public void RefusesASourceThatIsTooSmall()
    {
        var arena = new Arena();
        var packed = new PackedWeights(arena, VectorWidth.Bits512, depth: 3, width: 4);
        Block source = arena.Allocate(16); // 3 rows of 5 with an offset of 2: the last weight is number 2 + 2·5 + 4
        packed.Pack(source, 2, 5);
        Assert.Throws<ArgumentException>(() => packed.Pack(source.Slice(0, 15), 2, 5));
        packed.Pack(arena.Allocate(18), 0, 5, transposed: true);
        Assert.Throws<ArgumentException>(() => packed.Pack(arena.Allocate(17), 0, 5, transposed: true));
        Assert.Throws<ArgumentException>(() => packed.Pack(source, 2, 5, columnOrder: [0, 1, 4, 2]));
        arena.Free();
    }

    private static void Check(Arena arena, System.Random random, VectorWidth width, int depth, int outputs, bool transposed, bool shuffled)
    {
        int rows = transposed ? outputs : depth, columns = transposed ? depth : outputs;
        int stride = columns + 3, offset = 2;
        Block source = arena.Allocate(offset + rows * stride);
        Floats.Values(random, source.Length).CopyTo(source.Span);
        int[]? order = null;
        if (shuffled)
        {
            order = [.. Enumerable.Range(0, columns)];
            random.Shuffle(order);
        }

        var packed = new PackedWeights(arena, width, depth, outputs);
        packed.Pack(source, offset, stride, transposed, order);

        int largest = width == VectorWidth.Bits512 ? 8 : width == VectorWidth.Bits128 && Simd128.HasManyRegisters ? 8 : 4;
        float* actual = packed.Pointer;
        int first = 0;
        foreach (int tile in Tiles(outputs, largest))
        {
            for (int k = 0; k < depth; k++)
            {
                for (int n = first; n < first + tile; n++)
                {
                    float expected = transposed
                        ? source.Span[offset + n * stride + (order?[k] ?? k)]
                        : source.Span[offset + k * stride + (order?[n] ?? n)];
                    if (*actual++ != expected) Assert.Fail($"{depth}×{outputs}, transposed {transposed}, order {shuffled}: weight ({k}, {n}).");
                }
            }

            first += tile;
        }
    }

    private static List<int> Tiles(int outputs, int largest)
    {
        var tiles = new List<int>();
        for (int left = outputs; left > 0; left -= tiles[^1]) tiles.Add(PackedWeights.TileFor(left, largest));
        return tiles;
    }
}
