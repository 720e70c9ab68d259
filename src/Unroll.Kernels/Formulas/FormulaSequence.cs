using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Kernels.Simd;

namespace Unroll.Kernels.Formulas;

/// <summary>
/// What a formula works on: one group of batch rows ("lanes", 16 or 32), all time steps. Arrays are
/// <c>[time][feature][lanes]</c>, steps <see cref="RecurrentSequence.Stride"/> floats apart, as in <see cref="RecurrentSequence"/>.
/// Absent parts are empty blocks.
/// </summary>
internal sealed class FormulaSequence
{
    private readonly FormulaPlan _plan;
    private readonly int _maxSteps;
    private readonly Block[] _initialGradients;

    /// <summary>Working memory for up to <paramref name="maxSteps"/> steps and <paramref name="maxLanes"/> lanes.</summary>
    public FormulaSequence(Arena arena, FormulaPlan plan, int maxSteps, int maxLanes, bool returnSequences)
    {
        (_plan, _maxSteps, ReturnSequences) = (plan, maxSteps, returnSequences);
        (Steps, Lanes) = (maxSteps, maxLanes);
        int kept = plan.Training ? maxSteps : 1;
        Frame = arena.Allocate((long)kept * RecurrentSequence.Stride(plan.FrameRows, maxLanes));
        Scratch = arena.Allocate((long)plan.ScratchRows * maxLanes);
        Constants = arena.Allocate((long)plan.ConstantRows * maxLanes);
        Accumulators = plan.Training ? arena.Allocate((long)plan.AccumulatorRows * maxLanes) : default;
        States = new Block[plan.States.Length];
        Gradients = new Block[2 * plan.States.Length];
        InitialStates = new Block[plan.States.Length];
        StateGradients = new Block[plan.States.Length];
        _initialGradients = new Block[plan.States.Length];
        Factors = new Block[plan.Factors.Length];
        FactorSteps = new int[plan.Factors.Length];
        WeightGradients = new Block[plan.Weights.Length];
        for (int i = 0; i < plan.States.Length; i++)
        {
            long slots = KeepsState(i) ? maxSteps + 1 : 2;
            States[i] = arena.Allocate(slots * RecurrentSequence.Stride(plan.States[i], maxLanes));
            if (!plan.Training) continue;
            Gradients[2 * i] = arena.Allocate((long)plan.States[i] * maxLanes);
            Gradients[2 * i + 1] = arena.Allocate((long)plan.States[i] * maxLanes);
        }
    }

    public int Steps { get; set; }

    public int Lanes { get; set; }

    /// <summary>Reads input and mask from the last step to the first.</summary>
    public bool GoBackwards { get; set; }

    /// <summary>True if every step is put out and has a gradient, false if only the last.</summary>
    public bool ReturnSequences { get; }

    /// <summary>[time][inputs], in the order of the data.</summary>
    public Block Input { get; set; }

    /// <summary>[time][lanes] of 1 (use the step) and 0 (hold states and output), in the order of the data; steps lie Lanes apart.</summary>
    public Block Mask { get; set; }

    /// <summary>[features] of every state before the first step; empty for zeros.</summary>
    public Block[] InitialStates { get; }

    /// <summary>Dropout factors, [features] for the whole sequence, or [time][features] in processing order.</summary>
    public Block[] Factors { get; }

    /// <summary>Floats from one step's dropout factors to the next's; 0 for factors of the whole sequence.</summary>
    public int[] FactorSteps { get; }

    /// <summary>[time][features] of the output in processing order, or [features] for the last step alone.</summary>
    public Block OutputGradient { get; set; }

    /// <summary>[features]: gradients at the states after the last step; empty for zeros.</summary>
    public Block[] StateGradients { get; }

    /// <summary>[time][inputs] in the order of the data; set by the backward pass if the formula was compiled so.</summary>
    public Block InputGradient { get; set; }

    /// <summary>Gradients of the weights, row-major, which the backward pass adds to; empty if not wanted.</summary>
    public Block[] WeightGradients { get; }

    /// <summary>Floats from one chunk's weight gradients to the next's; 0 adds all chunks to one.</summary>
    public int ChunkGradientStride { get; set; }

    /// <summary>The output: [time][features] in processing order, or [features] of the last step.</summary>
    public Block Output
    {
        get
        {
            int features = _plan.States[_plan.Output];
            return ReturnSequences
                ? States[_plan.Output].Slice(RecurrentSequence.Stride(features, Lanes), RecurrentSequence.Extent(Steps, features, Lanes))
                : FinalState(_plan.Output);
        }
    }

    /// <summary>A state after the last step, [features].</summary>
    public Block FinalState(int state) =>
        States[state].Slice(SlotOf(state, Steps) * RecurrentSequence.Stride(_plan.States[state], Lanes), _plan.States[state] * Lanes);

    /// <summary>The gradient at a state before the first step, [features], after the backward pass.</summary>
    public Block InitialStateGradient(int state) => _initialGradients[state];

    internal Block Frame { get; }

    internal Block Scratch { get; }

    internal Block Constants { get; }

    internal Block Accumulators { get; }

    /// <summary>[time + 1][features]: the state before each step and after the last; in prediction two slots that take turns.</summary>
    internal Block[] States { get; }

    /// <summary>Two for each state: the gradient after and before a step, which take turns.</summary>
    internal Block[] Gradients { get; }

    internal int TimeOf(int t) => GoBackwards ? Steps - 1 - t : t;

    /// <summary>Where the state after <paramref name="steps"/> steps lies.</summary>
    internal int SlotOf(int state, int steps) => KeepsState(state) ? steps : steps & 1;

    internal void SetInitialGradient(int state, Block gradient) => _initialGradients[state] = gradient;

    /// <summary>Kernels work on bare pointers; sizes are checked once per sequence.</summary>
    internal void RequireForward()
    {
        if (Steps < 1 || Steps > _maxSteps) throw new ArgumentException($"There is room for 1 to {_maxSteps} steps, not {Steps}.");
        if (Lanes < VectorWidths.Chunk || Lanes % VectorWidths.Chunk != 0) throw new ArgumentException($"Lanes come in chunks of {VectorWidths.Chunk}, not {Lanes}.");
        Input.Require(RecurrentSequence.Extent(Steps, _plan.Inputs, Lanes), nameof(Input));
        Scratch.Require((long)_plan.ScratchRows * Lanes, nameof(Lanes));
        if (!Mask.IsEmpty) Mask.Require((long)Steps * Lanes, nameof(Mask));
        for (int i = 0; i < Factors.Length; i++)
            Factors[i].Require((Steps - 1L) * FactorSteps[i] + _plan.Factors[i] * Lanes, nameof(Factors));
        for (int i = 0; i < InitialStates.Length; i++)
        {
            States[i].Require(2L * RecurrentSequence.Stride(_plan.States[i], Lanes), nameof(Lanes));
            if (!InitialStates[i].IsEmpty) InitialStates[i].Require((long)_plan.States[i] * Lanes, nameof(InitialStates));
        }
    }

    internal void RequireBackward()
    {
        if (!_plan.Training) throw new InvalidOperationException("The formula was compiled for prediction and has no backward pass.");
        int features = _plan.States[_plan.Output];
        if (!OutputGradient.IsEmpty)
            OutputGradient.Require(ReturnSequences ? RecurrentSequence.Extent(Steps, features, Lanes) : features * Lanes, nameof(OutputGradient));
        for (int i = 0; i < StateGradients.Length; i++)
        {
            if (!StateGradients[i].IsEmpty) StateGradients[i].Require((long)_plan.States[i] * Lanes, nameof(StateGradients));
        }

        if (_plan.SetsInputGradient) InputGradient.Require(RecurrentSequence.Extent(Steps, _plan.Inputs, Lanes), nameof(InputGradient));
        for (int i = 0; i < WeightGradients.Length; i++)
        {
            if (WeightGradients[i].IsEmpty) continue;
            long chunks = (Lanes / VectorWidths.Chunk - 1) * (long)ChunkGradientStride;
            WeightGradients[i].Require(chunks + (long)_plan.Weights[i].Rows * _plan.Weights[i].Columns, nameof(WeightGradients));
        }
    }

    private bool KeepsState(int state) => _plan.Training || (ReturnSequences && state == _plan.Output);
}
