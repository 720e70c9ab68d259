using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Gemm;

/// <summary>
/// Weight gradients: for every chunk of 16 rows, gradient[k, n] += Σ_lanes scale[k] Σ_t input[t][k] · delta[t][n].
/// Time is summed first, ascending, lane by lane; then the 16 lanes by a fixed tree: within each group of four lanes
/// (x0 + x2) + (x1 + x3), then over the groups (g0 + g2) + (g1 + g3).
/// </summary>
internal static unsafe class Contraction<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    private const int Chunk = VectorWidths.Chunk;

    // From here on the time over all inputs is long enough to bring in the next columns, which lie on another page at each
    // step: 85 to 100 GFLOP/s of a peak of 118 at 128 units (bench/lab/002).
    private const int PrefetchingInputs = 24;

    /// <summary>Adds the gradient of a weight matrix, one chunk after the other.</summary>
    /// <param name="input">First step of the layer's input, [inputs][lanes].</param>
    /// <param name="inputStep">Floats from one step to the next; negative to walk backwards in time.</param>
    /// <param name="inputs">Rows of the gradient.</param>
    /// <param name="delta">First step of the gradient at the outputs, [outputs][lanes].</param>
    /// <param name="deltaStep">Floats from one step to the next.</param>
    /// <param name="outputs">Columns of the gradient.</param>
    /// <param name="steps">Number of time steps.</param>
    /// <param name="lanes">Rows of the batch in the layout, a multiple of 16.</param>
    /// <param name="scale">A factor for every input and lane ([inputs][lanes], a dropout mask), or null.</param>
    /// <param name="gradient">Row-major gradient of the first chunk.</param>
    /// <param name="gradientStride">Floats from one row of the gradient to the next.</param>
    /// <param name="chunkStride">Floats from one chunk's gradient to the next's; 0 adds all to one.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(
        float* input, nint inputStep, int inputs, float* delta, nint deltaStep, int outputs,
        int steps, int lanes, float* scale, float* gradient, int gradientStride, nint chunkStride)
    {
        if (steps <= 0) return;
        float* raw = stackalloc float[6 * Chunk + Chunk];
        float* sums = (float*)(((nuint)raw + 63) & ~(nuint)63);
        for (int chunk = 0; chunk < lanes; chunk += Chunk, gradient += chunkStride)
        {
            for (int n = 0; n < outputs; n += 4)
            {
                int columns = System.Math.Min(4, outputs - n);
                var d = new RowOffsets(outputs - n, lanes);
                int fetched = inputs >= PrefetchingInputs && n + 4 < outputs ? 0 : steps;
                for (int k = 0; k < inputs;)
                {
                    int rows = TileRows(inputs - k);
                    int wanted = (int)((long)steps * (k + rows) / inputs);
                    for (; fetched < wanted; fetched++)
                        Prefetch.Rows(delta + (nint)(n + 4) * lanes + chunk + fetched * deltaStep, lanes);
                    var x = new RowOffsets(inputs - k, lanes);
                    for (int lane = 0; lane < Chunk; lane += TSimd.Count)
                    {
                        float* fromInput = input + (nint)k * lanes + chunk + lane;
                        float* fromDelta = delta + (nint)n * lanes + chunk + lane;
                        float* factor = scale == null ? null : scale + (nint)k * lanes + chunk + lane;
                        if (rows > 4) Tile6x4(fromInput, inputStep, x, fromDelta, deltaStep, d, steps, factor, sums + lane);
                        else if (rows > 2) Tile4x4(fromInput, inputStep, x, fromDelta, deltaStep, d, steps, factor, sums + lane);
                        else Tile2x4(fromInput, inputStep, x, fromDelta, deltaStep, d, steps, factor, sums + lane);
                    }

                    for (int row = 0; row < rows; row++)
                        AddGroups(sums + row * Chunk, gradient + (nint)(k + row) * gradientStride + n, columns);
                    k += rows;
                }
            }
        }
    }

    /// <summary>Adds Σ_t delta[t][n] over all lanes to gradient[n], chunk by chunk.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddBias(
        float* delta, nint deltaStep, int outputs, int steps, int lanes, float* gradient, nint chunkStride)
    {
        float* raw = stackalloc float[2 * Chunk];
        float* sums = (float*)(((nuint)raw + 63) & ~(nuint)63);
        for (int chunk = 0; chunk < lanes; chunk += Chunk, gradient += chunkStride)
        {
            for (int n = 0; n < outputs; n += 4)
            {
                var d = new RowOffsets(outputs - n, lanes);
                for (int lane = 0; lane < Chunk; lane += TSimd.Count)
                {
                    float* from = delta + (nint)n * lanes + chunk + lane;
                    TVector s0 = TSimd.Zero, s1 = TSimd.Zero, s2 = TSimd.Zero, s3 = TSimd.Zero;
                    for (int t = 0; t < steps; t++, from += deltaStep)
                    {
                        s0 = TSimd.Add(s0, TSimd.Load(from));
                        s1 = TSimd.Add(s1, TSimd.Load(from + d.Row1));
                        s2 = TSimd.Add(s2, TSimd.Load(from + d.Row2));
                        s3 = TSimd.Add(s3, TSimd.Load(from + d.Row3));
                    }

                    TSimd.Store(sums + lane, TSimd.SumQuads(s0, s1, s2, s3));
                }

                AddGroups(sums, gradient + n, System.Math.Min(4, outputs - n));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile6x4(
        float* input, nint inputStep, RowOffsets x, float* delta, nint deltaStep, RowOffsets d,
        int steps, float* scale, float* sums)
    {
        TVector s00 = TSimd.Zero, s01 = TSimd.Zero, s02 = TSimd.Zero, s03 = TSimd.Zero;
        TVector s10 = TSimd.Zero, s11 = TSimd.Zero, s12 = TSimd.Zero, s13 = TSimd.Zero;
        TVector s20 = TSimd.Zero, s21 = TSimd.Zero, s22 = TSimd.Zero, s23 = TSimd.Zero;
        TVector s30 = TSimd.Zero, s31 = TSimd.Zero, s32 = TSimd.Zero, s33 = TSimd.Zero;
        TVector s40 = TSimd.Zero, s41 = TSimd.Zero, s42 = TSimd.Zero, s43 = TSimd.Zero;
        TVector s50 = TSimd.Zero, s51 = TSimd.Zero, s52 = TSimd.Zero, s53 = TSimd.Zero;
        nint x1 = x.Row1, x2 = x.Row2, x3 = x.Row3, x4 = x.Row4, x5 = x.Row5, o1 = d.Row1, o2 = d.Row2, o3 = d.Row3;
        for (int t = 0; t < steps; t++, input += inputStep, delta += deltaStep)
        {
            TVector d0 = TSimd.Load(delta), d1 = TSimd.Load(delta + o1);
            TVector d2 = TSimd.Load(delta + o2), d3 = TSimd.Load(delta + o3);
            TVector v = TSimd.Load(input);
            s00 = TSimd.Fma(v, d0, s00);
            s01 = TSimd.Fma(v, d1, s01);
            s02 = TSimd.Fma(v, d2, s02);
            s03 = TSimd.Fma(v, d3, s03);
            v = TSimd.Load(input + x1);
            s10 = TSimd.Fma(v, d0, s10);
            s11 = TSimd.Fma(v, d1, s11);
            s12 = TSimd.Fma(v, d2, s12);
            s13 = TSimd.Fma(v, d3, s13);
            v = TSimd.Load(input + x2);
            s20 = TSimd.Fma(v, d0, s20);
            s21 = TSimd.Fma(v, d1, s21);
            s22 = TSimd.Fma(v, d2, s22);
            s23 = TSimd.Fma(v, d3, s23);
            v = TSimd.Load(input + x3);
            s30 = TSimd.Fma(v, d0, s30);
            s31 = TSimd.Fma(v, d1, s31);
            s32 = TSimd.Fma(v, d2, s32);
            s33 = TSimd.Fma(v, d3, s33);
            v = TSimd.Load(input + x4);
            s40 = TSimd.Fma(v, d0, s40);
            s41 = TSimd.Fma(v, d1, s41);
            s42 = TSimd.Fma(v, d2, s42);
            s43 = TSimd.Fma(v, d3, s43);
            v = TSimd.Load(input + x5);
            s50 = TSimd.Fma(v, d0, s50);
            s51 = TSimd.Fma(v, d1, s51);
            s52 = TSimd.Fma(v, d2, s52);
            s53 = TSimd.Fma(v, d3, s53);
        }

        StoreRow(s00, s01, s02, s03, scale, 0, sums);
        StoreRow(s10, s11, s12, s13, scale, x1, sums + Chunk);
        StoreRow(s20, s21, s22, s23, scale, x2, sums + 2 * Chunk);
        StoreRow(s30, s31, s32, s33, scale, x3, sums + 3 * Chunk);
        StoreRow(s40, s41, s42, s43, scale, x4, sums + 4 * Chunk);
        StoreRow(s50, s51, s52, s53, scale, x5, sums + 5 * Chunk);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4x4(
        float* input, nint inputStep, RowOffsets x, float* delta, nint deltaStep, RowOffsets d,
        int steps, float* scale, float* sums)
    {
        TVector s00 = TSimd.Zero, s01 = TSimd.Zero, s02 = TSimd.Zero, s03 = TSimd.Zero;
        TVector s10 = TSimd.Zero, s11 = TSimd.Zero, s12 = TSimd.Zero, s13 = TSimd.Zero;
        TVector s20 = TSimd.Zero, s21 = TSimd.Zero, s22 = TSimd.Zero, s23 = TSimd.Zero;
        TVector s30 = TSimd.Zero, s31 = TSimd.Zero, s32 = TSimd.Zero, s33 = TSimd.Zero;
        nint x1 = x.Row1, x2 = x.Row2, x3 = x.Row3, o1 = d.Row1, o2 = d.Row2, o3 = d.Row3;
        for (int t = 0; t < steps; t++, input += inputStep, delta += deltaStep)
        {
            TVector d0 = TSimd.Load(delta), d1 = TSimd.Load(delta + o1);
            TVector d2 = TSimd.Load(delta + o2), d3 = TSimd.Load(delta + o3);
            TVector v = TSimd.Load(input);
            s00 = TSimd.Fma(v, d0, s00);
            s01 = TSimd.Fma(v, d1, s01);
            s02 = TSimd.Fma(v, d2, s02);
            s03 = TSimd.Fma(v, d3, s03);
            v = TSimd.Load(input + x1);
            s10 = TSimd.Fma(v, d0, s10);
            s11 = TSimd.Fma(v, d1, s11);
            s12 = TSimd.Fma(v, d2, s12);
            s13 = TSimd.Fma(v, d3, s13);
            v = TSimd.Load(input + x2);
            s20 = TSimd.Fma(v, d0, s20);
            s21 = TSimd.Fma(v, d1, s21);
            s22 = TSimd.Fma(v, d2, s22);
            s23 = TSimd.Fma(v, d3, s23);
            v = TSimd.Load(input + x3);
            s30 = TSimd.Fma(v, d0, s30);
            s31 = TSimd.Fma(v, d1, s31);
            s32 = TSimd.Fma(v, d2, s32);
            s33 = TSimd.Fma(v, d3, s33);
        }

        StoreRow(s00, s01, s02, s03, scale, 0, sums);
        StoreRow(s10, s11, s12, s13, scale, x1, sums + Chunk);
        StoreRow(s20, s21, s22, s23, scale, x2, sums + 2 * Chunk);
        StoreRow(s30, s31, s32, s33, scale, x3, sums + 3 * Chunk);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile2x4(
        float* input, nint inputStep, RowOffsets x, float* delta, nint deltaStep, RowOffsets d,
        int steps, float* scale, float* sums)
    {
        TVector s00 = TSimd.Zero, s01 = TSimd.Zero, s02 = TSimd.Zero, s03 = TSimd.Zero;
        TVector s10 = TSimd.Zero, s11 = TSimd.Zero, s12 = TSimd.Zero, s13 = TSimd.Zero;
        nint x1 = x.Row1, o1 = d.Row1, o2 = d.Row2, o3 = d.Row3;
        for (int t = 0; t < steps; t++, input += inputStep, delta += deltaStep)
        {
            TVector v = TSimd.Load(input), w = TSimd.Load(input + x1);
            TVector d0 = TSimd.Load(delta);
            s00 = TSimd.Fma(v, d0, s00);
            s10 = TSimd.Fma(w, d0, s10);
            d0 = TSimd.Load(delta + o1);
            s01 = TSimd.Fma(v, d0, s01);
            s11 = TSimd.Fma(w, d0, s11);
            d0 = TSimd.Load(delta + o2);
            s02 = TSimd.Fma(v, d0, s02);
            s12 = TSimd.Fma(w, d0, s12);
            d0 = TSimd.Load(delta + o3);
            s03 = TSimd.Fma(v, d0, s03);
            s13 = TSimd.Fma(w, d0, s13);
        }

        StoreRow(s00, s01, s02, s03, scale, 0, sums);
        StoreRow(s10, s11, s12, s13, scale, x1, sums + Chunk);
    }

    /// <summary>Six rows reuse what they load most; they take 24 accumulators and should not leave a thin rest.</summary>
    private static int TileRows(int left)
    {
        if (!TSimd.HasManyRegisters) return System.Math.Min(2, left);
        return left >= 12 ? 6 : left >= 3 ? System.Math.Min(4, left) : left;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreRow(TVector a, TVector b, TVector c, TVector d, float* scale, nint row, float* sums)
    {
        if (scale != null)
        {
            TVector factor = TSimd.Load(scale + row);
            a = TSimd.Multiply(a, factor);
            b = TSimd.Multiply(b, factor);
            c = TSimd.Multiply(c, factor);
            d = TSimd.Multiply(d, factor);
        }

        TSimd.Store(sums, TSimd.SumQuads(a, b, c, d));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddGroups(float* sums, float* gradient, int columns)
    {
        Vector128<float> sum = (Vector128.Load(sums) + Vector128.Load(sums + 8))
            + (Vector128.Load(sums + 4) + Vector128.Load(sums + 12));
        if (columns == 4)
        {
            Vector128.Store(Vector128.Load(gradient) + sum, gradient);
            return;
        }

        for (int i = 0; i < columns; i++) gradient[i] += sum[i];
    }

    /// <summary>Offsets of five further rows; rows beyond the last repeat it, and what they give is not stored.</summary>
    private readonly struct RowOffsets(int rowsLeft, int lanes)
    {
        public nint Row1 { get; } = (nint)System.Math.Min(1, rowsLeft - 1) * lanes;

        public nint Row2 { get; } = (nint)System.Math.Min(2, rowsLeft - 1) * lanes;

        public nint Row3 { get; } = (nint)System.Math.Min(3, rowsLeft - 1) * lanes;

        public nint Row4 { get; } = (nint)System.Math.Min(4, rowsLeft - 1) * lanes;

        public nint Row5 { get; } = (nint)System.Math.Min(5, rowsLeft - 1) * lanes;
    }
}
