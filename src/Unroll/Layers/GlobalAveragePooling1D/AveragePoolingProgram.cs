using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Unroll.Execution;
using Unroll.Kernels.Memory;

namespace Unroll.Layers;

/// <summary>The mean of the steps that count, all features and lanes of a step at once.</summary>
internal sealed class AveragePoolingProgram(ProgramContext context) : LayerProgram(context)
{
    public override Frame CreateFrame(Arena arena) =>
        new PoolingFrame(Context.NewOutput(arena)) { Counts = arena.Allocate(BatchGroup.MaxLanes), Shares = arena.Allocate((long)Context.InputFeatures * BatchGroup.MaxLanes) };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Forward(Frame frame, BatchGroup group)
    {
        LaneTensor input = frame.Input;
        int lanes = group.Lanes;
        Span<float> counts = ((PoolingFrame)frame).Counts.Span[..lanes];
        counts.Fill(Context.InputSteps);
        if (!input.Mask.IsEmpty)
        {
            counts.Clear();
            for (int t = 0; t < Context.InputSteps; t++)
                for (int lane = 0; lane < lanes; lane++) counts[lane] += input.Mask.Span[t * lanes + lane];
        }

        Span<Vector<float>> sums = Vectors(frame.Output.Value, 0, lanes), numbers = MemoryMarshal.Cast<float, Vector<float>>(counts);
        sums.Clear();
        for (int t = 0; t < Context.InputSteps; t++)
        {
            ReadOnlySpan<Vector<float>> values = Vectors(input.Value, t, lanes), mask = input.MaskVectors(t, lanes);
            if (mask.IsEmpty)
                for (int i = 0; i < sums.Length; i++) sums[i] += values[i];
            else
                for (int i = 0; i < sums.Length; i += numbers.Length)
                    for (int lane = 0; lane < numbers.Length; lane++)
                        sums[i + lane] = Vector.ConditionalSelect(Vector.Equals(mask[lane], Vector<float>.Zero), sums[i + lane], sums[i + lane] + values[i + lane]);
        }

        Divide(sums, numbers, sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Backward(Frame frame, BatchGroup group)
    {
        if (!Context.NeedsInputGradient) return;
        LaneTensor input = frame.Input;
        int lanes = group.Lanes;
        var own = (PoolingFrame)frame;
        Span<Vector<float>> shares = Vectors(own.Shares, 0, lanes);
        int wide = lanes / Vector<float>.Count;
        Divide(Vectors(frame.Output.Gradient, 0, lanes), MemoryMarshal.Cast<float, Vector<float>>(own.Counts.Span[..lanes]), shares);
        for (int t = 0; t < Context.InputSteps; t++)
        {
            Span<Vector<float>> target = Vectors(input.Gradient, t, lanes);
            ReadOnlySpan<Vector<float>> mask = input.MaskVectors(t, lanes);
            if (mask.IsEmpty)
                shares.CopyTo(target);
            else
                for (int i = 0; i < shares.Length; i += wide)
                    for (int lane = 0; lane < wide; lane++)
                        target[i + lane] = Vector.ConditionalSelect(Vector.Equals(mask[lane], Vector<float>.Zero), Vector<float>.Zero, shares[i + lane]);
        }
    }

    /// <summary>Divides the features of every row by the row's number; by 0 is 0.</summary>
    private static void Divide(ReadOnlySpan<Vector<float>> values, ReadOnlySpan<Vector<float>> counts, Span<Vector<float>> quotients)
    {
        for (int i = 0; i < values.Length; i += counts.Length)
            for (int lane = 0; lane < counts.Length; lane++)
                quotients[i + lane] = Vector.ConditionalSelect(Vector.Equals(counts[lane], Vector<float>.Zero), Vector<float>.Zero, values[i + lane] / counts[lane]);
    }

    private Span<Vector<float>> Vectors(Block block, int step, int lanes) => LaneTensor.StepVectors(block, step, Context.InputFeatures, lanes);

    private sealed class PoolingFrame(LaneTensor output) : Frame(output)
    {
        /// <summary>Steps of each row that count.</summary>
        public required Block Counts { get; init; }

        /// <summary>What each step gets of the gradient.</summary>
        public required Block Shares { get; init; }
    }
}
