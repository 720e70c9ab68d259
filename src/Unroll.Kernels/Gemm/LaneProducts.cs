using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Gemm;

/// <summary>A matrix of which every element is a row of lanes: each sample of a batch has its own.</summary>
/// <param name="Data">From the first element on.</param>
/// <param name="RowStride">Floats from one row to the next.</param>
/// <param name="ColumnStride">Floats from one column to the next.</param>
internal readonly record struct LaneMatrix(Block Data, int RowStride, int ColumnStride)
{
    /// <summary>Rows and columns exchanged.</summary>
    public LaneMatrix Transposed => new(Data, ColumnStride, RowStride);

    /// <summary>Checks that a matrix of some size is inside.</summary>
    public void Require(int rows, int columns, int lanes) =>
        Data.Require((long)(rows - 1) * RowStride + (long)(columns - 1) * ColumnStride + lanes, nameof(Data));
}

/// <summary>Products of two matrices that are both different for every sample, as attention has them.</summary>
internal abstract class LaneProducts
{
    /// <summary>The kernel for a vector width.</summary>
    public static LaneProducts Create(VectorWidth width) => width switch
    {
        VectorWidth.Bits512 => new LaneProducts<Simd512, Vector512<float>>(),
        VectorWidth.Bits256 => new LaneProducts<Simd256, Vector256<float>>(),
        _ => new LaneProducts<Simd128, Vector128<float>>(),
    };

    /// <summary>c[i, j] = Σ_k a[i, k] · b[k, j] in every lane, or adds it; k ascends.</summary>
    public abstract void Multiply(LaneMatrix a, LaneMatrix b, LaneMatrix c, int rows, int columns, int depth, int lanes, bool adds = false);
}

internal sealed unsafe class LaneProducts<TSimd, TVector> : LaneProducts
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    // Longer sums are made in parts: a column of a long matrix would fall into a few sets of the first cache.
    private const int MostDepth = 32;

    public override void Multiply(LaneMatrix a, LaneMatrix b, LaneMatrix c, int rows, int columns, int depth, int lanes, bool adds = false)
    {
        a.Require(rows, depth, lanes);
        b.Require(depth, columns, lanes);
        c.Require(rows, columns, lanes);
        for (int lane = 0; lane < lanes; lane += TSimd.Count)
        {
            for (int k = 0; k < depth; k += MostDepth)
                Part(At(a, 0, k, lane), At(b, k, 0, lane), At(c, 0, 0, lane), rows, columns, System.Math.Min(depth - k, MostDepth), adds || k > 0);
        }
    }

    private static LaneMatrix At(LaneMatrix matrix, int row, int column, int lane)
    {
        int offset = row * matrix.RowStride + column * matrix.ColumnStride + lane;
        return matrix with { Data = matrix.Data.Slice(offset, matrix.Data.Length - offset) };
    }

    private static void Part(LaneMatrix a, LaneMatrix b, LaneMatrix c, int rows, int columns, int depth, bool adds)
    {
        int height = TSimd.HasManyRegisters ? 4 : 2, i = 0;
        for (; i + height <= rows; i += height)
        {
            float* left = a.Data.Pointer + (nint)i * a.RowStride, target = c.Data.Pointer + (nint)i * c.RowStride;
            int j = 0;
            for (; j + 4 <= columns; j += 4)
            {
                float* right = b.Data.Pointer + (nint)j * b.ColumnStride, corner = target + (nint)j * c.ColumnStride;
                if (height == 4) Tile4x4(left, a, right, b, corner, c, depth, adds);
                else Tile2x4(left, a, right, b, corner, c, depth, adds);
            }

            for (; j < columns; j++)
                for (int row = 0; row < height; row++)
                    Tile1x1(left + row * a.RowStride, a.ColumnStride, b.Data.Pointer + (nint)j * b.ColumnStride, b.RowStride, target + row * c.RowStride + (nint)j * c.ColumnStride, depth, adds);
        }

        for (; i < rows; i++)
            for (int j = 0; j < columns; j++)
                Tile1x1(a.Data.Pointer + (nint)i * a.RowStride, a.ColumnStride, b.Data.Pointer + (nint)j * b.ColumnStride, b.RowStride, c.Data.Pointer + (nint)i * c.RowStride + (nint)j * c.ColumnStride, depth, adds);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4x4(float* a, LaneMatrix left, float* b, LaneMatrix right, float* c, LaneMatrix target, int depth, bool adds)
    {
        nint rowStep = left.ColumnStride, a1 = left.RowStride, a2 = 2 * a1, a3 = 3 * a1;
        nint b1 = right.ColumnStride, b2 = 2 * b1, b3 = 3 * b1, c1 = target.ColumnStride, c2 = 2 * c1, c3 = 3 * c1;
        float* d = c + target.RowStride, e = d + target.RowStride, f = e + target.RowStride;
        TVector cc0 = adds ? TSimd.Load(c) : TSimd.Zero, cc1 = adds ? TSimd.Load(c + c1) : TSimd.Zero, cc2 = adds ? TSimd.Load(c + c2) : TSimd.Zero, cc3 = adds ? TSimd.Load(c + c3) : TSimd.Zero;
        TVector dd0 = adds ? TSimd.Load(d) : TSimd.Zero, dd1 = adds ? TSimd.Load(d + c1) : TSimd.Zero, dd2 = adds ? TSimd.Load(d + c2) : TSimd.Zero, dd3 = adds ? TSimd.Load(d + c3) : TSimd.Zero;
        TVector ee0 = adds ? TSimd.Load(e) : TSimd.Zero, ee1 = adds ? TSimd.Load(e + c1) : TSimd.Zero, ee2 = adds ? TSimd.Load(e + c2) : TSimd.Zero, ee3 = adds ? TSimd.Load(e + c3) : TSimd.Zero;
        TVector ff0 = adds ? TSimd.Load(f) : TSimd.Zero, ff1 = adds ? TSimd.Load(f + c1) : TSimd.Zero, ff2 = adds ? TSimd.Load(f + c2) : TSimd.Zero, ff3 = adds ? TSimd.Load(f + c3) : TSimd.Zero;
        for (int k = 0; k < depth; k++, a += rowStep, b += right.RowStride)
        {
            TVector x0 = TSimd.Load(b), x1 = TSimd.Load(b + b1), x2 = TSimd.Load(b + b2), x3 = TSimd.Load(b + b3);
            TVector y0 = TSimd.Load(a);
            cc0 = TSimd.Fma(y0, x0, cc0);
            cc1 = TSimd.Fma(y0, x1, cc1);
            cc2 = TSimd.Fma(y0, x2, cc2);
            cc3 = TSimd.Fma(y0, x3, cc3);
            TVector y1 = TSimd.Load(a + a1);
            dd0 = TSimd.Fma(y1, x0, dd0);
            dd1 = TSimd.Fma(y1, x1, dd1);
            dd2 = TSimd.Fma(y1, x2, dd2);
            dd3 = TSimd.Fma(y1, x3, dd3);
            TVector y2 = TSimd.Load(a + a2);
            ee0 = TSimd.Fma(y2, x0, ee0);
            ee1 = TSimd.Fma(y2, x1, ee1);
            ee2 = TSimd.Fma(y2, x2, ee2);
            ee3 = TSimd.Fma(y2, x3, ee3);
            TVector y3 = TSimd.Load(a + a3);
            ff0 = TSimd.Fma(y3, x0, ff0);
            ff1 = TSimd.Fma(y3, x1, ff1);
            ff2 = TSimd.Fma(y3, x2, ff2);
            ff3 = TSimd.Fma(y3, x3, ff3);
        }

        TSimd.Store(c, cc0);
        TSimd.Store(c + c1, cc1);
        TSimd.Store(c + c2, cc2);
        TSimd.Store(c + c3, cc3);
        TSimd.Store(d, dd0);
        TSimd.Store(d + c1, dd1);
        TSimd.Store(d + c2, dd2);
        TSimd.Store(d + c3, dd3);
        TSimd.Store(e, ee0);
        TSimd.Store(e + c1, ee1);
        TSimd.Store(e + c2, ee2);
        TSimd.Store(e + c3, ee3);
        TSimd.Store(f, ff0);
        TSimd.Store(f + c1, ff1);
        TSimd.Store(f + c2, ff2);
        TSimd.Store(f + c3, ff3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile2x4(float* a, LaneMatrix left, float* b, LaneMatrix right, float* c, LaneMatrix target, int depth, bool adds)
    {
        nint rowStep = left.ColumnStride, a1 = left.RowStride;
        nint b1 = right.ColumnStride, b2 = 2 * b1, b3 = 3 * b1, c1 = target.ColumnStride, c2 = 2 * c1, c3 = 3 * c1;
        float* d = c + target.RowStride;
        TVector cc0 = adds ? TSimd.Load(c) : TSimd.Zero, cc1 = adds ? TSimd.Load(c + c1) : TSimd.Zero, cc2 = adds ? TSimd.Load(c + c2) : TSimd.Zero, cc3 = adds ? TSimd.Load(c + c3) : TSimd.Zero;
        TVector dd0 = adds ? TSimd.Load(d) : TSimd.Zero, dd1 = adds ? TSimd.Load(d + c1) : TSimd.Zero, dd2 = adds ? TSimd.Load(d + c2) : TSimd.Zero, dd3 = adds ? TSimd.Load(d + c3) : TSimd.Zero;
        for (int k = 0; k < depth; k++, a += rowStep, b += right.RowStride)
        {
            TVector x0 = TSimd.Load(b), x1 = TSimd.Load(b + b1), x2 = TSimd.Load(b + b2), x3 = TSimd.Load(b + b3);
            TVector y0 = TSimd.Load(a);
            cc0 = TSimd.Fma(y0, x0, cc0);
            cc1 = TSimd.Fma(y0, x1, cc1);
            cc2 = TSimd.Fma(y0, x2, cc2);
            cc3 = TSimd.Fma(y0, x3, cc3);
            TVector y1 = TSimd.Load(a + a1);
            dd0 = TSimd.Fma(y1, x0, dd0);
            dd1 = TSimd.Fma(y1, x1, dd1);
            dd2 = TSimd.Fma(y1, x2, dd2);
            dd3 = TSimd.Fma(y1, x3, dd3);
        }

        TSimd.Store(c, cc0);
        TSimd.Store(c + c1, cc1);
        TSimd.Store(c + c2, cc2);
        TSimd.Store(c + c3, cc3);
        TSimd.Store(d, dd0);
        TSimd.Store(d + c1, dd1);
        TSimd.Store(d + c2, dd2);
        TSimd.Store(d + c3, dd3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1x1(float* a, int step, float* b, int rowStride, float* c, int depth, bool adds)
    {
        TVector sum = adds ? TSimd.Load(c) : TSimd.Zero;
        for (int k = 0; k < depth; k++, a += step, b += rowStride) sum = TSimd.Fma(TSimd.Load(a), TSimd.Load(b), sum);
        TSimd.Store(c, sum);
    }
}
