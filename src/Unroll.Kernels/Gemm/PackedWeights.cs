using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Gemm;

/// <summary>
/// A weight matrix in the order in which product tiles read it: columns cut into tiles of 8, 4, 2 and 1, each stored
/// <c>[depth][tile]</c>. Packed once per training step, read at every time step.
/// </summary>
internal sealed unsafe class PackedWeights
{
    private readonly Block _data;
    private readonly int _largestTile;

    /// <summary>Room for a matrix of <paramref name="depth"/> inputs and <paramref name="width"/> outputs.</summary>
    public PackedWeights(Arena arena, VectorWidth vectorWidth, int depth, int width)
    {
        Depth = depth;
        Width = width;
        _largestTile = LargestTile(vectorWidth);
        _data = arena.Allocate((long)depth * width);
    }

    /// <summary>Rows that are summed over.</summary>
    public int Depth { get; }

    /// <summary>Outputs.</summary>
    public int Width { get; }

    internal float* Pointer => _data.Pointer;

    /// <summary>
    /// Takes the weights from a row-major matrix: entry (k, n) is <c>source[k·stride + n]</c>, or
    /// <c>source[n·stride + k]</c> when transposed. <paramref name="columnOrder"/>, if given, names the source's
    /// columns in the order wanted.
    /// </summary>
    public void Pack(Block source, int offset, int stride, bool transposed = false, int[]? columnOrder = null)
    {
        int rows = transposed ? Width : Depth;
        int columns = transposed ? Depth : Width;
        source.Require(offset + (long)(rows - 1) * stride + (columnOrder?.Max() + 1 ?? columns), nameof(source));
        float* from = source.Pointer + offset;
        float* target = _data.Pointer;
        for (int n = 0; n < Width;)
        {
            int tile = TileFor(Width - n, _largestTile);
            for (int k = 0; k < Depth; k++)
            {
                if (transposed)
                {
                    int column = columnOrder is null ? k : columnOrder[k];
                    for (int i = 0; i < tile; i++) *target++ = from[(long)(n + i) * stride + column];
                }
                else
                {
                    float* row = from + (long)k * stride;
                    for (int i = n; i < n + tile; i++) *target++ = row[columnOrder is null ? i : columnOrder[i]];
                }
            }

            n += tile;
        }
    }

    /// <summary>Rows of the next tile when <paramref name="left"/> outputs are left.</summary>
    internal static int TileFor(int left, int largest) =>
        left >= largest ? largest : left >= 4 ? 4 : left >= 2 ? 2 : 1;

    // 8 rows by two vectors need 16 accumulators, which only a large register file holds.
    private static int LargestTile(VectorWidth width)
    {
        bool manyRegisters = width switch
        {
            VectorWidth.Bits512 => Simd512.HasManyRegisters,
            VectorWidth.Bits256 => Simd256.HasManyRegisters,
            _ => Simd128.HasManyRegisters,
        };
        return manyRegisters ? 8 : 4;
    }
}
