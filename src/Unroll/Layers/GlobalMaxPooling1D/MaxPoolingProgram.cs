using System.Numerics;
using System.Runtime.CompilerServices;
using Unroll.Execution;
using Unroll.Kernels.Memory;

namespace Unroll.Layers;

/// <summary>
/// Goes through time step by step, all features and lanes of a step at once: every element stands for itself, so the width of
/// the vectors changes nothing.
/// </summary>
internal sealed class MaxPoolingProgram(ProgramContext context) : LayerProgram(context)
{
    public override Frame CreateFrame(Arena arena) =>
        new PoolingFrame(Context.NewOutput(arena)) { Shares = arena.Allocate((long)Context.InputFeatures * BatchGroup.MaxLanes) };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Forward(Frame frame, BatchGroup group)
    {
        Span<Vector<float>> largest = Vectors(frame.Output.Value, 0, group.Lanes);
        largest.Fill(new Vector<float>(float.NegativeInfinity));
        for (int t = 0; t < Context.InputSteps; t++)
        {
            ReadOnlySpan<Vector<float>> values = Vectors(frame.Input.Value, t, group.Lanes);
            for (int i = 0; i < largest.Length; i++)
                largest[i] = Vector.ConditionalSelect(Vector.LessThanOrEqual(values[i], largest[i]), largest[i], values[i]); // NaN stays
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Backward(Frame frame, BatchGroup group)
    {
        if (!Context.NeedsInputGradient) return;
        int lanes = group.Lanes;
        ReadOnlySpan<Vector<float>> largest = Vectors(frame.Output.Value, 0, lanes), gradient = Vectors(frame.Output.Gradient, 0, lanes);
        Span<Vector<float>> shares = Vectors(((PoolingFrame)frame).Shares, 0, lanes);
        shares.Clear();
        for (int t = 0; t < Context.InputSteps; t++)
        {
            ReadOnlySpan<Vector<float>> values = Vectors(frame.Input.Value, t, lanes);
            for (int i = 0; i < shares.Length; i++)
                shares[i] += Vector.ConditionalSelect(Vector.Equals(values[i], largest[i]), Vector<float>.One, Vector<float>.Zero);
        }

        // Equal steps share the gradient, as in Keras.
        for (int i = 0; i < shares.Length; i++) shares[i] = gradient[i] / Vector.Max(Vector<float>.One, shares[i]);
        for (int t = 0; t < Context.InputSteps; t++)
        {
            ReadOnlySpan<Vector<float>> values = Vectors(frame.Input.Value, t, lanes);
            Span<Vector<float>> target = Vectors(frame.Input.Gradient, t, lanes);
            for (int i = 0; i < shares.Length; i++) target[i] = Vector.ConditionalSelect(Vector.Equals(values[i], largest[i]), shares[i], Vector<float>.Zero);
        }
    }

    private Span<Vector<float>> Vectors(Block block, int step, int lanes) => LaneTensor.StepVectors(block, step, Context.InputFeatures, lanes);

    private sealed class PoolingFrame(LaneTensor output) : Frame(output)
    {
        /// <summary>How many steps are the largest, then what each of them gets.</summary>
        public required Block Shares { get; init; }
    }
}
