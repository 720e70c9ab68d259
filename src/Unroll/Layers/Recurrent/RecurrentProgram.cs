using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Models.Execution;
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
    private readonly int _inputMasks, _recurrentMasks; // masks of a batch: 0, 1, one per gate, or one per step
    private readonly CellKind _cell;
    private readonly EmbeddingProjection? _projection;

    public RecurrentProgram(RecurrentLayer layer, ProgramContext context) : base(context)
    {
        _options = layer;
        _cell = layer.Cell;
        _kernel = RecurrentKernels.Create(context.Width, _cell, _options.Activation.Kind, layer.RecurrentActivationKind);
        _inputKernel = layer.Parameters[0];
        _recurrentKernel = layer.Parameters[1];
        _bias = _options.UseBias ? layer.Parameters[2] : null;
        _units = _options.Units;

        // Keras makes masks for 0 < rate < 1 only (SimpleRNN: also for 1), and per gate once recurrent dropout is set.
        bool perStep = _options.RecurrentDropoutPerStep;
        bool perGate = context.IsTraining && layer.GateCount > 1 && _options.RecurrentDropout != 0 && !perStep;
        if (context.IsTraining && IsActive(_options.Dropout)) _inputMasks = perGate ? layer.GateCount : 1;
        if (context.IsTraining && IsActive(_options.RecurrentDropout)) _recurrentMasks = perStep ? context.InputSteps : layer.GateCount;

        var shape = new RecurrentShape(
            _cell, context.InputFeatures, _units, _options.Activation.Kind, layer.RecurrentActivationKind,
            MaskPerGate: _inputMasks > 1 || (_recurrentMasks > 1 && !perStep), HasInputInGates: context.ProjectedEmbedding is not null, context.IsTraining);
        _gateRows = shape.GateRows;
        _weights = new RecurrentWeights(context.Arena, context.Width, shape);
        if (context.ProjectedEmbedding is { } embedding)
            _projection = new EmbeddingProjection(embedding, _inputKernel, _weights, context);
    }

    public override void Prepare() => _weights.Pack(_inputKernel.Value, _recurrentKernel.Value, _bias?.Value ?? default);

    public override void BeginBatch(Inputs inputs, ReadOnlySpan<int> rows) => _projection?.Begin(inputs, rows);

    public override void EndBatch() => _projection?.AddGradients();

    public override LayerBuffers CreateBuffers(Arena arena)
    {
        int steps = Context.InputSteps, lanes = BatchGroup.MaxLanes;

        // A prediction overwrites its states step by step; an embedding that fills the gates fills those of all steps.
        bool keepsSteps = Context.IsTraining || _projection is not null;
        int kept = keepsSteps ? steps : 1;
        long stateSize = (long)kept * RecurrentSequence.Stride(_units, lanes);
        long outputSize = (long)(_options.ReturnSequences ? steps : kept) * RecurrentSequence.Stride(_units, lanes);
        long lastSize = (long)_units * lanes;
        bool lstm = _cell == CellKind.Lstm;
        return new Buffers
        {
            OutputGradient = Context.IsTraining ? arena.Allocate(_options.ReturnSequences ? outputSize : lastSize) : default,
            MaskedOutput = _options.ZeroOutputForMask ? arena.Allocate(_options.ReturnSequences ? outputSize : lastSize) : default,
            InputMask = arena.Allocate((long)_inputMasks * Context.InputFeatures * lanes),
            RecurrentMask = arena.Allocate(_recurrentMasks * lastSize),
            Sequence = new RecurrentSequence
            {
                KeepsSteps = keepsSteps,
                Steps = steps,
                Inputs = Context.InputFeatures,
                Units = _units,
                GoBackwards = _options.GoBackwards,
                ReturnSequences = _options.ReturnSequences,
                RecurrentDropoutPerStep = _options.RecurrentDropoutPerStep,
                Gates = arena.Allocate((long)kept * RecurrentSequence.Stride(_gateRows * _units, lanes)),
                Hidden = arena.Allocate(outputSize),
                Cell = lstm ? arena.Allocate(stateSize) : default,
                CellActivation = lstm ? arena.Allocate(stateSize) : default,
                InitialState = arena.Allocate(lastSize),
                Scratch = arena.Allocate((long)RecurrentSequence.ScratchRows(Context.InputFeatures, _units) * lanes),
            },
        };
    }

    public override void Forward(LayerBuffers own, LayerBuffers input, BatchGroup group)
    {
        var buffers = (Buffers)own;
        RecurrentSequence sequence = buffers.Sequence;
        int lanes = group.Lanes;
        sequence.Lanes = lanes;
        sequence.Input = _projection is null ? input.Output : default;
        _projection?.Fill(sequence.Gates, GatesStride(lanes), group);
        sequence.Mask = input.Mask;
        sequence.InputDropout = Mask(
            buffers.InputMask, _inputMasks * Context.InputFeatures, _options.Dropout, RandomPurpose.Dropout, group);
        sequence.RecurrentDropout = Mask(
            buffers.RecurrentMask, _recurrentMasks * _units, _options.RecurrentDropout, RandomPurpose.RecurrentDropout, group);
        _kernel.Forward(sequence, _weights);

        int stride = RecurrentSequence.Stride(_units, lanes);
        own.Output = _options.ReturnSequences
            ? sequence.Hidden
            : sequence.Hidden.Slice(sequence.KeepsSteps ? (sequence.Steps - 1) * stride : 0, _units * lanes);
        if (_options.ZeroOutputForMask && !input.Mask.IsEmpty)
        {
            MaskedSteps.Copy(sequence, own.Output, buffers.MaskedOutput);
            own.Output = buffers.MaskedOutput;
        }

        own.Mask = _options.ReturnSequences ? input.Mask : default;
    }

    public override void Backward(LayerBuffers own, LayerBuffers input, BatchGroup group)
    {
        GradientStore gradients = Context.Gradients!;
        RecurrentSequence sequence = ((Buffers)own).Sequence;
        sequence.OutputGradient = own.OutputGradient;
        if (_options.ZeroOutputForMask && !sequence.Mask.IsEmpty) MaskedSteps.Copy(sequence, own.OutputGradient, own.OutputGradient);
        sequence.InputGradient = Context.NeedsInputGradient && _projection is null ? input.OutputGradient : default;
        sequence.KernelGradient = gradients.ForGroup(_inputKernel, group);
        sequence.RecurrentGradient = gradients.ForGroup(_recurrentKernel, group);
        sequence.BiasGradient = _bias is null ? default : gradients.ForGroup(_bias, group);
        sequence.ChunkGradientStride = gradients.ChunkStride;
        _kernel.Backward(sequence, _weights);
    }

    public override void AddSharedGradients(LayerBuffers own, BatchGroup group) =>
        _projection?.Collect(((Buffers)own).Sequence.Gates, GatesStride(group.Lanes), group);

    private int GatesStride(int lanes) => RecurrentSequence.Stride(_gateRows * _units, lanes);

    private bool IsActive(double rate) => rate > 0 && (rate < 1 || _cell == CellKind.SimpleRnn);

    private Block Mask(Block buffer, int rows, double rate, RandomPurpose purpose, BatchGroup group)
    {
        if (rows == 0) return default;
        Block mask = buffer.Slice(0, rows * group.Lanes);
        DropoutMask.Fill(
            Context.Width, mask, rows, group.Lanes, group.FirstRow, rate, Context.Seed, purpose, Context.LayerIndex, group.Epoch, group.Step);
        return mask;
    }

    private sealed class Buffers : LayerBuffers
    {
        public required RecurrentSequence Sequence { get; init; }

        /// <summary>The output with zeros at masked steps, which the states are not.</summary>
        public Block MaskedOutput { get; init; }

        public Block InputMask { get; init; }

        public Block RecurrentMask { get; init; }
    }
}
