using System.Runtime.CompilerServices;
using Unroll.Execution;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;

namespace Unroll.Layers;

internal sealed class MaskingProgram(float maskValue, ProgramContext context) : LayerProgram(context)
{
    public override Frame CreateFrame(Arena arena)
    {
        LaneTensor output = Context.NewOutput(arena);
        output.Mask = arena.Allocate((long)Context.InputSteps * BatchGroup.MaxLanes);
        return new Frame(output);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Forward(Frame frame, BatchGroup group)
    {
        int lanes = group.Lanes, stride = RecurrentSequence.Stride(Context.InputFeatures, lanes);
        for (int t = 0; t < Context.InputSteps; t++)
        {
            Span<float> mask = frame.Output.Mask.Span.Slice(t * lanes, lanes);
            mask.Clear();
            for (int f = 0; f < Context.InputFeatures; f++)
            {
                ReadOnlySpan<float> row = frame.Input.Value.Span.Slice(t * stride + f * lanes, lanes);
                for (int lane = 0; lane < lanes; lane++)
                    if (row[lane] != maskValue) mask[lane] = 1;
            }
        }

        Copy(frame.Input.Value, frame.Output.Mask, frame.Output.Value, lanes);
    }

    public override void Backward(Frame frame, BatchGroup group)
    {
        if (Context.NeedsInputGradient) Copy(frame.Output.Gradient, frame.Output.Mask, frame.Input.Gradient, group.Lanes);
    }

    /// <summary>Copies the steps that are not masked and clears the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Copy(Block source, Block masks, Block target, int lanes)
    {
        int stride = RecurrentSequence.Stride(Context.InputFeatures, lanes);
        for (int t = 0; t < Context.InputSteps; t++)
        {
            ReadOnlySpan<float> mask = masks.Span.Slice(t * lanes, lanes);
            for (int f = 0; f < Context.InputFeatures; f++)
            {
                ReadOnlySpan<float> from = source.Span.Slice(t * stride + f * lanes, lanes);
                Span<float> to = target.Span.Slice(t * stride + f * lanes, lanes);
                for (int lane = 0; lane < lanes; lane++) to[lane] = mask[lane] != 0 ? from[lane] : 0;
            }
        }
    }
}
