using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Random;

/// <summary>Dropout factors for a group of batch rows, drawn by Philox with batch rows side by side.</summary>
internal static unsafe class DropoutKernel
{
    /// <summary>Factors that one Philox block gives: 16 bits decide on one.</summary>
    private const int PerBlock = 8;

    /// <summary>
    /// Fills [features][lanes]. The block with the counter (feature / 8, batch row, <paramref name="epoch"/>,
    /// <paramref name="step"/>) decides on 8 features of a batch row, its words in ascending order, lower halves first.
    /// </summary>
    /// <param name="width">Vector width.</param>
    /// <param name="mask">[features][lanes].</param>
    /// <param name="features">Rows of the mask.</param>
    /// <param name="lanes">Rows of the batch in the layout, a multiple of 16.</param>
    /// <param name="firstRow">Place in the batch of the first lane.</param>
    /// <param name="threshold">Of 65536 possible draws, those that drop: 0 to 65536.</param>
    /// <param name="keep">Factor of what is kept.</param>
    /// <param name="key0">First word of the key.</param>
    /// <param name="key1">Second word of the key.</param>
    /// <param name="epoch">Third word of the counter.</param>
    /// <param name="step">Fourth word of the counter.</param>
    public static void Fill(
        VectorWidth width, Block mask, int features, int lanes, int firstRow, int threshold, float keep, uint key0, uint key1, uint epoch, uint step)
    {
        if (lanes % VectorWidths.Chunk != 0) throw new ArgumentException($"Lanes come in chunks of {VectorWidths.Chunk}, not {lanes}.", nameof(lanes));
        mask.Require((long)features * lanes, nameof(mask));
        float* target = mask.Pointer;
        switch (width)
        {
            case VectorWidth.Bits512: Fill<Words512, Vector512<ulong>>(target, features, lanes, (uint)firstRow, threshold, keep, key0, key1, epoch, step); break;
            case VectorWidth.Bits256: Fill<Words256, Vector256<ulong>>(target, features, lanes, (uint)firstRow, threshold, keep, key0, key1, epoch, step); break;
            default: Fill<Words128, Vector128<ulong>>(target, features, lanes, (uint)firstRow, threshold, keep, key0, key1, epoch, step); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Fill<TSimd, TWords>(
        float* target, int features, int lanes, uint firstRow, int threshold, float keep, uint key0, uint key1, uint epoch, uint step)
        where TSimd : struct, IWords<TWords>
        where TWords : unmanaged
    {
        float* spare = stackalloc float[VectorWidths.Chunk]; // takes the factors of features beyond the last
        for (int feature = 0; feature < features; feature += PerBlock)
        {
            int left = features - feature;
            for (int lane = 0; lane < lanes; lane += 2 * TSimd.Count)
            {
                TWords even0 = TSimd.Broadcast((uint)(feature / PerBlock)), odd0 = even0;
                TWords even1 = TSimd.EverySecond(firstRow + (uint)lane), odd1 = TSimd.EverySecond(firstRow + (uint)lane + 1);
                TWords even2 = TSimd.Broadcast(epoch), odd2 = even2;
                TWords even3 = TSimd.Broadcast(step), odd3 = even3;
                PhiloxLanes<TSimd, TWords>.Run(ref even0, ref even1, ref even2, ref even3, key0, key1);
                PhiloxLanes<TSimd, TWords>.Run(ref odd0, ref odd1, ref odd2, ref odd3, key0, key1);
                float* at = target + (nint)feature * lanes + lane;
                TSimd.StoreFactors(even0, odd0, threshold, keep, at, left > 1 ? at + lanes : spare);
                TSimd.StoreFactors(even1, odd1, threshold, keep, left > 2 ? at + 2 * lanes : spare, left > 3 ? at + 3 * lanes : spare);
                TSimd.StoreFactors(even2, odd2, threshold, keep, left > 4 ? at + 4 * lanes : spare, left > 5 ? at + 5 * lanes : spare);
                TSimd.StoreFactors(even3, odd3, threshold, keep, left > 6 ? at + 6 * lanes : spare, left > 7 ? at + 7 * lanes : spare);
            }
        }
    }
}
