using System.Runtime.CompilerServices;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Models.Execution;

namespace Unroll.Layers;

internal sealed class MaxPoolingProgram(ProgramContext context) : LayerProgram(context)
{
    public override void Prepare()
    {
        // Nothing depends on weights.
    }

    public override LayerBuffers CreateBuffers(Arena arena)
    {
        long size = (long)Context.InputFeatures * BatchGroup.MaxLanes;
        return new LayerBuffers
        {
            Output = arena.Allocate(size),
            OutputGradient = Context.IsTraining ? arena.Allocate(size) : default,
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Forward(LayerBuffers own, LayerBuffers input, BatchGroup group)
    {
        int lanes = group.Lanes, stride = RecurrentSequence.Stride(Context.InputFeatures, lanes);
        Span<float> largest = own.Output.Span[..(Context.InputFeatures * lanes)];
        largest.Fill(float.NegativeInfinity);
        for (int t = 0; t < Context.InputSteps; t++)
        {
            ReadOnlySpan<float> values = input.Output.Span.Slice(t * stride, largest.Length);
            for (int i = 0; i < largest.Length; i++)
                if (!(values[i] <= largest[i])) largest[i] = values[i]; // NaN stays
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Backward(LayerBuffers own, LayerBuffers input, BatchGroup group)
    {
        if (!Context.NeedsInputGradient) return;
        int lanes = group.Lanes, size = Context.InputFeatures * lanes, stride = RecurrentSequence.Stride(Context.InputFeatures, lanes);
        for (int i = 0; i < size; i++)
        {
            float largest = own.Output.Span[i];
            int ties = 0;
            for (int t = 0; t < Context.InputSteps; t++)
                if (input.Output.Span[t * stride + i] == largest) ties++;
            float share = own.OutputGradient.Span[i] / Math.Max(1, ties);
            for (int t = 0; t < Context.InputSteps; t++)
                input.OutputGradient.Span[t * stride + i] = input.Output.Span[t * stride + i] == largest ? share : 0;
        }
    }
}
