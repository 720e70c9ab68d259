using System.Runtime.CompilerServices;
using Unroll.Execution;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;

namespace Unroll.Layers;

internal sealed class AveragePoolingProgram(ProgramContext context) : LayerProgram(context)
{
    public override Frame CreateFrame(Arena arena) =>
        new PoolingFrame(Context.NewOutput(arena)) { Counts = arena.Allocate(BatchGroup.MaxLanes) };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Forward(Frame frame, BatchGroup group)
    {
        LaneTensor input = frame.Input;
        int lanes = group.Lanes, stride = RecurrentSequence.Stride(Context.InputFeatures, lanes);
        Span<float> counts = ((PoolingFrame)frame).Counts.Span[..lanes];
        counts.Fill(Context.InputSteps);
        if (!input.Mask.IsEmpty)
        {
            counts.Clear();
            for (int t = 0; t < Context.InputSteps; t++)
                for (int lane = 0; lane < lanes; lane++) counts[lane] += input.Mask.Span[t * lanes + lane];
        }

        for (int f = 0; f < Context.InputFeatures; f++)
        {
            Span<float> sum = frame.Output.Value.Span.Slice(f * lanes, lanes);
            sum.Clear();
            for (int t = 0; t < Context.InputSteps; t++)
            {
                ReadOnlySpan<float> values = input.Value.Span.Slice(t * stride + f * lanes, lanes);
                ReadOnlySpan<float> mask = input.MaskOf(t, lanes);
                for (int lane = 0; lane < lanes; lane++)
                    if (mask.IsEmpty || mask[lane] != 0) sum[lane] += values[lane];
            }

            for (int lane = 0; lane < lanes; lane++) sum[lane] = counts[lane] > 0 ? sum[lane] / counts[lane] : 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Backward(Frame frame, BatchGroup group)
    {
        if (!Context.NeedsInputGradient) return;
        LaneTensor input = frame.Input;
        int lanes = group.Lanes, stride = RecurrentSequence.Stride(Context.InputFeatures, lanes);
        ReadOnlySpan<float> counts = ((PoolingFrame)frame).Counts.Span[..lanes];
        for (int t = 0; t < Context.InputSteps; t++)
        {
            ReadOnlySpan<float> mask = input.MaskOf(t, lanes);
            for (int f = 0; f < Context.InputFeatures; f++)
            {
                ReadOnlySpan<float> gradient = frame.Output.Gradient.Span.Slice(f * lanes, lanes);
                Span<float> target = input.Gradient.Span.Slice(t * stride + f * lanes, lanes);
                for (int lane = 0; lane < lanes; lane++)
                    target[lane] = mask.IsEmpty || mask[lane] != 0 ? gradient[lane] / counts[lane] : 0;
            }
        }
    }

    private sealed class PoolingFrame(LaneTensor output) : Frame(output)
    {
        /// <summary>Steps of each row that count.</summary>
        public required Block Counts { get; init; }
    }
}
