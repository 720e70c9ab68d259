using System.Runtime.CompilerServices;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Gemm;

/// <summary>
/// A product for a single row of a batch, outputs in the lanes: output = bias + first · W + second · W', where W' follows
/// W. Every output is summed over k ascending with fused multiply-adds, as <see cref="Product{TSimd, TVector}"/> sums it:
/// the bits are the same.
/// </summary>
internal static unsafe class RowProduct<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>Sets the outputs.</summary>
    /// <param name="weights">[firstDepth + secondDepth][width], row-major.</param>
    /// <param name="width">Outputs, a multiple of 16.</param>
    /// <param name="first">Input of the first rows.</param>
    /// <param name="firstDepth">Their number.</param>
    /// <param name="second">Input of the rows that follow.</param>
    /// <param name="secondDepth">Their number, or 0.</param>
    /// <param name="bias">[width].</param>
    /// <param name="output">[width].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Assign(
        float* weights, int width, float* first, int firstDepth, float* second, int secondDepth, float* bias, float* output)
    {
        int n = 0;
        for (; n + 4 * TSimd.Count <= width; n += 4 * TSimd.Count)
        {
            TVector s0 = TSimd.Load(bias + n), s1 = TSimd.Load(bias + n + TSimd.Count);
            TVector s2 = TSimd.Load(bias + n + 2 * TSimd.Count), s3 = TSimd.Load(bias + n + 3 * TSimd.Count);
            float* w = weights + n, x = first;
            int depth = firstDepth, after = secondDepth;
            while (true)
            {
                for (int k = 0; k < depth; k++, w += width)
                {
                    TVector value = TSimd.Broadcast(x[k]);
                    s0 = TSimd.Fma(value, TSimd.Load(w), s0);
                    s1 = TSimd.Fma(value, TSimd.Load(w + TSimd.Count), s1);
                    s2 = TSimd.Fma(value, TSimd.Load(w + 2 * TSimd.Count), s2);
                    s3 = TSimd.Fma(value, TSimd.Load(w + 3 * TSimd.Count), s3);
                }

                if (after == 0) break;
                x = second;
                depth = after;
                after = 0;
            }

            TSimd.Store(output + n, s0);
            TSimd.Store(output + n + TSimd.Count, s1);
            TSimd.Store(output + n + 2 * TSimd.Count, s2);
            TSimd.Store(output + n + 3 * TSimd.Count, s3);
        }

        for (; n < width; n += TSimd.Count)
        {
            TVector sum = TSimd.Load(bias + n);
            float* w = weights + n;
            for (int k = 0; k < firstDepth; k++, w += width) sum = TSimd.Fma(TSimd.Broadcast(first[k]), TSimd.Load(w), sum);
            for (int k = 0; k < secondDepth; k++, w += width) sum = TSimd.Fma(TSimd.Broadcast(second[k]), TSimd.Load(w), sum);
            TSimd.Store(output + n, sum);
        }
    }
}
