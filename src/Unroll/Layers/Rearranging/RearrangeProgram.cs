using System.Numerics.Tensors;
using Unroll.Execution;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;

namespace Unroll.Layers;

/// <summary>
/// Puts the elements of a row in other places: every element of the output is one of the input's, or 0. Which is which
/// depends on shapes alone.
/// </summary>
/// <param name="context">What the call is prepared for.</param>
/// <param name="sources">For each element of the output, row-major, the input's; −1: 0.</param>
/// <param name="passesMask">Whether the mask of the steps goes on.</param>
internal sealed class RearrangeProgram(ProgramContext context, int[] sources, bool passesMask = false) : LayerProgram(context)
{
    public override Frame CreateFrame(Arena arena) => new(Context.NewOutput(arena));

    public override void Forward(Frame frame, BatchGroup group)
    {
        int lanes = group.Lanes, features = Context.InputFeatures, outputs = Context.Outputs[0].Features;
        ReadOnlySpan<float> input = frame.Input.Value.Span;
        Span<float> output = frame.Output.Value.Span;
        for (int i = 0; i < sources.Length; i++)
        {
            Span<float> target = output.Slice(LaneOffset.Of(i, outputs, lanes), lanes);
            if (sources[i] < 0) target.Clear();
            else input.Slice(LaneOffset.Of(sources[i], features, lanes), lanes).CopyTo(target);
        }

        frame.Output.Mask = passesMask ? frame.Input.Mask : default;
    }

    public override void Backward(Frame frame, BatchGroup group)
    {
        if (!Context.NeedsInputGradient) return;
        int lanes = group.Lanes, features = Context.InputFeatures, outputs = Context.Outputs[0].Features;
        Span<float> input = frame.Input.Gradient.Span[..RecurrentSequence.Extent(Context.InputSteps, features, lanes)];
        ReadOnlySpan<float> output = frame.Output.Gradient.Span;
        input.Clear(); // an element may go to several places, or to none
        for (int i = 0; i < sources.Length; i++)
        {
            if (sources[i] < 0) continue;
            Span<float> target = input.Slice(LaneOffset.Of(sources[i], features, lanes), lanes);
            TensorPrimitives.Add(target, output.Slice(LaneOffset.Of(i, outputs, lanes), lanes), target);
        }
    }
}

/// <summary>Where an element of a row lies in the lanes.</summary>
internal static class LaneOffset
{
    /// <param name="element">Its row-major place in the row.</param>
    /// <param name="features">Features per step.</param>
    /// <param name="lanes">Lanes of the group.</param>
    public static int Of(int element, int features, int lanes) =>
        element / features * RecurrentSequence.Stride(features, lanes) + element % features * lanes;
}
