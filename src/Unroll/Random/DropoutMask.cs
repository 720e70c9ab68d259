using Unroll.Kernels.Memory;
using Unroll.Kernels.Random;
using Unroll.Kernels.Simd;

namespace Unroll.Random;

/// <summary>Dropout factors: 0 with the dropout rate, else 1 / (1 − rate).</summary>
internal static class DropoutMask
{
    /// <summary>
    /// Fills [rows][lanes] factors. A factor follows from its place alone: (seed, purpose, layer, epoch, step, row,
    /// place in the batch), hence not from the grouping of the batch, the thread or the vector width.
    /// </summary>
    /// <param name="width">Vector width.</param>
    /// <param name="mask">[rows][lanes].</param>
    /// <param name="rows">Features, for all gates one after the other; where masks change with the steps, for all steps one after the other.</param>
    /// <param name="lanes">Rows of the batch in the layout, a multiple of 16.</param>
    /// <param name="firstRow">Place in the batch of the first lane.</param>
    /// <param name="rate">Dropout rate, in steps of 1/65536.</param>
    /// <param name="seed">The model's seed.</param>
    /// <param name="purpose">Which mask.</param>
    /// <param name="layer">Place of the layer in the model.</param>
    /// <param name="epoch">Epoch, from 0.</param>
    /// <param name="step">Step within the epoch, from 0.</param>
    public static void Fill(
        VectorWidth width, Block mask, int rows, int lanes, int firstRow, double rate,
        int seed, RandomPurpose purpose, int layer, int epoch, int step)
    {
        // A layer is part of the key and not of the counter, which has no bits to spare in a large batch.
        uint key = (uint)purpose | ((uint)layer << 8);
        DropoutKernel.Fill(
            width, mask, rows, lanes, firstRow, Threshold(rate), Keep(rate), (uint)seed, key, (uint)epoch, (uint)step);
    }

    /// <summary>Of 65536 draws, those that drop.</summary>
    internal static int Threshold(double rate) => (int)Math.Round(rate * 65536);

    /// <summary>Factor of what is kept.</summary>
    internal static float Keep(double rate) => (float)(1 / (1 - rate));
}
