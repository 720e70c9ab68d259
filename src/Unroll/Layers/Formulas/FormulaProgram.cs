using Unroll.Execution;
using Unroll.Formulas;
using Unroll.Formulas.Compilation;
using Unroll.Kernels.Formulas;
using Unroll.Kernels.Memory;
using Unroll.Random;

namespace Unroll.Layers;

/// <summary>How a formula is run.</summary>
internal sealed record FormulaFlags
{
    /// <summary>True for a layer that works step by step, false for a recurrent cell.</summary>
    public bool IsLayer { get; init; }

    public bool ReturnSequences { get; init; }

    public bool GoBackwards { get; init; }

    public bool ZeroOutputForMask { get; init; }

    public double Dropout { get; init; }

    public double RecurrentDropout { get; init; }

    /// <summary>What a stateful layer remembers; null: nothing.</summary>
    public RecurrentStates? Kept { get; init; }

    /// <summary>Dropout factors that the formula names itself, in its order; then <see cref="Dropout"/> and <see cref="RecurrentDropout"/> are 0.</summary>
    public IReadOnlyList<OwnFactors> OwnFactors { get; init; } = [];
}

/// <summary>Dropout factors that a formula names, drawn together.</summary>
/// <param name="Features">Features of each.</param>
/// <param name="Count">How many factors they are.</param>
/// <param name="Sets">How often they are drawn: once, or once for every step.</param>
/// <param name="Rate">Dropout rate.</param>
/// <param name="Purpose">Which masks.</param>
internal sealed record OwnFactors(int Features, int Count, int Sets, double Rate, RandomPurpose Purpose);

/// <summary>Runs a formula: a layer at every time step, or a recurrent cell over time.</summary>
internal sealed class FormulaProgram : LayerProgram
{
    private readonly CompiledFormula _formula;
    private readonly FormulaFlags _flags;
    private readonly IReadOnlyList<Parameter> _parameters;
    private readonly RecurrentInputs _inputs;
    private readonly IReadOnlyList<int> _states;
    private readonly bool _dropsInput, _dropsStates;
    private readonly Block[] _values;

    public FormulaProgram(ProgramContext context, IReadOnlyList<Parameter> parameters, Recording recording, FormulaFlags flags)
        : this(context, parameters, recording, flags.IsLayer ? default : RecurrentInputs.Of(context), flags)
    {
    }

    public FormulaProgram(ProgramContext context, IReadOnlyList<Parameter> parameters, Recording recording, RecurrentInputs inputs, FormulaFlags flags) : base(context)
    {
        (_flags, _parameters, _inputs) = (flags, parameters, inputs);
        _states = [.. recording.States.Select(state => state.Features)];
        _dropsInput = context.IsTraining && flags.Dropout is > 0 and < 1;
        _dropsStates = context.IsTraining && flags.RecurrentDropout is > 0 and < 1;
        bool hasState = _inputs.State is not null || flags.Kept is not null;
        _formula = new CompiledFormula(context.Arena, context.Width, recording, new FormulaOptions(
            context.IsTraining, context.IsTraining && context.NeedsInputGradient, _dropsInput, _dropsStates, OutputApart: hasState));
        _values = new Block[parameters.Count];
    }

    // A weight may be named several times in a formula.
    public override bool AddsInParts => _parameters.Count > 0;

    public override void Prepare()
    {
        for (int i = 0; i < _values.Length; i++) _values[i] = _parameters[i].Value;
        _formula.Pack(_values);
    }

    public override void BeginBatch(Inputs inputs, ReadOnlySpan<int> rows) => _flags.Kept?.Require(rows.Length, _states);

    public override Frame CreateFrame(Arena arena)
    {
        int lanes = BatchGroup.MaxLanes;
        FormulaSequence sequence = _formula.CreateSequence(arena, Context.InputSteps, lanes, _flags.IsLayer || _flags.ReturnSequences);
        return new FormulaFrame([.. Enumerable.Range(0, Context.Outputs.Count).Select(i => Context.NewOutput(arena, i, 0))])
        {
            Sequence = sequence,
            Factors = _flags.OwnFactors.Count > 0
                ? [.. _flags.OwnFactors.Select(own => arena.Allocate((long)own.Features * own.Count * own.Sets * lanes))]
                : [.. _formula.Factors.Select(features => arena.Allocate((long)features * lanes))],
            MaskedOutput = _flags.ZeroOutputForMask ? arena.Allocate(LaneTensor.SizeOf(Context.Outputs[0])) : default,
            Kept = _flags.Kept is null ? [] : [.. _states.Select(features => arena.Allocate((long)features * lanes))],
        };
    }

    public override void Forward(Frame frame, BatchGroup group)
    {
        var own = (FormulaFrame)frame;
        FormulaSequence sequence = own.Sequence;
        (sequence.Steps, sequence.Lanes, sequence.GoBackwards) = (Context.InputSteps, group.Lanes, _flags.GoBackwards);
        sequence.Input = own.Input.Value;
        sequence.Mask = _flags.IsLayer ? default : _inputs.MaskOf(own);
        for (int i = 0; i < _states.Count; i++)
        {
            if (_inputs.State is { } first) sequence.InitialStates[i] = own.Inputs[first + i].Value;
            else if (_flags.Kept is { } kept) sequence.InitialStates[i] = kept.Restore(i, own.Kept[i], group);
        }

        SetFactors(own, group);
        _formula.Forward(sequence);
        own.Output.Value = sequence.Output;
        if (_flags.ZeroOutputForMask && !sequence.Mask.IsEmpty)
        {
            MaskedSteps.Copy(sequence.Mask, sequence.Steps, group.Lanes, Context.Outputs[0].Features, _flags.GoBackwards, _flags.ReturnSequences, own.Output.Value, own.MaskedOutput);
            own.Output.Value = own.MaskedOutput;
        }

        for (int i = 1; i < own.Outputs.Length; i++) own.Outputs[i].Value = sequence.FinalState(i - 1);
        own.Output.Mask = _flags.IsLayer ? own.Input.Mask : _flags.ReturnSequences ? _inputs.PassedMaskOf(own) : default;
        for (int i = 0; _flags.Kept is not null && i < _states.Count; i++) _flags.Kept.Keep(i, sequence.FinalState(i), group);
    }

    public override void Backward(Frame frame, BatchGroup group)
    {
        var own = (FormulaFrame)frame;
        GradientStore gradients = Context.Gradients!;
        FormulaSequence sequence = own.Sequence;
        sequence.OutputGradient = own.Output.Gradient;
        if (_flags.ZeroOutputForMask && !sequence.Mask.IsEmpty && !sequence.OutputGradient.IsEmpty)
            MaskedSteps.Copy(sequence.Mask, sequence.Steps, group.Lanes, Context.Outputs[0].Features, _flags.GoBackwards, _flags.ReturnSequences, own.Output.Gradient, own.Output.Gradient);
        for (int i = 1; i < own.Outputs.Length; i++) sequence.StateGradients[i - 1] = own.Outputs[i].Gradient;
        sequence.InputGradient = Context.NeedsInputGradient ? own.Input.Gradient : default;
        for (int i = 0; i < _parameters.Count; i++) sequence.WeightGradients[i] = gradients.ForGroup(_parameters[i], group);
        sequence.ChunkGradientStride = gradients.ChunkStride;
        _formula.Backward(sequence);
        for (int i = 0; _inputs.State is { } first && i < _states.Count; i++)
            if (Context.InputGradients[first + i]) sequence.InitialStateGradient(i).Span.CopyTo(own.Inputs[first + i].Gradient.Span);
    }

    private void SetFactors(FormulaFrame own, BatchGroup group)
    {
        if (_flags.OwnFactors.Count > 0)
        {
            SetOwnFactors(own, group);
            return;
        }

        for (int i = 0; i < own.Factors.Length; i++)
        {
            bool isInput = i == 0 && _dropsInput;
            int features = _formula.Factors[i], state = i - (_dropsInput ? 1 : 0);
            own.Sequence.Factors[i] = own.Factors[i].Slice(0, features * group.Lanes);
            DropoutMask.Fill(
                Context.Width, own.Sequence.Factors[i], features, group.Lanes, group.FirstRow, isInput ? _flags.Dropout : _flags.RecurrentDropout, Context.Seed,
                isInput ? RandomPurpose.Dropout : RandomPurpose.RecurrentDropout, Context.LayerIndex + (state > 0 && !isInput ? state << 20 : 0), group.Epoch, group.Step);
        }
    }

    private void SetOwnFactors(FormulaFrame own, BatchGroup group)
    {
        int next = 0;
        for (int i = 0; i < own.Factors.Length; i++)
        {
            (int features, int count, int sets, double rate, RandomPurpose purpose) = _flags.OwnFactors[i];
            if (count == 0) continue;
            int size = features * group.Lanes;
            Block drawn = own.Factors[i].Slice(0, sets * count * size);
            DropoutMask.Fill(
                Context.Width, drawn, sets * count * features, group.Lanes, group.FirstRow, rate, Context.Seed, purpose, Context.LayerIndex, group.Epoch, group.Step);
            for (int k = 0; k < count; k++, next++)
            {
                own.Sequence.Factors[next] = drawn.Slice(k * size, drawn.Length - k * size);
                own.Sequence.FactorSteps[next] = sets > 1 ? count * size : 0;
            }
        }
    }

    private sealed class FormulaFrame(LaneTensor[] outputs) : Frame(outputs)
    {
        public required FormulaSequence Sequence { get; init; }

        /// <summary>Dropout factors.</summary>
        public required Block[] Factors { get; init; }

        /// <summary>The output with zeros at masked steps, which the states are not.</summary>
        public Block MaskedOutput { get; init; }

        /// <summary>What a stateful layer begins with.</summary>
        public required Block[] Kept { get; init; }
    }
}
