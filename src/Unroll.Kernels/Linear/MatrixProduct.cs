using System.Runtime.CompilerServices;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Linear;

/// <summary>
/// Products of row-major matrices, columns in the lanes. Every entry is one sum over ascending k, whatever the tile or the
/// vector width.
/// </summary>
internal static unsafe class MatrixProduct<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>c = start·share + factor·a·b, or factor·a·b if there is no start; c and start may be the same.</summary>
    /// <param name="a">[rows][depth], lines of <paramref name="aStride"/>.</param>
    /// <param name="aStride">Floats from one line of a to the next.</param>
    /// <param name="b">[depth][columns], lines of <paramref name="bStride"/>.</param>
    /// <param name="bStride">Floats from one line of b to the next.</param>
    /// <param name="c">[rows][columns], lines of <paramref name="cStride"/>.</param>
    /// <param name="cStride">Floats from one line of c, or of the start, to the next.</param>
    /// <param name="rows">Lines of a and c.</param>
    /// <param name="depth">Columns of a, lines of b.</param>
    /// <param name="columns">Columns of b and c: a multiple of 16.</param>
    /// <param name="factor">Factor of the product.</param>
    /// <param name="start">What it is added to; null: nothing.</param>
    /// <param name="share">Factor of the start.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        float* a, nint aStride, float* b, nint bStride, float* c, nint cStride, int rows, int depth, int columns, float factor, float* start = null, float share = 0)
    {
        for (int i = 0; i < rows; i += 4)
        {
            // The last lines may be fewer than four: then some are computed again and written once.
            nint line = i * aStride, second = i + 1 < rows ? aStride : 0, third = i + 2 < rows ? 2 * aStride : 0, fourth = i + 3 < rows ? 3 * aStride : 0;
            float* a0 = a + line, a1 = a0 + second, a2 = a0 + third, a3 = a0 + fourth;
            int j = 0;
            for (; j + 2 * TSimd.Count <= columns; j += 2 * TSimd.Count)
            {
                TVector s0 = TSimd.Zero, s1 = TSimd.Zero, s2 = TSimd.Zero, s3 = TSimd.Zero;
                TVector t0 = TSimd.Zero, t1 = TSimd.Zero, t2 = TSimd.Zero, t3 = TSimd.Zero;
                float* bk = b + j;
                for (int k = 0; k < depth; k++, bk += bStride)
                {
                    TVector left = TSimd.Load(bk), right = TSimd.Load(bk + TSimd.Count);
                    TVector entry = TSimd.Broadcast(a0[k]);
                    s0 = TSimd.Fma(entry, left, s0);
                    t0 = TSimd.Fma(entry, right, t0);
                    entry = TSimd.Broadcast(a1[k]);
                    s1 = TSimd.Fma(entry, left, s1);
                    t1 = TSimd.Fma(entry, right, t1);
                    entry = TSimd.Broadcast(a2[k]);
                    s2 = TSimd.Fma(entry, left, s2);
                    t2 = TSimd.Fma(entry, right, t2);
                    entry = TSimd.Broadcast(a3[k]);
                    s3 = TSimd.Fma(entry, left, s3);
                    t3 = TSimd.Fma(entry, right, t3);
                }

                nint at = i * cStride + j;
                End(s0, t0, c, start, at, factor, share);
                if (second != 0) End(s1, t1, c, start, at + cStride, factor, share);
                if (third != 0) End(s2, t2, c, start, at + 2 * cStride, factor, share);
                if (fourth != 0) End(s3, t3, c, start, at + 3 * cStride, factor, share);
            }

            for (; j < columns; j += TSimd.Count)
            {
                for (int r = i; r < System.Math.Min(rows, i + 4); r++)
                {
                    TVector sum = TSimd.Zero;
                    float* ar = a + r * aStride, bk = b + j;
                    for (int k = 0; k < depth; k++, bk += bStride) sum = TSimd.Fma(TSimd.Broadcast(ar[k]), TSimd.Load(bk), sum);
                    End(sum, c, start, r * cStride + j, factor, share);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void End(TVector left, TVector right, float* c, float* start, nint at, float factor, float share)
    {
        End(left, c, start, at, factor, share);
        End(right, c, start, at + TSimd.Count, factor, share);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void End(TVector sum, float* c, float* start, nint at, float factor, float share)
    {
        TVector value = TSimd.Multiply(sum, TSimd.Broadcast(factor));
        TSimd.Store(c + at, start == null ? value : TSimd.Fma(TSimd.Load(start + at), TSimd.Broadcast(share), value));
    }
}
