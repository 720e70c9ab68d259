using Unroll.Kernels.Gemm;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Models.Execution;
using Unroll.Random;

namespace Unroll.Layers;

/// <summary>Runs SimpleRNN, LSTM and GRU: lays out weights and buffers for the cell's kernel and draws its dropout masks.</summary>
internal sealed class RecurrentProgram : LayerProgram
{
    private readonly RecurrentOptions _options;
    private readonly RecurrentKernel _kernel;
    private readonly Parameter _inputKernel, _recurrentKernel;
    private readonly Parameter? _bias;
    private readonly int[][] _kernelColumns, _recurrentColumns;
    private readonly RecurrentWeights _weights;
    private readonly int _units, _columns, _gateRows;
    private readonly int _inputMasks, _recurrentMasks; // masks of a batch: 0, 1, one per gate, or one per step
    private readonly CellKind _cell;
    private readonly EmbeddingProjection? _projection;

    public RecurrentProgram(RecurrentLayer layer, ProgramContext context) : base(context)
    {
        _options = layer.BaseOptions;
        _cell = layer.Cell;
        _kernel = RecurrentKernels.Create(context.Width, _cell, _options.Activation.Kind, layer.RecurrentActivationKind);
        _inputKernel = layer.Parameters[0];
        _recurrentKernel = layer.Parameters[1];
        _bias = _options.UseBias ? layer.Parameters[2] : null;
        _units = _options.Units;
        _columns = layer.GateCount * _units;
        _gateRows = _cell == CellKind.SimpleRnn ? 1 : 4;

        // Keras makes masks for 0 < rate < 1 only (SimpleRNN: also for 1), and per gate once recurrent dropout is set.
        bool perStep = _options.RecurrentDropoutPerStep;
        bool perGate = context.IsTraining && layer.GateCount > 1 && _options.RecurrentDropout != 0 && !perStep;
        if (context.IsTraining && IsActive(_options.Dropout)) _inputMasks = perGate ? layer.GateCount : 1;
        if (context.IsTraining && IsActive(_options.RecurrentDropout)) _recurrentMasks = perStep ? context.InputSteps : layer.GateCount;

        _kernelColumns = KernelColumns(_inputMasks > 1);
        _recurrentColumns = RecurrentColumns(_recurrentMasks > 1 && !perStep);
        bool training = context.IsTraining;
        _weights = new RecurrentWeights
        {
            Kernel = [.. _kernelColumns.Select(columns => Packed(context.InputFeatures, columns.Length))],
            KernelTransposed = training ? [.. _kernelColumns.Select(columns => Packed(columns.Length, context.InputFeatures))] : [],
            Recurrent = [.. _recurrentColumns.Select(columns => Packed(_units, columns.Length))],
            RecurrentTransposed = training ? [.. _recurrentColumns.Select(columns => Packed(columns.Length, _units))] : [],
            Bias = _bias is null ? default : context.Arena.Allocate(_columns),
            RecurrentBias = _cell == CellKind.Gru && _bias is not null ? context.Arena.Allocate(_units) : default,
        };
        if (context.ProjectedEmbedding is { } embedding)
            _projection = new EmbeddingProjection(embedding, _inputKernel, _kernelColumns[0], _weights, context);
    }

    public override void Prepare()
    {
        for (int g = 0; g < _kernelColumns.Length; g++)
            Pack(_weights.Kernel[g], Context.IsTraining ? _weights.KernelTransposed[g] : null, _inputKernel, _kernelColumns[g]);
        for (int g = 0; g < _recurrentColumns.Length; g++)
            Pack(_weights.Recurrent[g], Context.IsTraining ? _weights.RecurrentTransposed[g] : null, _recurrentKernel, _recurrentColumns[g]);
        if (_bias is not null) PrepareBias(_bias.Value.Span, _weights.Bias.Span);
    }

    public override void BeginBatch(Inputs inputs, ReadOnlySpan<int> rows) => _projection?.Begin(inputs, rows);

    public override void EndBatch() => _projection?.AddGradients();

    public override LayerBuffers CreateBuffers(Arena arena)
    {
        int steps = Context.InputSteps, lanes = BatchGroup.MaxLanes;
        long stateSize = (long)steps * RecurrentSequence.Stride(_units, lanes);
        long lastSize = (long)_units * lanes;
        bool lstm = _cell == CellKind.Lstm;
        return new Buffers
        {
            OutputGradient = Context.IsTraining ? arena.Allocate(_options.ReturnSequences ? stateSize : lastSize) : default,
            InputMask = arena.Allocate((long)_inputMasks * Context.InputFeatures * lanes),
            RecurrentMask = arena.Allocate(_recurrentMasks * lastSize),
            Sequence = new RecurrentSequence
            {
                Steps = steps,
                Inputs = Context.InputFeatures,
                Units = _units,
                GoBackwards = _options.GoBackwards,
                ReturnSequences = _options.ReturnSequences,
                RecurrentDropoutPerStep = _options.RecurrentDropoutPerStep,
                Gates = arena.Allocate((long)steps * RecurrentSequence.Stride(_gateRows * _units, lanes)),
                Hidden = arena.Allocate(stateSize),
                Cell = lstm ? arena.Allocate(stateSize) : default,
                CellActivation = lstm ? arena.Allocate(stateSize) : default,
                InitialState = arena.Allocate(lastSize),
                Scratch = arena.Allocate((long)RecurrentSequence.ScratchRows(Context.InputFeatures, _units, _gateRows) * lanes),
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
            : sequence.Hidden.Slice((sequence.Steps - 1) * stride, _units * lanes);
        own.Mask = _options.ReturnSequences ? input.Mask : default;
    }

    public override void Backward(LayerBuffers own, LayerBuffers input, BatchGroup group)
    {
        GradientStore gradients = Context.Gradients!;
        RecurrentSequence sequence = ((Buffers)own).Sequence;
        sequence.OutputGradient = own.OutputGradient;
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

    private PackedWeights Packed(int depth, int width) => new(Context.Arena, Context.Width, depth, width);

    private Block Mask(Block buffer, int rows, double rate, RandomPurpose purpose, BatchGroup group)
    {
        if (rows == 0) return default;
        Block mask = buffer.Slice(0, rows * group.Lanes);
        DropoutMask.Fill(
            Context.Width, mask, rows, group.Lanes, group.FirstRow, rate, Context.Seed, purpose, Context.LayerIndex, group.Epoch, group.Step);
        return mask;
    }

    /// <summary>Columns of the kernel in the order of the gates' rows: GRU kernels keep h before z and r.</summary>
    private int[][] KernelColumns(bool perGate)
    {
        int[][] gates = _cell is CellKind.Gru or CellKind.GruResetBefore ? [Gate(2), Gate(0), Gate(1)] : [.. Enumerable.Range(0, _columns / _units).Select(Gate)];
        return perGate ? gates : [[.. gates.SelectMany(columns => columns)]];
    }

    /// <summary>Columns of the recurrent kernel; without reset_after, h is multiplied after z and r are known.</summary>
    private int[][] RecurrentColumns(bool perGate)
    {
        int[][] gates = [.. Enumerable.Range(0, _columns / _units).Select(Gate)];
        if (perGate) return gates;
        return _cell == CellKind.GruResetBefore ? [[.. gates[0], .. gates[1]], gates[2]] : [[.. gates.SelectMany(columns => columns)]];
    }

    private int[] Gate(int index) => [.. Enumerable.Range(index * _units, _units)];

    private void Pack(PackedWeights forward, PackedWeights? backward, Parameter source, int[] columns)
    {
        bool contiguous = columns[^1] - columns[0] == columns.Length - 1;
        int offset = contiguous ? columns[0] : 0;
        forward.Pack(source.Value, offset, _columns, transposed: false, contiguous ? null : columns);
        backward?.Pack(source.Value, offset, _columns, transposed: true, contiguous ? null : columns);
    }

    /// <summary>The bias in the order of the gates' rows. GRU with reset_after: z and r only ever see the sum of both biases.</summary>
    private void PrepareBias(ReadOnlySpan<float> bias, Span<float> target)
    {
        if (_cell is not (CellKind.Gru or CellKind.GruResetBefore))
        {
            bias[.._columns].CopyTo(target);
            return;
        }

        int units = _units;
        bias.Slice(2 * units, units).CopyTo(target);
        bias[..(2 * units)].CopyTo(target[units..]);
        if (_cell != CellKind.Gru) return;
        for (int i = 0; i < 2 * units; i++) target[units + i] += bias[3 * units + i];
        bias.Slice(5 * units, units).CopyTo(_weights.RecurrentBias.Span);
    }

    private sealed class Buffers : LayerBuffers
    {
        public required RecurrentSequence Sequence { get; init; }

        public Block InputMask { get; init; }

        public Block RecurrentMask { get; init; }
    }
}
