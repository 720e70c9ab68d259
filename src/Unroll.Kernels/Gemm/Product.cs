using System.Runtime.CompilerServices;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Gemm;

/// <summary>
/// output[n] = start + Σ_k weight[k, n] · input[k], for every lane of the batch; k ascends, so the sum has one order
/// whatever the tile or vector width. <c>input</c> is [depth][lanes], <c>output</c> [width][lanes].
/// </summary>
internal static unsafe class Product<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>output = weights · input.</summary>
    public static void Assign(PackedWeights weights, float* input, float* output, int lanes) =>
        Run<FromZero>(weights, input, weights.Depth, null, 0, output, null, lanes);

    /// <summary>output = bias + weights · input; a null bias counts as zeros.</summary>
    public static void AssignWithBias(PackedWeights weights, float* input, float* output, float* bias, int lanes)
    {
        if (bias == null) Run<FromZero>(weights, input, weights.Depth, null, 0, output, null, lanes);
        else Run<FromBias>(weights, input, weights.Depth, null, 0, output, bias, lanes);
    }

    /// <summary>
    /// output = bias + weights · [first; second], where the weights' rows are those of the two inputs above each other.
    /// A depth may be 0; fewer rows than the weights have leave out the last.
    /// </summary>
    public static void AssignWithBias(
        PackedWeights weights, float* first, int firstDepth, float* second, int secondDepth, float* output, float* bias, int lanes) =>
        Run<FromBias>(weights, first, firstDepth, second, secondDepth, output, bias, lanes);

    /// <summary>output += weights · input.</summary>
    public static void Accumulate(PackedWeights weights, float* input, float* output, int lanes) =>
        Run<FromOutput>(weights, input, weights.Depth, null, 0, output, null, lanes);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TStart>(
        PackedWeights weights, float* first, int firstDepth, float* second, int secondDepth, float* output, float* bias, int lanes)
        where TStart : struct, IStart
    {
        int largest = TSimd.HasManyRegisters ? 8 : 4;
        int depth = weights.Depth, width = weights.Width;
        for (int lane = 0; lane < lanes;)
        {
            bool two = lanes - lane >= 2 * TSimd.Count;
            float* packed = weights.Pointer;
            for (int n = 0; n < width;)
            {
                int rows = PackedWeights.TileFor(width - n, largest);
                ProductTiles<TSimd, TVector>.Run<TStart>(
                    rows, two, packed, firstDepth, first + lane, secondDepth, second + lane,
                    output + (long)n * lanes + lane, bias + n, lanes);
                packed += (long)rows * depth;
                n += rows;
            }

            lane += two ? 2 * TSimd.Count : TSimd.Count;
        }
    }
}
