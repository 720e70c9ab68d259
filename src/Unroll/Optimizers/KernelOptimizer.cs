using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Schedules;

namespace Unroll.Optimizers;

/// <summary>Base of the optimizers whose rule runs in whole vectors.</summary>
public abstract class KernelOptimizer : Optimizer
{
    private protected KernelOptimizer(LearningRateSchedule learningRate) : base(learningRate)
    {
    }

    /// <inheritdoc/>
    public sealed override void Update(in WeightUpdate step)
    {
        var arena = new Arena();
        Block weights = arena.AllocateCopy(step.Weights), gradient = arena.AllocateCopy(step.Gradient);
        var slots = new Block[SlotCount];
        for (int i = 0; i < slots.Length; i++) slots[i] = arena.AllocateCopy(step.Slot(i));
        Update(VectorWidths.Best, step.Iteration, weights, gradient, slots);
        weights.Span[..step.Weights.Length].CopyTo(step.Weights);
        for (int i = 0; i < slots.Length; i++) slots[i].Span[..step.Weights.Length].CopyTo(step.Slot(i));
        arena.Free();
    }

    internal sealed override void Update(VectorWidth width, long iteration, Parameter parameter, Block gradient, ReadOnlySpan<Block> slots) =>
        Update(width, iteration, parameter.Value, gradient, slots);

    /// <summary>Updates one weight in place; all arrays have zeros behind them up to whole vectors.</summary>
    /// <param name="width">Vector width.</param>
    /// <param name="iteration">Steps done so far, this one included (t = 1, 2, …).</param>
    /// <param name="weights">The weight.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="slots">The optimizer's arrays for this weight.</param>
    internal abstract void Update(VectorWidth width, long iteration, Block weights, Block gradient, ReadOnlySpan<Block> slots);
}
