using System.Runtime.CompilerServices;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Models.Execution;

namespace Unroll.Layers;

internal sealed class AveragePoolingProgram(ProgramContext context) : LayerProgram(context)
{
    public override void Prepare()
    {
        // Nothing depends on weights.
    }

    public override LayerBuffers CreateBuffers(Arena arena)
    {
        long size = (long)Context.InputFeatures * BatchGroup.MaxLanes;
        return new Buffers
        {
            Output = arena.Allocate(size),
            OutputGradient = Context.IsTraining ? arena.Allocate(size) : default,
            Counts = arena.Allocate(BatchGroup.MaxLanes),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Forward(LayerBuffers own, LayerBuffers input, BatchGroup group)
    {
        int lanes = group.Lanes, stride = RecurrentSequence.Stride(Context.InputFeatures, lanes);
        Span<float> counts = ((Buffers)own).Counts.Span[..lanes];
        counts.Fill(Context.InputSteps);
        if (!input.Mask.IsEmpty)
        {
            counts.Clear();
            for (int t = 0; t < Context.InputSteps; t++)
                for (int lane = 0; lane < lanes; lane++) counts[lane] += input.Mask.Span[t * lanes + lane];
        }

        for (int f = 0; f < Context.InputFeatures; f++)
        {
            Span<float> sum = own.Output.Span.Slice(f * lanes, lanes);
            sum.Clear();
            for (int t = 0; t < Context.InputSteps; t++)
            {
                ReadOnlySpan<float> values = input.Output.Span.Slice(t * stride + f * lanes, lanes);
                ReadOnlySpan<float> mask = MaskOf(input, t, lanes);
                for (int lane = 0; lane < lanes; lane++)
                    if (mask.IsEmpty || mask[lane] != 0) sum[lane] += values[lane];
            }

            for (int lane = 0; lane < lanes; lane++) sum[lane] = counts[lane] > 0 ? sum[lane] / counts[lane] : 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Backward(LayerBuffers own, LayerBuffers input, BatchGroup group)
    {
        if (!Context.NeedsInputGradient) return;
        int lanes = group.Lanes, stride = RecurrentSequence.Stride(Context.InputFeatures, lanes);
        ReadOnlySpan<float> counts = ((Buffers)own).Counts.Span[..lanes];
        for (int t = 0; t < Context.InputSteps; t++)
        {
            ReadOnlySpan<float> mask = MaskOf(input, t, lanes);
            for (int f = 0; f < Context.InputFeatures; f++)
            {
                ReadOnlySpan<float> gradient = own.OutputGradient.Span.Slice(f * lanes, lanes);
                Span<float> target = input.OutputGradient.Span.Slice(t * stride + f * lanes, lanes);
                for (int lane = 0; lane < lanes; lane++)
                    target[lane] = mask.IsEmpty || mask[lane] != 0 ? gradient[lane] / counts[lane] : 0;
            }
        }
    }

    private static ReadOnlySpan<float> MaskOf(LayerBuffers input, int t, int lanes) =>
        input.Mask.IsEmpty ? default : input.Mask.Span.Slice(t * lanes, lanes);

    private sealed class Buffers : LayerBuffers
    {
        /// <summary>Steps of each row that count.</summary>
        public required Block Counts { get; init; }
    }
}
