using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Embedding;

/// <summary>
/// Rows of a table to the batch-in-lanes layout and back. Pure data movement apart from the sums of the gradient, in
/// blocks of four tokens by four features that are transposed in registers; one text for all vector widths.
/// </summary>
internal static unsafe class EmbeddingKernel
{
    /// <summary>output[t][e][lane] = table[ids[lane, t], e].</summary>
    /// <param name="table">[vocabulary][width], row-major.</param>
    /// <param name="width">Features of one row.</param>
    /// <param name="ids">[lanes][steps], row-major; every id must be inside the table.</param>
    /// <param name="steps">Number of time steps.</param>
    /// <param name="lanes">Rows of the batch in the layout, a multiple of 16.</param>
    /// <param name="output">[steps][width][lanes].</param>
    /// <param name="stride">Floats from one step of the output to the next; 0: that of recurrent sequences.</param>
    /// <param name="rowStride">Floats from one row of the table to the next; 0: <paramref name="width"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gather(Block table, int width, ReadOnlySpan<int> ids, int steps, int lanes, Block output, int stride = 0, int rowStride = 0)
    {
        if (rowStride == 0) rowStride = width;
        if (stride == 0) stride = RecurrentSequence.Stride(width, lanes);
        output.Require((long)(steps - 1) * stride + (long)width * lanes, nameof(output));
        if (ids.Length < steps * lanes) throw new ArgumentException("Too few ids.", nameof(ids));
        float* rows = table.Pointer;
        for (int t = 0; t < steps; t++)
        {
            for (int lane = 0; lane < lanes; lane += 4)
            {
                float* r0 = rows + (nint)ids[lane * steps + t] * rowStride;
                float* r1 = rows + (nint)ids[(lane + 1) * steps + t] * rowStride;
                float* r2 = rows + (nint)ids[(lane + 2) * steps + t] * rowStride;
                float* r3 = rows + (nint)ids[(lane + 3) * steps + t] * rowStride;
                float* target = output.Pointer + (nint)t * stride + lane;
                int e = 0;
                for (; e + 4 <= width; e += 4, target += 4 * lanes)
                {
                    Transpose(
                        Vector128.Load(r0 + e), Vector128.Load(r1 + e), Vector128.Load(r2 + e), Vector128.Load(r3 + e),
                        out Vector128<float> c0, out Vector128<float> c1, out Vector128<float> c2, out Vector128<float> c3);
                    c0.Store(target);
                    c1.Store(target + lanes);
                    c2.Store(target + 2 * lanes);
                    c3.Store(target + 3 * lanes);
                }

                for (; e < width; e++, target += lanes)
                    Vector128.Create(r0[e], r1[e], r2[e], r3[e]).Store(target);
            }
        }
    }

    /// <summary>
    /// tableGradient[ids[lane, t], e] += outputGradient[t][e][lane] for the first <paramref name="rows"/> lanes: chunks of
    /// 16 lanes ascending, within them time, within it lanes, so that every sum has one order.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddGradient(
        Block tableGradient, int width, ReadOnlySpan<int> ids, int steps, int lanes, int rows, Block outputGradient, int stride = 0, int rowStride = 0)
    {
        if (rowStride == 0) rowStride = width;
        if (stride == 0) stride = RecurrentSequence.Stride(width, lanes);
        outputGradient.Require((long)(steps - 1) * stride + (long)width * lanes, nameof(outputGradient));
        if (ids.Length < steps * lanes) throw new ArgumentException("Too few ids.", nameof(ids));
        float* table = tableGradient.Pointer;
        for (int chunk = 0; chunk < rows; chunk += VectorWidths.Chunk)
        {
            int end = System.Math.Min(rows, chunk + VectorWidths.Chunk);
            for (int t = 0; t < steps; t++)
            {
                float* step = outputGradient.Pointer + (nint)t * stride;
                int lane = chunk;
                for (; lane + 4 <= end; lane += 4)
                {
                    AddQuad(
                        step + lane, lanes, width, table + (nint)ids[lane * steps + t] * rowStride, table + (nint)ids[(lane + 1) * steps + t] * rowStride,
                        table + (nint)ids[(lane + 2) * steps + t] * rowStride, table + (nint)ids[(lane + 3) * steps + t] * rowStride);
                }

                for (; lane < end; lane++)
                {
                    float* row = table + (nint)ids[lane * steps + t] * rowStride;
                    for (int e = 0; e < width; e++) row[e] += step[(nint)e * lanes + lane];
                }
            }
        }
    }

    /// <summary>mask[t][lane] = ids[lane, t] ≠ 0 ? 1 : 0.</summary>
    public static void Mask(ReadOnlySpan<int> ids, int steps, int lanes, Block mask)
    {
        Span<float> target = mask.Span;
        for (int lane = 0; lane < lanes; lane++)
        {
            for (int t = 0; t < steps; t++) target[t * lanes + lane] = ids[lane * steps + t] == 0 ? 0f : 1f;
        }
    }

    /// <summary>Adds four lanes to four rows, which may be the same: each feature goes to row 0 first, row 3 last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddQuad(float* source, int lanes, int width, float* row0, float* row1, float* row2, float* row3)
    {
        int e = 0;
        for (; e + 4 <= width; e += 4, source += 4 * lanes)
        {
            Transpose(
                Vector128.Load(source), Vector128.Load(source + lanes), Vector128.Load(source + 2 * lanes), Vector128.Load(source + 3 * lanes),
                out Vector128<float> r0, out Vector128<float> r1, out Vector128<float> r2, out Vector128<float> r3);
            Vector128.Store(Vector128.Load(row0 + e) + r0, row0 + e);
            Vector128.Store(Vector128.Load(row1 + e) + r1, row1 + e);
            Vector128.Store(Vector128.Load(row2 + e) + r2, row2 + e);
            Vector128.Store(Vector128.Load(row3 + e) + r3, row3 + e);
        }

        for (; e < width; e++, source += lanes)
        {
            row0[e] += source[0];
            row1[e] += source[1];
            row2[e] += source[2];
            row3[e] += source[3];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(
        Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d,
        out Vector128<float> r0, out Vector128<float> r1, out Vector128<float> r2, out Vector128<float> r3)
    {
        Vector128<float> ab0 = Interleave.Low(a, b), ab1 = Interleave.High(a, b);
        Vector128<float> cd0 = Interleave.Low(c, d), cd1 = Interleave.High(c, d);
        r0 = Interleave.LowPairs(ab0, cd0);
        r1 = Interleave.HighPairs(ab0, cd0);
        r2 = Interleave.LowPairs(ab1, cd1);
        r3 = Interleave.HighPairs(ab1, cd1);
    }
}
