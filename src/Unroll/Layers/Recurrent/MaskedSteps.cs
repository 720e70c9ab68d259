using System.Runtime.CompilerServices;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;

namespace Unroll.Layers;

/// <summary>Zeros where a step is masked: outputs of layers that do not repeat the output before, and their gradients.</summary>
internal static class MaskedSteps
{
    /// <summary>Copies all steps, or the last alone if the layer puts out no more; source and target may be one.</summary>
    public static void Copy(RecurrentSequence sequence, Block source, Block target) =>
        Copy(sequence.Mask, sequence.Steps, sequence.Lanes, sequence.Units, sequence.GoBackwards, sequence.ReturnSequences, source, target);

    /// <summary>Copies all steps, or the last alone.</summary>
    /// <param name="masks">[time][lanes].</param>
    /// <param name="steps">Time steps.</param>
    /// <param name="lanes">Lanes of the group.</param>
    /// <param name="units">Features.</param>
    /// <param name="goBackwards">Whether the sequence is read from its end.</param>
    /// <param name="allSteps">Whether every step is put out.</param>
    /// <param name="source">In the order of reading.</param>
    /// <param name="target">May be the source.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy(Block masks, int steps, int lanes, int units, bool goBackwards, bool allSteps, Block source, Block target)
    {
        int stride = RecurrentSequence.Stride(units, lanes), first = allSteps ? 0 : steps - 1;
        for (int t = first; t < steps; t++)
        {
            ReadOnlySpan<float> mask = masks.Span.Slice((goBackwards ? steps - 1 - t : t) * lanes, lanes);
            for (int u = 0; u < units; u++)
            {
                int start = (t - first) * stride + u * lanes;
                ReadOnlySpan<float> from = source.Span.Slice(start, lanes);
                Span<float> to = target.Span.Slice(start, lanes);
                for (int lane = 0; lane < lanes; lane++) to[lane] = mask[lane] != 0 ? from[lane] : 0;
            }
        }
    }

    /// <summary>
    /// Copies the steps from the first on that counts, or the last alone: before it a layer has put out nothing, which is
    /// zero even if it began with other states.
    /// </summary>
    public static void CopyBegun(RecurrentSequence sequence, Block source, Block target)
    {
        int lanes = sequence.Lanes, units = sequence.Units, stride = RecurrentSequence.Stride(units, lanes);
        int first = sequence.ReturnSequences ? 0 : sequence.Steps - 1;
        Span<bool> begun = stackalloc bool[lanes];
        for (int t = 0; t < sequence.Steps; t++)
        {
            ReadOnlySpan<float> mask = sequence.Mask.Span.Slice(sequence.TimeOf(t) * lanes, lanes);
            for (int lane = 0; lane < lanes; lane++) begun[lane] |= mask[lane] != 0;
            for (int u = 0; t >= first && u < units; u++)
            {
                int start = (t - first) * stride + u * lanes;
                for (int lane = 0; lane < lanes; lane++) target.Span[start + lane] = begun[lane] ? source.Span[start + lane] : 0;
            }
        }
    }
}
