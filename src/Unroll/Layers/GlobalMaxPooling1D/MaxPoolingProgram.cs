using System.Runtime.CompilerServices;
using Unroll.Execution;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;

namespace Unroll.Layers;

internal sealed class MaxPoolingProgram(ProgramContext context) : LayerProgram(context)
{
    public override Frame CreateFrame(Arena arena) => new(Context.NewOutput(arena));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Forward(Frame frame, BatchGroup group)
    {
        int lanes = group.Lanes, stride = RecurrentSequence.Stride(Context.InputFeatures, lanes);
        Span<float> largest = frame.Output.Value.Span[..(Context.InputFeatures * lanes)];
        largest.Fill(float.NegativeInfinity);
        for (int t = 0; t < Context.InputSteps; t++)
        {
            ReadOnlySpan<float> values = frame.Input.Value.Span.Slice(t * stride, largest.Length);
            for (int i = 0; i < largest.Length; i++)
                if (!(values[i] <= largest[i])) largest[i] = values[i]; // NaN stays
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Backward(Frame frame, BatchGroup group)
    {
        if (!Context.NeedsInputGradient) return;
        int lanes = group.Lanes, size = Context.InputFeatures * lanes, stride = RecurrentSequence.Stride(Context.InputFeatures, lanes);
        for (int i = 0; i < size; i++)
        {
            float largest = frame.Output.Value.Span[i];
            int ties = 0;
            for (int t = 0; t < Context.InputSteps; t++)
                if (frame.Input.Value.Span[t * stride + i] == largest) ties++;
            float share = frame.Output.Gradient.Span[i] / Math.Max(1, ties);
            for (int t = 0; t < Context.InputSteps; t++)
                frame.Input.Gradient.Span[t * stride + i] = frame.Input.Value.Span[t * stride + i] == largest ? share : 0;
        }
    }
}
