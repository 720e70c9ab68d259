using System.Runtime.CompilerServices;

namespace Unroll.Random;

/// <summary>Dropout factors: 0 with the dropout rate, else 1 / (1 − rate). Constant over time within a batch.</summary>
internal static class DropoutMask
{
    /// <summary>
    /// Fills [rows][lanes] factors. A factor follows from its place alone: (seed, purpose, layer, epoch, step, row,
    /// place in the batch), hence not from the grouping of the batch or the thread.
    /// </summary>
    /// <param name="mask">[rows][lanes].</param>
    /// <param name="rows">Features, for all gates one after the other.</param>
    /// <param name="lanes">Rows of the batch in the layout.</param>
    /// <param name="firstRow">Place in the batch of the first lane; a multiple of 8.</param>
    /// <param name="rate">Dropout rate, in steps of 1/65536.</param>
    /// <param name="seed">The model's seed.</param>
    /// <param name="purpose">Which mask.</param>
    /// <param name="layer">Place of the layer in the model.</param>
    /// <param name="epoch">Epoch, from 0.</param>
    /// <param name="step">Step within the epoch, from 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fill(
        Span<float> mask, int rows, int lanes, int firstRow, double rate,
        int seed, RandomPurpose purpose, int layer, int epoch, int step)
    {
        uint threshold = (uint)Math.Round(rate * 65536);
        float keep = (float)(1 / (1 - rate));
        for (int row = 0; row < rows; row++)
        {
            for (int lane = 0; lane < lanes; lane += 8)
            {
                (uint r0, uint r1, uint r2, uint r3) = Philox.Block(
                    (uint)row, (uint)((firstRow + lane) / 8) | ((uint)layer << 20), (uint)epoch, (uint)step, (uint)seed, (uint)purpose);
                Span<float> target = mask.Slice(row * lanes + lane, 8);
                Pair(target, r0);
                Pair(target[2..], r1);
                Pair(target[4..], r2);
                Pair(target[6..], r3);
            }
        }

        void Pair(Span<float> target, uint bits)
        {
            target[0] = (bits & 0xFFFF) < threshold ? 0 : keep;
            target[1] = bits >> 16 < threshold ? 0 : keep;
        }
    }
}
