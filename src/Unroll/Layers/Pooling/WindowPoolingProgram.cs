using System.Numerics.Tensors;
using Unroll.Execution;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;

namespace Unroll.Layers;

/// <summary>Makes one value of every window: runs <see cref="MaxPooling1D"/>, <see cref="AveragePooling1D"/> and their adaptive relatives.</summary>
/// <param name="context">What the call is prepared for.</param>
/// <param name="windows">For each step that comes out the first that goes in, and the one behind the last.</param>
/// <param name="takesLargest">Whether it is the largest value, or the mean.</param>
internal sealed class WindowPoolingProgram(ProgramContext context, (int From, int To)[] windows, bool takesLargest) : LayerProgram(context)
{
    public override Frame CreateFrame(Arena arena) => new(Context.NewOutput(arena));

    public override void Forward(Frame frame, BatchGroup group)
    {
        for (int t = 0; t < Context.Outputs[0].Steps; t++)
        {
            (int from, int to) = windows[t];
            Span<float> y = Step(frame.Output.Value, t, group);
            Step(frame.Input.Value, from, group).CopyTo(y);
            for (int step = from + 1; step < to; step++)
            {
                ReadOnlySpan<float> x = Step(frame.Input.Value, step, group);
                if (!takesLargest) TensorPrimitives.Add(y, x, y);
                else
                    for (int i = 0; i < y.Length; i++)
                        if (!(x[i] <= y[i])) y[i] = x[i]; // NaN stays
            }

            if (!takesLargest) TensorPrimitives.Divide(y, to - from, y);
        }
    }

    public override void Backward(Frame frame, BatchGroup group)
    {
        if (!Context.NeedsInputGradient) return;
        frame.Input.Gradient.Span[..RecurrentSequence.Extent(Context.InputSteps, Context.InputFeatures, group.Lanes)].Clear();
        for (int t = 0; t < Context.Outputs[0].Steps; t++)
        {
            (int from, int to) = windows[t];
            ReadOnlySpan<float> y = Step(frame.Output.Value, t, group), dy = Step(frame.Output.Gradient, t, group);
            for (int i = 0; i < y.Length; i++)
            {
                for (int step = from; step < to; step++)
                {
                    Span<float> dx = Step(frame.Input.Gradient, step, group);
                    if (!takesLargest)
                    {
                        dx[i] += dy[i] / (to - from);
                    }
                    else if (Step(frame.Input.Value, step, group)[i] == y[i])
                    {
                        dx[i] += dy[i];
                        break;
                    }
                }
            }
        }
    }

    private Span<float> Step(Block block, int step, BatchGroup group) => LaneTensor.Step(block, step, Context.InputFeatures, group.Lanes);
}
