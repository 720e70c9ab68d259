using System.Runtime.CompilerServices;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Gemm;

/// <summary>
/// The register tiles of <see cref="Product{TSimd, TVector}"/>: R output rows by one or two vectors of the batch. Each
/// weight is broadcast once and used for all vectors of the tile; the accumulators never leave the registers. A second
/// input goes on where the first ends: the recurrent product needs no trip through memory after that of the input.
/// </summary>
internal static unsafe class ProductTiles<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>Runs the tile with <paramref name="rows"/> (8, 4, 2 or 1) rows and one or two vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<TStart>(
        int rows, bool twoVectors, float* weights, int depth, float* input, int secondDepth, float* second, float* output, float* bias, int stride)
        where TStart : struct, IStart
    {
        switch (rows, twoVectors)
        {
            case (8, true): Tile8x2<TStart>(weights, depth, input, secondDepth, second, output, bias, stride); break;
            case (4, true): Tile4x2<TStart>(weights, depth, input, secondDepth, second, output, bias, stride); break;
            case (2, true): Tile2x2<TStart>(weights, depth, input, secondDepth, second, output, bias, stride); break;
            case (1, true): Tile1x2<TStart>(weights, depth, input, secondDepth, second, output, bias, stride); break;
            case (8, false): Tile8x1<TStart>(weights, depth, input, secondDepth, second, output, bias, stride); break;
            case (4, false): Tile4x1<TStart>(weights, depth, input, secondDepth, second, output, bias, stride); break;
            case (2, false): Tile2x1<TStart>(weights, depth, input, secondDepth, second, output, bias, stride); break;
            default: Tile1x1<TStart>(weights, depth, input, secondDepth, second, output, bias, stride); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile8x2<TStart>(
        float* weights, int depth, float* input, int secondDepth, float* second, float* output, float* bias, int stride)
        where TStart : struct, IStart
    {
        TVector s00 = TStart.Get<TSimd, TVector>(output, bias, 0);
        TVector s01 = TStart.Get<TSimd, TVector>(output + TSimd.Count, bias, 0);
        TVector s10 = TStart.Get<TSimd, TVector>(output + stride, bias, 1);
        TVector s11 = TStart.Get<TSimd, TVector>(output + stride + TSimd.Count, bias, 1);
        TVector s20 = TStart.Get<TSimd, TVector>(output + 2 * stride, bias, 2);
        TVector s21 = TStart.Get<TSimd, TVector>(output + 2 * stride + TSimd.Count, bias, 2);
        TVector s30 = TStart.Get<TSimd, TVector>(output + 3 * stride, bias, 3);
        TVector s31 = TStart.Get<TSimd, TVector>(output + 3 * stride + TSimd.Count, bias, 3);
        TVector s40 = TStart.Get<TSimd, TVector>(output + 4 * stride, bias, 4);
        TVector s41 = TStart.Get<TSimd, TVector>(output + 4 * stride + TSimd.Count, bias, 4);
        TVector s50 = TStart.Get<TSimd, TVector>(output + 5 * stride, bias, 5);
        TVector s51 = TStart.Get<TSimd, TVector>(output + 5 * stride + TSimd.Count, bias, 5);
        TVector s60 = TStart.Get<TSimd, TVector>(output + 6 * stride, bias, 6);
        TVector s61 = TStart.Get<TSimd, TVector>(output + 6 * stride + TSimd.Count, bias, 6);
        TVector s70 = TStart.Get<TSimd, TVector>(output + 7 * stride, bias, 7);
        TVector s71 = TStart.Get<TSimd, TVector>(output + 7 * stride + TSimd.Count, bias, 7);
        while (true)
        {
            for (int k = 0; k < depth; k++)
            {
                TVector x0 = TSimd.Load(input);
                TVector x1 = TSimd.Load(input + TSimd.Count);
                TVector w0 = TSimd.Broadcast(weights[0]);
                s00 = TSimd.Fma(w0, x0, s00);
                s01 = TSimd.Fma(w0, x1, s01);
                TVector w1 = TSimd.Broadcast(weights[1]);
                s10 = TSimd.Fma(w1, x0, s10);
                s11 = TSimd.Fma(w1, x1, s11);
                TVector w2 = TSimd.Broadcast(weights[2]);
                s20 = TSimd.Fma(w2, x0, s20);
                s21 = TSimd.Fma(w2, x1, s21);
                TVector w3 = TSimd.Broadcast(weights[3]);
                s30 = TSimd.Fma(w3, x0, s30);
                s31 = TSimd.Fma(w3, x1, s31);
                TVector w4 = TSimd.Broadcast(weights[4]);
                s40 = TSimd.Fma(w4, x0, s40);
                s41 = TSimd.Fma(w4, x1, s41);
                TVector w5 = TSimd.Broadcast(weights[5]);
                s50 = TSimd.Fma(w5, x0, s50);
                s51 = TSimd.Fma(w5, x1, s51);
                TVector w6 = TSimd.Broadcast(weights[6]);
                s60 = TSimd.Fma(w6, x0, s60);
                s61 = TSimd.Fma(w6, x1, s61);
                TVector w7 = TSimd.Broadcast(weights[7]);
                s70 = TSimd.Fma(w7, x0, s70);
                s71 = TSimd.Fma(w7, x1, s71);
                weights += 8;
                input += stride;
            }

            if (secondDepth == 0) break;
            input = second;
            depth = secondDepth;
            secondDepth = 0;
        }

        TSimd.Store(output, s00);
        TSimd.Store(output + TSimd.Count, s01);
        TSimd.Store(output + stride, s10);
        TSimd.Store(output + stride + TSimd.Count, s11);
        TSimd.Store(output + 2 * stride, s20);
        TSimd.Store(output + 2 * stride + TSimd.Count, s21);
        TSimd.Store(output + 3 * stride, s30);
        TSimd.Store(output + 3 * stride + TSimd.Count, s31);
        TSimd.Store(output + 4 * stride, s40);
        TSimd.Store(output + 4 * stride + TSimd.Count, s41);
        TSimd.Store(output + 5 * stride, s50);
        TSimd.Store(output + 5 * stride + TSimd.Count, s51);
        TSimd.Store(output + 6 * stride, s60);
        TSimd.Store(output + 6 * stride + TSimd.Count, s61);
        TSimd.Store(output + 7 * stride, s70);
        TSimd.Store(output + 7 * stride + TSimd.Count, s71);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4x2<TStart>(
        float* weights, int depth, float* input, int secondDepth, float* second, float* output, float* bias, int stride)
        where TStart : struct, IStart
    {
        TVector s00 = TStart.Get<TSimd, TVector>(output, bias, 0);
        TVector s01 = TStart.Get<TSimd, TVector>(output + TSimd.Count, bias, 0);
        TVector s10 = TStart.Get<TSimd, TVector>(output + stride, bias, 1);
        TVector s11 = TStart.Get<TSimd, TVector>(output + stride + TSimd.Count, bias, 1);
        TVector s20 = TStart.Get<TSimd, TVector>(output + 2 * stride, bias, 2);
        TVector s21 = TStart.Get<TSimd, TVector>(output + 2 * stride + TSimd.Count, bias, 2);
        TVector s30 = TStart.Get<TSimd, TVector>(output + 3 * stride, bias, 3);
        TVector s31 = TStart.Get<TSimd, TVector>(output + 3 * stride + TSimd.Count, bias, 3);
        while (true)
        {
            for (int k = 0; k < depth; k++)
            {
                TVector x0 = TSimd.Load(input);
                TVector x1 = TSimd.Load(input + TSimd.Count);
                TVector w0 = TSimd.Broadcast(weights[0]);
                s00 = TSimd.Fma(w0, x0, s00);
                s01 = TSimd.Fma(w0, x1, s01);
                TVector w1 = TSimd.Broadcast(weights[1]);
                s10 = TSimd.Fma(w1, x0, s10);
                s11 = TSimd.Fma(w1, x1, s11);
                TVector w2 = TSimd.Broadcast(weights[2]);
                s20 = TSimd.Fma(w2, x0, s20);
                s21 = TSimd.Fma(w2, x1, s21);
                TVector w3 = TSimd.Broadcast(weights[3]);
                s30 = TSimd.Fma(w3, x0, s30);
                s31 = TSimd.Fma(w3, x1, s31);
                weights += 4;
                input += stride;
            }

            if (secondDepth == 0) break;
            input = second;
            depth = secondDepth;
            secondDepth = 0;
        }

        TSimd.Store(output, s00);
        TSimd.Store(output + TSimd.Count, s01);
        TSimd.Store(output + stride, s10);
        TSimd.Store(output + stride + TSimd.Count, s11);
        TSimd.Store(output + 2 * stride, s20);
        TSimd.Store(output + 2 * stride + TSimd.Count, s21);
        TSimd.Store(output + 3 * stride, s30);
        TSimd.Store(output + 3 * stride + TSimd.Count, s31);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile2x2<TStart>(
        float* weights, int depth, float* input, int secondDepth, float* second, float* output, float* bias, int stride)
        where TStart : struct, IStart
    {
        TVector s00 = TStart.Get<TSimd, TVector>(output, bias, 0);
        TVector s01 = TStart.Get<TSimd, TVector>(output + TSimd.Count, bias, 0);
        TVector s10 = TStart.Get<TSimd, TVector>(output + stride, bias, 1);
        TVector s11 = TStart.Get<TSimd, TVector>(output + stride + TSimd.Count, bias, 1);
        while (true)
        {
            for (int k = 0; k < depth; k++)
            {
                TVector x0 = TSimd.Load(input);
                TVector x1 = TSimd.Load(input + TSimd.Count);
                TVector w0 = TSimd.Broadcast(weights[0]);
                s00 = TSimd.Fma(w0, x0, s00);
                s01 = TSimd.Fma(w0, x1, s01);
                TVector w1 = TSimd.Broadcast(weights[1]);
                s10 = TSimd.Fma(w1, x0, s10);
                s11 = TSimd.Fma(w1, x1, s11);
                weights += 2;
                input += stride;
            }

            if (secondDepth == 0) break;
            input = second;
            depth = secondDepth;
            secondDepth = 0;
        }

        TSimd.Store(output, s00);
        TSimd.Store(output + TSimd.Count, s01);
        TSimd.Store(output + stride, s10);
        TSimd.Store(output + stride + TSimd.Count, s11);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1x2<TStart>(
        float* weights, int depth, float* input, int secondDepth, float* second, float* output, float* bias, int stride)
        where TStart : struct, IStart
    {
        TVector s00 = TStart.Get<TSimd, TVector>(output, bias, 0);
        TVector s01 = TStart.Get<TSimd, TVector>(output + TSimd.Count, bias, 0);
        while (true)
        {
            for (int k = 0; k < depth; k++)
            {
                TVector x0 = TSimd.Load(input);
                TVector x1 = TSimd.Load(input + TSimd.Count);
                TVector w0 = TSimd.Broadcast(weights[0]);
                s00 = TSimd.Fma(w0, x0, s00);
                s01 = TSimd.Fma(w0, x1, s01);
                weights += 1;
                input += stride;
            }

            if (secondDepth == 0) break;
            input = second;
            depth = secondDepth;
            secondDepth = 0;
        }

        TSimd.Store(output, s00);
        TSimd.Store(output + TSimd.Count, s01);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile8x1<TStart>(
        float* weights, int depth, float* input, int secondDepth, float* second, float* output, float* bias, int stride)
        where TStart : struct, IStart
    {
        TVector s00 = TStart.Get<TSimd, TVector>(output, bias, 0);
        TVector s10 = TStart.Get<TSimd, TVector>(output + stride, bias, 1);
        TVector s20 = TStart.Get<TSimd, TVector>(output + 2 * stride, bias, 2);
        TVector s30 = TStart.Get<TSimd, TVector>(output + 3 * stride, bias, 3);
        TVector s40 = TStart.Get<TSimd, TVector>(output + 4 * stride, bias, 4);
        TVector s50 = TStart.Get<TSimd, TVector>(output + 5 * stride, bias, 5);
        TVector s60 = TStart.Get<TSimd, TVector>(output + 6 * stride, bias, 6);
        TVector s70 = TStart.Get<TSimd, TVector>(output + 7 * stride, bias, 7);
        while (true)
        {
            for (int k = 0; k < depth; k++)
            {
                TVector x0 = TSimd.Load(input);
                TVector w0 = TSimd.Broadcast(weights[0]);
                s00 = TSimd.Fma(w0, x0, s00);
                TVector w1 = TSimd.Broadcast(weights[1]);
                s10 = TSimd.Fma(w1, x0, s10);
                TVector w2 = TSimd.Broadcast(weights[2]);
                s20 = TSimd.Fma(w2, x0, s20);
                TVector w3 = TSimd.Broadcast(weights[3]);
                s30 = TSimd.Fma(w3, x0, s30);
                TVector w4 = TSimd.Broadcast(weights[4]);
                s40 = TSimd.Fma(w4, x0, s40);
                TVector w5 = TSimd.Broadcast(weights[5]);
                s50 = TSimd.Fma(w5, x0, s50);
                TVector w6 = TSimd.Broadcast(weights[6]);
                s60 = TSimd.Fma(w6, x0, s60);
                TVector w7 = TSimd.Broadcast(weights[7]);
                s70 = TSimd.Fma(w7, x0, s70);
                weights += 8;
                input += stride;
            }

            if (secondDepth == 0) break;
            input = second;
            depth = secondDepth;
            secondDepth = 0;
        }

        TSimd.Store(output, s00);
        TSimd.Store(output + stride, s10);
        TSimd.Store(output + 2 * stride, s20);
        TSimd.Store(output + 3 * stride, s30);
        TSimd.Store(output + 4 * stride, s40);
        TSimd.Store(output + 5 * stride, s50);
        TSimd.Store(output + 6 * stride, s60);
        TSimd.Store(output + 7 * stride, s70);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4x1<TStart>(
        float* weights, int depth, float* input, int secondDepth, float* second, float* output, float* bias, int stride)
        where TStart : struct, IStart
    {
        TVector s00 = TStart.Get<TSimd, TVector>(output, bias, 0);
        TVector s10 = TStart.Get<TSimd, TVector>(output + stride, bias, 1);
        TVector s20 = TStart.Get<TSimd, TVector>(output + 2 * stride, bias, 2);
        TVector s30 = TStart.Get<TSimd, TVector>(output + 3 * stride, bias, 3);
        while (true)
        {
            for (int k = 0; k < depth; k++)
            {
                TVector x0 = TSimd.Load(input);
                TVector w0 = TSimd.Broadcast(weights[0]);
                s00 = TSimd.Fma(w0, x0, s00);
                TVector w1 = TSimd.Broadcast(weights[1]);
                s10 = TSimd.Fma(w1, x0, s10);
                TVector w2 = TSimd.Broadcast(weights[2]);
                s20 = TSimd.Fma(w2, x0, s20);
                TVector w3 = TSimd.Broadcast(weights[3]);
                s30 = TSimd.Fma(w3, x0, s30);
                weights += 4;
                input += stride;
            }

            if (secondDepth == 0) break;
            input = second;
            depth = secondDepth;
            secondDepth = 0;
        }

        TSimd.Store(output, s00);
        TSimd.Store(output + stride, s10);
        TSimd.Store(output + 2 * stride, s20);
        TSimd.Store(output + 3 * stride, s30);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile2x1<TStart>(
        float* weights, int depth, float* input, int secondDepth, float* second, float* output, float* bias, int stride)
        where TStart : struct, IStart
    {
        TVector s00 = TStart.Get<TSimd, TVector>(output, bias, 0);
        TVector s10 = TStart.Get<TSimd, TVector>(output + stride, bias, 1);
        while (true)
        {
            for (int k = 0; k < depth; k++)
            {
                TVector x0 = TSimd.Load(input);
                TVector w0 = TSimd.Broadcast(weights[0]);
                s00 = TSimd.Fma(w0, x0, s00);
                TVector w1 = TSimd.Broadcast(weights[1]);
                s10 = TSimd.Fma(w1, x0, s10);
                weights += 2;
                input += stride;
            }

            if (secondDepth == 0) break;
            input = second;
            depth = secondDepth;
            secondDepth = 0;
        }

        TSimd.Store(output, s00);
        TSimd.Store(output + stride, s10);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1x1<TStart>(
        float* weights, int depth, float* input, int secondDepth, float* second, float* output, float* bias, int stride)
        where TStart : struct, IStart
    {
        TVector s00 = TStart.Get<TSimd, TVector>(output, bias, 0);
        while (true)
        {
            for (int k = 0; k < depth; k++)
            {
                TVector x0 = TSimd.Load(input);
                TVector w0 = TSimd.Broadcast(weights[0]);
                s00 = TSimd.Fma(w0, x0, s00);
                weights += 1;
                input += stride;
            }

            if (secondDepth == 0) break;
            input = second;
            depth = secondDepth;
            secondDepth = 0;
        }

        TSimd.Store(output, s00);
    }
}
