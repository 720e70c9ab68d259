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
        var form = new WeightForm(step.Path, step.Shape.ToArray());
        Block weights = arena.AllocateCopy(step.Weights), gradient = arena.AllocateCopy(step.Gradient);
        IReadOnlyList<SlotForm> forms = SlotsOf(form);
        long scratch = ScratchOf(form);
        var slots = new Block[forms.Count + (scratch > 0 ? 1 : 0)];
        for (int i = 0; i < forms.Count; i++) slots[i] = arena.AllocateCopy(step.Slot(i));
        if (scratch > 0) slots[^1] = arena.Allocate(scratch);
        Update(VectorWidths.Best, step.Iteration, form, weights, gradient, slots);
        weights.Span[..step.Weights.Length].CopyTo(step.Weights);
        for (int i = 0; i < forms.Count; i++) slots[i].Span[..step.Weights.Length].CopyTo(step.Slot(i));
        arena.Free();
    }

    internal sealed override void Update(VectorWidth width, long iteration, OptimizedWeight weight) =>
        Update(width, iteration, weight.Form, weight.Parameter.Value, weight.Gradient, weight.Slots);

    /// <summary>Updates one weight in place; all arrays have zeros behind them up to whole vectors.</summary>
    /// <param name="width">Vector width.</param>
    /// <param name="iteration">Steps done so far, this one included (t = 1, 2, …).</param>
    /// <param name="form">The weight's name and shape.</param>
    /// <param name="weights">The weight.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="slots">The optimizer's arrays for this weight, then memory for the step itself if it asks for such.</param>
    internal abstract void Update(VectorWidth width, long iteration, WeightForm form, Block weights, Block gradient, ReadOnlySpan<Block> slots);
}
