using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
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
        source.Require(offset + (long)(rows - 1) * stride + LastColumn(columnOrder, columns) + 1, nameof(source));
        float* from = source.Pointer + offset;
        float* target = _data.Pointer;
        for (int n = 0; n < Width;)
        {
            int tile = TileFor(Width - n, _largestTile);
            if (transposed) PackTransposed(from + (long)n * stride, stride, tile, target, columnOrder);
            else PackColumns(from, stride, n, tile, target, Depth, columnOrder, null);
            target += (long)tile * Depth;
            n += tile;
        }
    }

    /// <summary>
    /// Takes some of the matrix' rows from a row-major matrix, each column multiplied by a factor: two matrices above
    /// each other make one product of two inputs.
    /// </summary>
    /// <param name="source">The matrix.</param>
    /// <param name="stride">Its columns.</param>
    /// <param name="firstRow">Row of this matrix that its first row becomes.</param>
    /// <param name="rows">Number of its rows.</param>
    /// <param name="columnOrder">Its columns in the order wanted.</param>
    /// <param name="factors">A factor for each column wanted.</param>
    public void PackRows(Block source, int stride, int firstRow, int rows, int[] columnOrder, float[] factors)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstRow + rows, Depth, nameof(rows));
        source.Require((long)(rows - 1) * stride + LastColumn(columnOrder, Width) + 1, nameof(source));
        float* target = _data.Pointer;
        for (int n = 0; n < Width;)
        {
            int tile = TileFor(Width - n, _largestTile);
            PackColumns(source.Pointer, stride, n, tile, target + (long)tile * firstRow, rows, columnOrder, factors);
            target += (long)tile * Depth;
            n += tile;
        }
    }

    /// <summary>
    /// Takes a rectangle of the matrix from a row-major matrix: several matrices side by side and above each other make
    /// one product.
    /// </summary>
    /// <param name="source">The matrix.</param>
    /// <param name="offset">Place of its entry that comes first.</param>
    /// <param name="rowStep">Floats of the source from one row of the rectangle to the next.</param>
    /// <param name="columnStep">Floats of the source from one column to the next: 1, or its width to transpose it.</param>
    /// <param name="firstRow">First row of the rectangle in this matrix.</param>
    /// <param name="rows">Rows of the rectangle.</param>
    /// <param name="firstColumn">First column of the rectangle in this matrix.</param>
    /// <param name="columns">Columns of the rectangle.</param>
    /// <param name="factor">What every entry is multiplied by.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void PackRectangle(
        Block source, int offset, int rowStep, int columnStep, int firstRow, int rows, int firstColumn, int columns, float factor)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstRow + rows, Depth, nameof(rows));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstColumn + columns, Width, nameof(columns));
        source.Require(offset + (long)(rows - 1) * rowStep + (long)(columns - 1) * columnStep + 1, nameof(source));
        float* target = _data.Pointer;
        for (int n = 0; n < firstColumn + columns;)
        {
            int tile = TileFor(Width - n, _largestTile);
            int from = System.Math.Max(n, firstColumn), to = System.Math.Min(n + tile, firstColumn + columns);
            for (int column = from; column < to; column++)
            {
                float* entry = source.Pointer + offset + (long)(column - firstColumn) * columnStep;
                float* place = target + (long)tile * firstRow + column - n;
                for (int k = 0; k < rows; k++, entry += rowStep, place += tile) *place = *entry * factor;
            }

            target += (long)tile * Depth;
            n += tile;
        }
    }

    /// <summary>A tile from <paramref name="tile"/> columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackColumns(float* from, int stride, int first, int tile, float* target, int rows, int[]? columnOrder, float[]? factors)
    {
        if (factors is not null && tile == 8 && columnOrder![first + 7] == columnOrder[first] + 7)
        {
            from += columnOrder[first];
            Vector256<float> factor = Vector256.LoadUnsafe(ref factors[first]);
            for (int k = 0; k < rows; k++, from += stride, target += tile) (Vector256.Load(from) * factor).Store(target);
            return;
        }

        for (int k = 0; k < rows; k++, from += stride, target += tile)
        {
            for (int i = 0; i < tile; i++)
            {
                float value = from[columnOrder is null ? first + i : columnOrder[first + i]];
                target[i] = factors is null ? value : value * factors[first + i];
            }
        }
    }

    private static int LastColumn(int[]? columnOrder, int columns)
    {
        if (columnOrder is null) return columns - 1;
        int last = 0;
        foreach (int column in columnOrder) last = System.Math.Max(last, column);
        return last;
    }

    /// <summary>A tile from <paramref name="tile"/> neighbouring rows: each is read through, so that memory is read in order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void PackTransposed(float* from, int stride, int tile, float* target, int[]? columnOrder)
    {
        for (int i = 0; i < tile; i++, from += stride, target++)
        {
            for (int k = 0; k < Depth; k++) target[(long)k * tile] = from[columnOrder is null ? k : columnOrder[k]];
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
