using Unroll.Execution;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Random;

namespace Unroll.Layers;

/// <summary>Runs SimpleRNN, LSTM and GRU: lays out buffers for the cell's kernel and draws its dropout masks.</summary>
internal sealed class RecurrentProgram : LayerProgram
{
    private readonly RecurrentLayer _options;
    private readonly RecurrentKernel _kernel;
    private readonly Parameter _inputKernel, _recurrentKernel;
    private readonly Parameter? _bias;
    private readonly RecurrentWeights _weights;
    private readonly int _units, _gateRows;
    private readonly RecurrentMasks _masks;
    private readonly CellKind _cell;
    private readonly EmbeddingProjection? _projection;
    private readonly RecurrentInputs _inputs;
    private readonly RecurrentStates? _kept;
    private readonly int[] _stateSizes;

    public RecurrentProgram(RecurrentLayer layer, ProgramContext context, RecurrentInputs inputs) : base(context)
    {
        _options = layer;
        _cell = layer.Cell;
        _inputs = inputs;
        _kept = layer.States is { } states && inputs.State is null ? states : null;
        _kernel = RecurrentKernels.Create(context.Width, _cell, _options.Activation.Kind!.Value, layer.GateActivation.Kind!.Value);
        _inputKernel = layer.Parameters[0];
        _recurrentKernel = layer.Parameters[1];
        _bias = _options.UseBias ? layer.Parameters[2] : null;
        _units = _options.Units;
        _stateSizes = _cell == CellKind.Lstm ? [_units, _units] : [_units];

        _masks = RecurrentMasks.Of(layer, context.IsTraining, context.InputSteps);
        var shape = new RecurrentShape(
            _cell, context.InputFeatures, _units, _options.Activation.Kind!.Value, layer.GateActivation.Kind!.Value,
            MaskPerGate: _masks.Input > 1 || _masks.Recurrent > 1, HasInputInGates: context.Absorbed is not null, context.IsTraining);
        _gateRows = shape.GateRows;
        _weights = new RecurrentWeights(context.Arena, context.Width, shape);
        if (context.Absorbed is Embedding embedding)
            _projection = new EmbeddingProjection(embedding, _inputKernel, _weights, context);
    }

    public override bool AddsInParts => _inputs.State is not null || _kept is not null;

    public override void Prepare() => _weights.Pack(_inputKernel.Value, _recurrentKernel.Value, _bias?.Value ?? default);

    public override void BeginBatch(Inputs inputs, ReadOnlySpan<int> rows)
    {
        _projection?.Begin(inputs, rows);
        _kept?.Require(rows.Length, _stateSizes);
    }

    public override void EndBatch() => _projection?.AddGradients();

    public override Frame CreateFrame(Arena arena)
    {
        int steps = Context.InputSteps, lanes = BatchGroup.MaxLanes;

        // A prediction overwrites its states step by step; an embedding that fills the gates fills those of all steps.
        bool keepsSteps = Context.IsTraining || _projection is not null;
        int kept = keepsSteps ? steps : 1;
        long stateSize = (long)kept * RecurrentSequence.Stride(_units, lanes);
        long outputSize = (long)(_options.ReturnSequences ? steps : kept) * RecurrentSequence.Stride(_units, lanes);
        long lastSize = (long)_units * lanes;
        bool lstm = _cell == CellKind.Lstm;
        bool hasState = _inputs.State is not null || _kept is not null;
        LaneTensor[] outputs = [.. Enumerable.Range(0, Context.Outputs.Count).Select(i => Context.NewOutput(arena, i, 0))];
        return new RecurrentFrame(outputs)
        {
            MaskedOutput = _options.ZeroOutputForMask || hasState ? arena.Allocate(_options.ReturnSequences ? outputSize : lastSize) : default,
            InputMask = arena.Allocate((long)_masks.Sets * _masks.Input * Context.InputFeatures * lanes),
            RecurrentMask = arena.Allocate(_masks.Sets * _masks.Recurrent * lastSize),
            Sequence = new RecurrentSequence
            {
                KeepsSteps = keepsSteps,
                Steps = steps,
                Inputs = Context.InputFeatures,
                Units = _units,
                GoBackwards = _options.GoBackwards,
                ReturnSequences = _options.ReturnSequences,
                HasMasksPerStep = _masks.Sets > 1,
                MaskedSteps = _masks.Sets > 1 ? arena.Allocate((long)steps * RecurrentSequence.Stride(Math.Max(Context.InputFeatures, _units), lanes)) : default,
                Gates = arena.Allocate((long)kept * RecurrentSequence.Stride(_gateRows * _units, lanes)),
                Hidden = arena.Allocate(outputSize),
                Cell = lstm ? arena.Allocate(stateSize) : default,
                CellActivation = lstm ? arena.Allocate(stateSize) : default,
                HasInitialState = hasState,
                InitialState = arena.Allocate(lastSize),
                InitialCell = hasState && lstm ? arena.Allocate(lastSize) : default,
                Scratch = arena.Allocate((long)RecurrentSequence.ScratchRows(Context.InputFeatures, _units) * lanes),
            },
        };
    }

    public override void Forward(Frame frame, BatchGroup group)
    {
        var own = (RecurrentFrame)frame;
        RecurrentSequence sequence = own.Sequence;
        int lanes = group.Lanes;
        sequence.Lanes = lanes;
        sequence.Input = _projection is null ? own.Input.Value : default;
        _projection?.Fill(sequence.Gates, GatesStride(lanes), group);
        sequence.Mask = _inputs.MaskOf(own);
        if (sequence.HasInitialState) SetInitialState(own, group);
        sequence.InputDropout = Mask(
            own.InputMask, _masks.Sets * _masks.Input * Context.InputFeatures, _options.Dropout, RandomPurpose.Dropout, group);
        sequence.RecurrentDropout = Mask(
            own.RecurrentMask, _masks.Sets * _masks.Recurrent * _units, _options.RecurrentDropout, RandomPurpose.RecurrentDropout, group);
        _kernel.Forward(sequence, _weights);
        SetOutputs(own, lanes);
        if (_kept is null) return;
        _kept.Keep(0, LastHidden(sequence), group);
        if (!sequence.Cell.IsEmpty) _kept.Keep(1, LastCell(sequence), group);
    }

    public override void Backward(Frame frame, BatchGroup group)
    {
        var own = (RecurrentFrame)frame;
        GradientStore gradients = Context.Gradients!;
        RecurrentSequence sequence = own.Sequence;
        Block outputGradient = own.Output.Gradient;
        sequence.OutputGradient = outputGradient;
        if (!outputGradient.IsEmpty) HideMasked(sequence, outputGradient, outputGradient);
        if (own.Outputs.Length > 1) sequence.FinalStateGradient = own.Outputs[1].Gradient;
        if (own.Outputs.Length > 2) sequence.FinalCellGradient = own.Outputs[2].Gradient;
        if (_inputs.State is { } state)
        {
            if (Context.InputGradients[state]) sequence.InitialStateGradient = own.Inputs[state].Gradient;
            if (_cell == CellKind.Lstm && Context.InputGradients[state + 1]) sequence.InitialCellGradient = own.Inputs[state + 1].Gradient;
        }

        sequence.InputGradient = Context.NeedsInputGradient && _projection is null ? own.Input.Gradient : default;
        sequence.KernelGradient = gradients.ForGroup(_inputKernel, group);
        sequence.RecurrentGradient = gradients.ForGroup(_recurrentKernel, group);
        sequence.BiasGradient = _bias is null ? default : gradients.ForGroup(_bias, group);
        sequence.ChunkGradientStride = gradients.ChunkStride;
        _kernel.Backward(sequence, _weights);
    }

    public override void AddSharedGradients(Frame frame, BatchGroup group) =>
        _projection?.Collect(((RecurrentFrame)frame).Sequence.Gates, GatesStride(group.Lanes), group);

    private void SetOutputs(RecurrentFrame own, int lanes)
    {
        RecurrentSequence sequence = own.Sequence;
        Block last = LastHidden(sequence);
        own.Output.Value = _options.ReturnSequences ? sequence.Hidden : last;
        if (own.Outputs.Length > 1) own.Outputs[1].Value = last;
        if (own.Outputs.Length > 2) own.Outputs[2].Value = LastCell(sequence);
        if (HideMasked(sequence, own.Output.Value, own.MaskedOutput)) own.Output.Value = own.MaskedOutput;

        own.Output.Mask = _options.ReturnSequences ? _inputs.PassedMaskOf(own) : default;
    }

    /// <summary>Copies outputs, or gradients at them, without what masked steps don't put out; false if everything is put out.</summary>
    private bool HideMasked(RecurrentSequence sequence, Block source, Block target)
    {
        if (sequence.Mask.IsEmpty) return false;
        if (_options.ZeroOutputForMask) MaskedSteps.Copy(sequence, source, target);
        else if (sequence.HasInitialState) MaskedSteps.CopyBegun(sequence, source, target);
        else return false;
        return true;
    }

    /// <summary>The kernel may change what it is given: states that belong to other layers are copied.</summary>
    private void SetInitialState(RecurrentFrame own, BatchGroup group)
    {
        RecurrentSequence sequence = own.Sequence;
        int size = _units * group.Lanes;
        if (_inputs.State is { } state)
        {
            own.Inputs[state].Value.Span[..size].CopyTo(sequence.InitialState.Span);
            if (_cell == CellKind.Lstm) own.Inputs[state + 1].Value.Span[..size].CopyTo(sequence.InitialCell.Span);
            return;
        }

        _kept!.Restore(0, sequence.InitialState, group);
        if (_cell == CellKind.Lstm) _kept.Restore(1, sequence.InitialCell, group);
    }

    private Block LastHidden(RecurrentSequence sequence) => sequence.Hidden.Slice(
        sequence.KeepsSteps || sequence.ReturnSequences ? (sequence.Steps - 1) * RecurrentSequence.Stride(_units, sequence.Lanes) : 0, _units * sequence.Lanes);

    private Block LastCell(RecurrentSequence sequence) => sequence.Cell.Slice(
        sequence.KeepsSteps ? (sequence.Steps - 1) * RecurrentSequence.Stride(_units, sequence.Lanes) : 0, _units * sequence.Lanes);

    private int GatesStride(int lanes) => RecurrentSequence.Stride(_gateRows * _units, lanes);

    private Block Mask(Block buffer, int rows, double rate, RandomPurpose purpose, BatchGroup group)
    {
        if (rows == 0) return default;
        Block mask = buffer.Slice(0, rows * group.Lanes);
        DropoutMask.Fill(
            Context.Width, mask, rows, group.Lanes, group.FirstRow, rate, Context.Seed, purpose, Context.LayerIndex, group.Epoch, group.Step);
        return mask;
    }

    private sealed class RecurrentFrame(LaneTensor[] outputs) : Frame(outputs)
    {
        public required RecurrentSequence Sequence { get; init; }

        /// <summary>The output with zeros at masked steps, which the states are not.</summary>
        public Block MaskedOutput { get; init; }

        public Block InputMask { get; init; }

        public Block RecurrentMask { get; init; }
    }
}
