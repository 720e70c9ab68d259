using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Optimizers;

/// <summary>A weight and what an optimizer keeps for it.</summary>
internal sealed class OptimizedWeight
{
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="parameter">The weight.</param>
    /// <param name="arena">Memory.</param>
    public OptimizedWeight(Optimizer optimizer, Parameter parameter, Arena arena)
    {
        Parameter = parameter;
        Form = new WeightForm(parameter.Path, parameter.Sizes);
        Decay = optimizer.DecayOf(Form);
        LeavesRowsAlone = optimizer.LeavesRowsAlone(parameter.Count);
        Forms = [.. optimizer.SlotsOf(Form)];
        Slots = new Block[Forms.Count + (optimizer.ScratchOf(Form) > 0 ? 1 : 0)];
        for (int i = 0; i < Forms.Count; i++)
        {
            if (Forms[i].IsPlaceholder) continue;
            Slots[i] = arena.Allocate((Forms[i].Count + VectorWidths.Chunk - 1L) / VectorWidths.Chunk * VectorWidths.Chunk);
            if (Forms[i].First != 0) Slots[i].Span.Fill((float)Forms[i].First);
        }

        if (optimizer.Accumulates) Sum = arena.Allocate(parameter.PaddedCount);
    }

    public Parameter Parameter { get; }

    public WeightForm Form { get; }

    /// <summary>Share of the weight, times the learning rate, that goes at each step; null: none.</summary>
    public double? Decay { get; }

    /// <summary>True if rows without a gradient may be left as they are until somebody needs them.</summary>
    public bool LeavesRowsAlone { get; }

    public IReadOnlyList<SlotForm> Forms { get; }

    /// <summary>The arrays in the order of <see cref="Forms"/>, then memory for the step itself if the optimizer needs such.</summary>
    public Block[] Slots { get; }

    /// <summary>The sum of gradients since the last step; empty if every call is a step.</summary>
    public Block Sum { get; }

    /// <summary>The gradient of this step.</summary>
    public Block Gradient { get; set; }
}
