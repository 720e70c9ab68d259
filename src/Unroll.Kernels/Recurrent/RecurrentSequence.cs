using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Recurrent;

/// <summary>
/// What a recurrent kernel works on: one layer, one group of batch rows ("lanes", a multiple of 16), all time steps.
/// Every per-step array is <c>[time][feature][lanes]</c>, time in processing order unless said otherwise; steps lie
/// <see cref="Stride"/> floats apart. Absent parts are empty blocks.
/// </summary>
internal sealed class RecurrentSequence
{
    private const int MostGates = 4;

    public int Steps { get; set; }

    public int Lanes { get; set; }

    public int Inputs { get; set; }

    public int Units { get; set; }

    /// <summary>
    /// True: arrays of states and gates hold every step, as the backward pass wants them. False: one step, which each
    /// step overwrites; only <see cref="Hidden"/> holds all if <see cref="ReturnSequences"/> asks for them.
    /// </summary>
    public bool KeepsSteps { get; set; } = true;

    /// <summary>Reads input and mask from the last step to the first.</summary>
    public bool GoBackwards { get; set; }

    /// <summary>
    /// [time][inputs], in the order of the data. Empty if <see cref="Gates"/> hold the inputs' part already; then the
    /// kernel's and the input's gradients are the caller's business, too.
    /// </summary>
    public Block Input { get; set; }

    /// <summary>[time][gates · units]: gate values after forward, gradients at the pre-activations after backward.</summary>
    public Block Gates { get; set; }

    /// <summary>[time][units]: the hidden state after each step.</summary>
    public Block Hidden { get; set; }

    /// <summary>LSTM: [time][units], the cell state after each step.</summary>
    public Block Cell { get; set; }

    /// <summary>LSTM: [time][units], the activated cell state.</summary>
    public Block CellActivation { get; set; }

    /// <summary>[units]: the hidden state before the first step; zeros unless <see cref="HasInitialState"/>.</summary>
    public Block InitialState { get; set; }

    /// <summary>LSTM: [units], the cell state before the first step; zeros unless <see cref="HasInitialState"/>.</summary>
    public Block InitialCell
    {
        get => field.IsEmpty ? InitialState : field;
        set;
    }

    /// <summary>False: the states before the first step are zeros, and products with them are left out.</summary>
    public bool HasInitialState { get; set; }

    /// <summary>[units]: gradient at the hidden state after the last step, beside that of the output; empty: none.</summary>
    public Block FinalStateGradient { get; set; }

    /// <summary>LSTM: [units], gradient at the cell state after the last step; empty: none.</summary>
    public Block FinalCellGradient { get; set; }

    /// <summary>[units]: where the gradient at <see cref="InitialState"/> goes; empty if nobody asks for it.</summary>
    public Block InitialStateGradient { get; set; }

    /// <summary>LSTM: [units], where the gradient at <see cref="InitialCell"/> goes; empty if nobody asks for it.</summary>
    public Block InitialCellGradient { get; set; }

    /// <summary>[time][lanes] of 1 (use the step) and 0 (hold the state), in the order of the data; steps lie Lanes apart.</summary>
    public Block Mask { get; set; }

    /// <summary>[1 or gates][inputs] dropout factors; with <see cref="HasMasksPerStep"/> [time][1 or gates][inputs].</summary>
    public Block InputDropout { get; set; }

    /// <summary>[1 or gates][units] dropout factors; with <see cref="HasMasksPerStep"/> [time][1 or gates][units].</summary>
    public Block RecurrentDropout { get; set; }

    /// <summary>True: dropout factors for every step, in processing order; false: they hold for the whole sequence.</summary>
    public bool HasMasksPerStep { get; set; }

    /// <summary>With <see cref="HasMasksPerStep"/>, working memory of the gradients: [time][inputs or units, whichever are more].</summary>
    public Block MaskedSteps { get; set; }

    /// <summary>True if gates have input masks of their own.</summary>
    public bool HasInputMaskPerGate => InputDropout.Length > (HasMasksPerStep ? Steps : 1) * Inputs * Lanes;

    /// <summary>True if gates have recurrent masks of their own.</summary>
    public bool HasRecurrentMaskPerGate => RecurrentDropout.Length > (HasMasksPerStep ? Steps : 1) * Units * Lanes;

    /// <summary>Working memory of <see cref="ScratchRows"/> rows.</summary>
    public Block Scratch { get; set; }

    /// <summary>True if the gradient at the output has every step, false if only the last.</summary>
    public bool ReturnSequences { get; set; }

    /// <summary>[time][units], or [units] for the last step alone; empty: no gradient comes in at the output.</summary>
    public Block OutputGradient { get; set; }

    /// <summary>[time][inputs] in the order of the data; empty if nobody asks for it.</summary>
    public Block InputGradient { get; set; }

    public Block KernelGradient { get; set; }

    public Block RecurrentGradient { get; set; }

    public Block BiasGradient { get; set; }

    /// <summary>Floats from one chunk's gradients to the next's; 0 adds all chunks to one.</summary>
    public int ChunkGradientStride { get; set; }

    /// <summary>Floats from one step to the next. The extra cache line keeps steps out of each other's cache sets.</summary>
    public static int Stride(int features, int lanes) => features * lanes + VectorWidths.Chunk;

    /// <summary>Floats from the beginning of the first step to the end of the last.</summary>
    public static int Extent(int steps, int features, int lanes) => (steps - 1) * Stride(features, lanes) + features * lanes;

    /// <summary>Rows of <see cref="Scratch"/> that a layer needs.</summary>
    public static int ScratchRows(int inputs, int units) => MostGates * (inputs + units) + 2 * units;

    /// <summary>Where a step's input goes behind its dropout masks: [1 or gates][inputs].</summary>
    public unsafe float* MaskedInput => Scratch.Pointer;

    /// <summary>Where the hidden state goes behind its dropout masks, or the gates' gradients before them: [1 or gates][units].</summary>
    public unsafe float* MaskedHidden => Scratch.Pointer + (nint)MostGates * Inputs * Lanes;

    /// <summary>Gradients that pass from step to step: [2 · units].</summary>
    public unsafe float* Passing => Scratch.Pointer + (nint)MostGates * (Inputs + Units) * Lanes;

    /// <summary>Floats from one step's states to the next's, for arrays of <paramref name="features"/> rows.</summary>
    public int StateStride(int features) => KeepsSteps ? Stride(features, Lanes) : 0;

    /// <summary>The state before step <paramref name="t"/> as products take it: null for zeros.</summary>
    public unsafe float* StateOrNull(float* state, int t) => t == 0 && !HasInitialState ? null : state;

    /// <summary>The dropout factors of a step, for all gates; null without.</summary>
    public unsafe float* FactorsAt(Block factors, int t) => factors.Pointer + (HasMasksPerStep && !factors.IsEmpty ? (nint)t * (factors.Length / Steps) : 0);

    /// <summary>True if a gradient flows through the recurrent product of step <paramref name="t"/>.</summary>
    public bool HasStateBefore(int t) => t > 0 || HasInitialState;

    /// <summary>Index in the data of step <paramref name="t"/> of the processing order.</summary>
    public int TimeOf(int t) => GoBackwards ? Steps - 1 - t : t;
}

/// <summary>Forward and backward over whole sequences of one kind of cell.</summary>
internal abstract unsafe class RecurrentKernel
{
    /// <summary>Fills gates and states from the input.</summary>
    public abstract void Forward(RecurrentSequence sequence, RecurrentWeights weights);

    /// <summary>Adds the weights' gradients and sets the input's from the gradient at the output.</summary>
    public abstract void Backward(RecurrentSequence sequence, RecurrentWeights weights);

    /// <summary>Runs a single row.</summary>
    public abstract void ForwardRow(RowSequence sequence, RowWeights weights);

    /// <summary>A step of a single row, in place, from the sums of its gates; arrays of <paramref name="size"/> floats.</summary>
    public abstract void StepRow(float* gates, int size, float* cell, float* cellActivation, float* hidden);
}
