using System.Numerics;
using System.Runtime.CompilerServices;
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
    public override Frame CreateFrame(Arena arena) =>
        new PoolingFrame(Context.NewOutput(arena)) { Shares = arena.Allocate((long)Context.InputFeatures * BatchGroup.MaxLanes) };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Forward(Frame frame, BatchGroup group)
    {
        for (int t = 0; t < Context.Outputs[0].Steps; t++)
        {
            (int from, int to) = windows[t];
            Span<Vector<float>> y = Vectors(frame.Output.Value, t, group);
            Vectors(frame.Input.Value, from, group).CopyTo(y);
            for (int step = from + 1; step < to; step++)
            {
                ReadOnlySpan<Vector<float>> x = Vectors(frame.Input.Value, step, group);
                if (!takesLargest)
                    for (int i = 0; i < y.Length; i++) y[i] += x[i];
                else
                    for (int i = 0; i < y.Length; i++) y[i] = Vector.ConditionalSelect(Vector.LessThanOrEqual(x[i], y[i]), y[i], x[i]); // NaN stays
            }

            var count = new Vector<float>(to - from);
            for (int i = 0; !takesLargest && i < y.Length; i++) y[i] /= count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Backward(Frame frame, BatchGroup group)
    {
        if (!Context.NeedsInputGradient) return;
        frame.Input.Gradient.Span[..RecurrentSequence.Extent(Context.InputSteps, Context.InputFeatures, group.Lanes)].Clear();
        Span<Vector<float>> left = Vectors(((PoolingFrame)frame).Shares, 0, group);
        for (int t = 0; t < Context.Outputs[0].Steps; t++)
        {
            (int from, int to) = windows[t];
            var count = new Vector<float>(takesLargest ? 1 : to - from);
            ReadOnlySpan<Vector<float>> y = Vectors(frame.Output.Value, t, group), dy = Vectors(frame.Output.Gradient, t, group);
            for (int i = 0; i < left.Length; i++) left[i] = dy[i] / count;
            for (int step = from; step < to; step++)
            {
                Span<Vector<float>> dx = Vectors(frame.Input.Gradient, step, group);
                if (!takesLargest)
                {
                    for (int i = 0; i < left.Length; i++) dx[i] += left[i];
                    continue;
                }

                // The first step that is the largest takes all of it.
                ReadOnlySpan<Vector<float>> x = Vectors(frame.Input.Value, step, group);
                for (int i = 0; i < left.Length; i++)
                {
                    Vector<int> isLargest = Vector.Equals(x[i], y[i]);
                    dx[i] += Vector.ConditionalSelect(isLargest, left[i], Vector<float>.Zero);
                    left[i] = Vector.ConditionalSelect(isLargest, Vector<float>.Zero, left[i]);
                }
            }
        }
    }

    private Span<Vector<float>> Vectors(Block block, int step, BatchGroup group) => LaneTensor.StepVectors(block, step, Context.InputFeatures, group.Lanes);

    private sealed class PoolingFrame(LaneTensor output) : Frame(output)
    {
        /// <summary>What a window has still to give of its gradient.</summary>
        public required Block Shares { get; init; }
    }
}
