using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Unroll.Kernels.Math;
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

    /// <summary>e^x / Σ e^x over <paramref name="count"/> rows of lanes that follow each other, in place.</summary>
    public abstract void Softmax(Block values, int count, int lanes);
}

internal sealed unsafe class LaneProducts<TSimd, TVector> : LaneProducts
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    public override void Multiply(LaneMatrix a, LaneMatrix b, LaneMatrix c, int rows, int columns, int depth, int lanes, bool adds = false)
    {
        a.Require(rows, depth, lanes);
        b.Require(depth, columns, lanes);
        c.Require(rows, columns, lanes);
        for (int lane = 0; lane < lanes; lane += TSimd.Count)
        {
            for (int i = 0; i < rows; i++)
            {
                float* left = a.Data.Pointer + (nint)i * a.RowStride + lane, target = c.Data.Pointer + (nint)i * c.RowStride + lane;
                int j = 0;
                for (; j + 4 <= columns; j += 4) Row4(left, a.ColumnStride, b.Data.Pointer + (nint)j * b.ColumnStride + lane, b, target + (nint)j * c.ColumnStride, c.ColumnStride, depth, adds);
                for (; j < columns; j++) Row1(left, a.ColumnStride, b.Data.Pointer + (nint)j * b.ColumnStride + lane, b.RowStride, target + (nint)j * c.ColumnStride, depth, adds);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Softmax(Block values, int count, int lanes)
    {
        values.Require((long)count * lanes, nameof(values));
        for (int lane = 0; lane < lanes; lane += TSimd.Count)
        {
            float* x = values.Pointer + lane;
            TVector highest = TSimd.Load(x), sum = TSimd.Zero;
            for (int s = 1; s < count; s++) highest = TSimd.Max(highest, TSimd.Load(x + (nint)s * lanes));
            for (int s = 0; s < count; s++)
            {
                TVector power = VectorMath<TSimd, TVector>.ExpOfNegative(TSimd.Subtract(TSimd.Load(x + (nint)s * lanes), highest));
                TSimd.Store(x + (nint)s * lanes, power);
                sum = TSimd.Add(sum, power);
            }

            for (int s = 0; s < count; s++) TSimd.Store(x + (nint)s * lanes, TSimd.Divide(TSimd.Load(x + (nint)s * lanes), sum));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row4(float* a, int step, float* b, LaneMatrix shape, float* c, int columnStride, int depth, bool adds)
    {
        nint b1 = shape.ColumnStride, b2 = 2 * b1, b3 = 3 * b1;
        float* c1 = c + columnStride, c2 = c1 + columnStride, c3 = c2 + columnStride;
        TVector s0 = adds ? TSimd.Load(c) : TSimd.Zero, s1 = adds ? TSimd.Load(c1) : TSimd.Zero;
        TVector s2 = adds ? TSimd.Load(c2) : TSimd.Zero, s3 = adds ? TSimd.Load(c3) : TSimd.Zero;
        for (int k = 0; k < depth; k++, a += step, b += shape.RowStride)
        {
            TVector value = TSimd.Load(a);
            s0 = TSimd.Fma(value, TSimd.Load(b), s0);
            s1 = TSimd.Fma(value, TSimd.Load(b + b1), s1);
            s2 = TSimd.Fma(value, TSimd.Load(b + b2), s2);
            s3 = TSimd.Fma(value, TSimd.Load(b + b3), s3);
        }

        TSimd.Store(c, s0);
        TSimd.Store(c1, s1);
        TSimd.Store(c2, s2);
        TSimd.Store(c3, s3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row1(float* a, int step, float* b, int rowStride, float* c, int depth, bool adds)
    {
        TVector sum = adds ? TSimd.Load(c) : TSimd.Zero;
        for (int k = 0; k < depth; k++, a += step, b += rowStride) sum = TSimd.Fma(TSimd.Load(a), TSimd.Load(b), sum);
        TSimd.Store(c, sum);
    }
}
