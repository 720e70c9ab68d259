using System.Runtime.CompilerServices;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;

namespace Unroll.Layers;

/// <summary>Zeros where a step is masked: outputs of layers that do not repeat the output before, and their gradients.</summary>
internal static class MaskedSteps
{
    /// <summary>Copies all steps, or the last alone if the layer puts out no more; source and target may be one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy(RecurrentSequence sequence, Block source, Block target)
    {
        int lanes = sequence.Lanes, units = sequence.Units, stride = RecurrentSequence.Stride(units, lanes);
        int first = sequence.ReturnSequences ? 0 : sequence.Steps - 1;
        for (int t = first; t < sequence.Steps; t++)
        {
            ReadOnlySpan<float> mask = sequence.Mask.Span.Slice(sequence.TimeOf(t) * lanes, lanes);
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
    /// The same for the steps before the first that is used alone: there is no output yet that they could repeat, though
    /// there are initial states.
    /// </summary>
    public static void CopyBegun(RecurrentSequence sequence, Block source, Block target)
    {
        int lanes = sequence.Lanes, units = sequence.Units, stride = RecurrentSequence.Stride(units, lanes);
        for (int lane = 0; lane < lanes; lane++)
        {
            bool hasBegun = false;
            for (int t = 0; t < sequence.Steps; t++)
            {
                hasBegun |= sequence.Mask.Span[sequence.TimeOf(t) * lanes + lane] != 0;
                if (!sequence.ReturnSequences && t < sequence.Steps - 1) continue;
                int start = sequence.ReturnSequences ? t * stride : 0;
                for (int u = 0; u < units; u++) target.Span[start + u * lanes + lane] = hasBegun ? source.Span[start + u * lanes + lane] : 0;
            }
        }
    }
}
