using Unroll.Execution;
using Unroll.Kernels.Gemm;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Random;

namespace Unroll.Layers;

/// <summary>
/// Runs <see cref="ConvLSTM1D"/>. What the windows over the input and over the state see stands side by side, <c>[L'][k · C + k · F]</c>, so
/// that both convolutions of a step are one product with the kernel above the recurrent kernel.
/// </summary>
internal sealed class ConvLSTMProgram : LayerProgram
{
    private readonly ConvLSTM1D _layer;
    private readonly RecurrentInputs _inputs;
    private readonly RecurrentStates? _kept;
    private readonly ConvLSTMGates _gates;
    private readonly StepProducts _products;
    private readonly PackedWeights _packed;
    private readonly PackedWeights? _inputTransposed, _stateTransposed;
    private readonly Block _stacked;
    private readonly WindowColumns _inputColumns, _stateColumns;
    private readonly int _steps, _length, _places, _channels, _filters;
    private readonly bool _hasState, _dropsInput, _dropsState;

    public ConvLSTMProgram(ConvLSTM1D layer, ProgramContext context, RecurrentInputs inputs) : base(context)
    {
        (_layer, _inputs) = (layer, inputs);
        _kept = layer.States is { } states && inputs.State is null ? states : null;
        (_steps, _length, _channels) = (context.Inputs[0].Dimensions[0], context.Inputs[0].Dimensions[1], context.InputFeatures);
        (_places, _filters) = (layer.Window.Count(_length)!.Value, layer.Filters);
        _hasState = inputs.State is not null || _kept is not null;
        _dropsInput = context.IsTraining && layer.Dropout is > 0 and < 1;
        _dropsState = context.IsTraining && layer.RecurrentDropout is > 0 and < 1;
        int inputDepth = checked(layer.KernelSize * _channels), stateDepth = checked(layer.KernelSize * _filters), columns = 4 * _filters;
        _inputColumns = new WindowColumns(layer.Window, _length, _places, _channels, inputDepth + stateDepth, 0);
        _stateColumns = new WindowColumns(layer.StateWindow, _places, _places, _filters, inputDepth + stateDepth, inputDepth);
        _gates = new ConvLSTMGates(layer, context.Width);
        _products = StepProducts.Create(context.Width);
        _stacked = context.Arena.Allocate((long)(inputDepth + stateDepth) * columns);
        _packed = new PackedWeights(context.Arena, context.Width, inputDepth + stateDepth, columns);
        if (context.NeedsInputGradient) _inputTransposed = new PackedWeights(context.Arena, context.Width, columns, inputDepth);
        if (context.IsTraining) _stateTransposed = new PackedWeights(context.Arena, context.Width, columns, stateDepth);
    }

    // Every step adds to the gradients.
    public override bool AddsInParts => true;

    private int Depth => _inputColumns.Depth;

    private int InputDepth => _stateColumns.Offset;

    public override void Prepare()
    {
        Block kernel = _layer.Parameters[0].Value, recurrent = _layer.Parameters[1].Value;
        int columns = 4 * _filters, first = InputDepth * columns, second = (Depth - InputDepth) * columns;
        kernel.Span[..first].CopyTo(_stacked.Span);
        recurrent.Span[..second].CopyTo(_stacked.Span[first..]);
        _packed.Pack(_stacked, 0, columns);
        _inputTransposed?.Pack(kernel, 0, columns, transposed: true);
        _stateTransposed?.Pack(recurrent, 0, columns, transposed: true);
    }

    public override void BeginBatch(Inputs inputs, ReadOnlySpan<int> rows) => _kept?.Require(rows.Length, [_places * _filters, _places * _filters]);

    public override Frame CreateFrame(Arena arena)
    {
        long all = (long)_steps * _places;
        Block Steps(long steps, int features) => arena.Allocate(steps * RecurrentSequence.Stride(features, BatchGroup.MaxLanes));
        Block IfTraining(long steps, int features) => Context.IsTraining ? Steps(steps, features) : default;
        return new ConvLSTMFrame([.. Enumerable.Range(0, Context.Outputs.Count).Select(i => Context.NewOutput(arena, i, 0))])
        {
            Columns = Steps(all, Depth),
            Gates = Steps(all, 4 * _filters),
            Hidden = Steps(all + _places, _filters),
            Cell = Steps(all + _places, _filters),
            CellActivation = Steps(all, _filters),
            Visible = Steps(all, _filters),
            StepMask = arena.Allocate((long)_steps * BatchGroup.MaxLanes),
            PlaceMask = arena.Allocate(all * BatchGroup.MaxLanes),
            InputFactors = _dropsInput ? arena.Allocate((long)_length * _channels * BatchGroup.MaxLanes) : default,
            StateFactors = _dropsState ? arena.Allocate((long)_places * _filters * BatchGroup.MaxLanes) : default,
            Dense = _kept is null ? default : arena.Allocate((long)_places * _filters * BatchGroup.MaxLanes),
            Delta = IfTraining(_places, 4 * _filters),
            ColumnGradient = IfTraining(_places, Math.Max(InputDepth, Depth - InputDepth)),
            HiddenGradient = IfTraining(_places, _filters),
            CellGradient = IfTraining(_places, _filters),
            Carried = IfTraining(_places, _filters),
            Scratch = arena.Allocate((long)_filters * BatchGroup.MaxLanes),
        };
    }

    public override void Forward(Frame frame, BatchGroup group)
    {
        var own = (ConvLSTMFrame)frame;
        int lanes = group.Lanes;
        Begin(own, group);
        Block bias = _layer.UseBias ? _layer.Parameters[2].Value : default;
        for (int t = 0; t < _steps; t++)
        {
            Block columns = From(own.Columns, t * _places, Depth, lanes);
            _inputColumns.Gather(From(own.Input.Value, TimeOf(t) * _length, _channels, lanes), own.InputFactors, columns, lanes);
            _stateColumns.Gather(From(own.Hidden, t * _places, _filters, lanes), own.StateFactors, columns, lanes);
            _products.Assign(
                _packed, columns, RecurrentSequence.Stride(Depth, lanes), From(own.Gates, t * _places, 4 * _filters, lanes),
                RecurrentSequence.Stride(4 * _filters, lanes), bias, _places, lanes);
            _gates.Forward(own, t, _places, own.IsMasked ? own.StepMask.Span.Slice(TimeOf(t) * lanes, lanes) : default, lanes);
        }

        SetOutputs(own, group);
    }

    public override void Backward(Frame frame, BatchGroup group)
    {
        var own = (ConvLSTMFrame)frame;
        GradientStore gradients = Context.Gradients!;
        int lanes = group.Lanes, width = 4 * _filters, size = _places * RecurrentSequence.Stride(_filters, lanes);
        int columnStride = RecurrentSequence.Stride(Depth, lanes), gateStride = RecurrentSequence.Stride(width, lanes);
        Start(own.HiddenGradient, own.Outputs.Length > 1 ? own.Outputs[1].Gradient : default);
        Start(own.CellGradient, own.Outputs.Length > 2 ? own.Outputs[2].Gradient : default);
        own.Carried.Clear();
        if (Context.NeedsInputGradient) own.Input.Gradient.Clear();
        for (int t = _steps - 1; t >= 0; t--)
        {
            Block gradient = own.Output.Gradient.IsEmpty || !_layer.ReturnSequences && t < _steps - 1 ? default
                : From(own.Output.Gradient, _layer.ReturnSequences ? t * _places : 0, _filters, lanes);
            _gates.Backward(own, t, _places, gradient, own.IsMasked ? own.StepMask.Span.Slice(TimeOf(t) * lanes, lanes) : default, lanes);
            Block columns = From(own.Columns, t * _places, Depth, lanes);
            _products.AddGradient(
                columns, columnStride, InputDepth, own.Delta, gateStride, width, _places, lanes,
                gradients.ForGroup(_layer.Parameters[0], group), width, gradients.ChunkStride);
            _products.AddGradient(
                columns.Slice(InputDepth * lanes, columns.Length - InputDepth * lanes), columnStride, Depth - InputDepth, own.Delta, gateStride, width, _places, lanes,
                gradients.ForGroup(_layer.Parameters[1], group), width, gradients.ChunkStride);
            if (_layer.UseBias) _products.AddBias(own.Delta, gateStride, width, _places, lanes, gradients.ForGroup(_layer.Parameters[2], group), gradients.ChunkStride);
            if (t > 0 || _hasState) Return(_stateTransposed!, _stateColumns, own, own.StateFactors, own.HiddenGradient, lanes);
            if (Context.NeedsInputGradient)
                Return(_inputTransposed!, _inputColumns, own, own.InputFactors, From(own.Input.Gradient, TimeOf(t) * _length, _channels, lanes), lanes);
        }

        if (_inputs.State is not { } state) return;
        for (int i = 0; i < 2; i++)
        {
            if (Context.InputGradients[state + i])
                Copy(i == 0 ? own.HiddenGradient : own.CellGradient, own.Inputs[state + i].Gradient, lanes);
        }

        void Start(Block target, Block source)
        {
            if (source.IsEmpty) target.Span[..size].Clear();
            else Copy(source, target, lanes);
        }
    }

    /// <summary>Takes the gradient at the gates back through a convolution and adds it where the windows looked.</summary>
    private void Return(PackedWeights transposed, WindowColumns columns, ConvLSTMFrame own, Block factors, Block target, int lanes)
    {
        int depth = transposed.Width;
        _products.Assign(transposed, own.Delta, RecurrentSequence.Stride(4 * _filters, lanes), own.ColumnGradient, RecurrentSequence.Stride(depth, lanes), default, _places, lanes);
        columns.Scatter(own.ColumnGradient, depth, factors, target, lanes);
    }

    /// <summary>Sets states, masks and what dropout leaves before the first step.</summary>
    private void Begin(ConvLSTMFrame own, BatchGroup group)
    {
        int lanes = group.Lanes;
        for (int i = 0; i < 2; i++)
        {
            Block target = i == 0 ? own.Hidden : own.Cell;
            if (_inputs.State is { } state) Copy(own.Inputs[state + i].Value, target, lanes);
            else if (_kept is not null) Turn(_kept.Restore(i, own.Dense, group), target, lanes, spreads: true);
            else target.Span[..(_places * RecurrentSequence.Stride(_filters, lanes))].Clear();
        }

        SetMask(own, lanes);
        if (_dropsInput) Draw(own.InputFactors, _length * _channels, _layer.Dropout, RandomPurpose.Dropout, group);
        if (_dropsState) Draw(own.StateFactors, _places * _filters, _layer.RecurrentDropout, RandomPurpose.RecurrentDropout, group);
    }

    /// <summary>A step counts if it is said to, or if any of its places does.</summary>
    private void SetMask(ConvLSTMFrame own, int lanes)
    {
        Block mask = _inputs.MaskOf(own);
        own.IsMasked = !mask.IsEmpty;
        if (own.IsMasked) Fill(mask, _inputs.Mask is not null ? 1 : _length);
        else if (_layer.ReturnSequences && !own.Input.Mask.IsEmpty) Fill(own.Input.Mask, _length); // passed on only
        if (!_layer.ReturnSequences) return;
        bool passes = own.IsMasked || !own.Input.Mask.IsEmpty;
        for (int t = 0; passes && t < _steps; t++)
            for (int place = 0; place < _places; place++)
                own.StepMask.Span.Slice(t * lanes, lanes).CopyTo(own.PlaceMask.Span[((t * _places + place) * lanes)..]);
        own.Output.Mask = passes ? own.PlaceMask : default;

        void Fill(Block source, int places)
        {
            for (int t = 0; t < _steps; t++)
            {
                Span<float> step = own.StepMask.Span.Slice(t * lanes, lanes);
                step.Clear();
                for (int place = 0; place < places; place++)
                {
                    ReadOnlySpan<float> row = source.Span.Slice((t * places + place) * lanes, lanes);
                    for (int lane = 0; lane < lanes; lane++)
                        if (row[lane] != 0) step[lane] = 1;
                }
            }
        }
    }

    private void SetOutputs(ConvLSTMFrame own, BatchGroup group)
    {
        int lanes = group.Lanes, last = _steps * _places;
        Block hidden = From(own.Hidden, last, _filters, lanes), cell = From(own.Cell, last, _filters, lanes);
        own.Output.Value = own.IsMasked
            ? From(own.Visible, _layer.ReturnSequences ? 0 : last - _places, _filters, lanes)
            : _layer.ReturnSequences ? From(own.Hidden, _places, _filters, lanes) : hidden;
        if (own.Outputs.Length > 1) (own.Outputs[1].Value, own.Outputs[2].Value) = (hidden, cell);
        if (_kept is null) return;
        Turn(own.Dense, hidden, lanes, spreads: false);
        _kept.Keep(0, own.Dense, group);
        Turn(own.Dense, cell, lanes, spreads: false);
        _kept.Keep(1, own.Dense, group);
    }

    private void Draw(Block factors, int rows, double rate, RandomPurpose purpose, BatchGroup group) => DropoutMask.Fill(
        Context.Width, factors.Slice(0, rows * group.Lanes), rows, group.Lanes, group.FirstRow, rate, Context.Seed, purpose, Context.LayerIndex, group.Epoch, group.Step);

    private int TimeOf(int step) => _layer.GoBackwards ? _steps - 1 - step : step;

    /// <summary>Copies a state.</summary>
    private void Copy(Block source, Block target, int lanes)
    {
        int size = RecurrentSequence.Extent(_places, _filters, lanes);
        source.Span[..size].CopyTo(target.Span);
    }

    /// <summary>Copies a state without gaps between its places to one with gaps, or back.</summary>
    private void Turn(Block dense, Block spread, int lanes, bool spreads)
    {
        int size = _filters * lanes;
        for (int place = 0; place < _places; place++)
        {
            Span<float> a = dense.Span.Slice(place * size, size), b = LaneTensor.Step(spread, place, _filters, lanes);
            if (spreads) a.CopyTo(b);
            else b.CopyTo(a);
        }
    }

    private static Block From(Block block, int step, int features, int lanes)
    {
        int offset = step * RecurrentSequence.Stride(features, lanes);
        return block.Slice(offset, block.Length - offset);
    }
}
