using System.Runtime.CompilerServices;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Models.Execution;

namespace Unroll.Layers;

internal sealed class MaskingProgram(float maskValue, ProgramContext context) : LayerProgram(context)
{
    public override void Prepare()
    {
        // Nothing depends on weights.
    }

    public override LayerBuffers CreateBuffers(Arena arena)
    {
        long size = (long)Context.InputSteps * RecurrentSequence.Stride(Context.InputFeatures, BatchGroup.MaxLanes);
        return new LayerBuffers
        {
            Output = arena.Allocate(size),
            OutputGradient = Context.IsTraining ? arena.Allocate(size) : default,
            Mask = arena.Allocate((long)Context.InputSteps * BatchGroup.MaxLanes),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Forward(LayerBuffers own, LayerBuffers input, BatchGroup group)
    {
        int lanes = group.Lanes, stride = RecurrentSequence.Stride(Context.InputFeatures, lanes);
        for (int t = 0; t < Context.InputSteps; t++)
        {
            Span<float> mask = own.Mask.Span.Slice(t * lanes, lanes);
            mask.Clear();
            for (int f = 0; f < Context.InputFeatures; f++)
            {
                ReadOnlySpan<float> row = input.Output.Span.Slice(t * stride + f * lanes, lanes);
                for (int lane = 0; lane < lanes; lane++)
                    if (row[lane] != maskValue) mask[lane] = 1;
            }
        }

        Copy(input.Output, own, own.Output, lanes);
    }

    public override void Backward(LayerBuffers own, LayerBuffers input, BatchGroup group)
    {
        if (Context.NeedsInputGradient) Copy(own.OutputGradient, own, input.OutputGradient, group.Lanes);
    }

    /// <summary>Copies the steps that are not masked and clears the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Copy(Block source, LayerBuffers own, Block target, int lanes)
    {
        int stride = RecurrentSequence.Stride(Context.InputFeatures, lanes);
        for (int t = 0; t < Context.InputSteps; t++)
        {
            ReadOnlySpan<float> mask = own.Mask.Span.Slice(t * lanes, lanes);
            for (int f = 0; f < Context.InputFeatures; f++)
            {
                ReadOnlySpan<float> from = source.Span.Slice(t * stride + f * lanes, lanes);
                Span<float> to = target.Span.Slice(t * stride + f * lanes, lanes);
                for (int lane = 0; lane < lanes; lane++) to[lane] = mask[lane] != 0 ? from[lane] : 0;
            }
        }
    }
}
