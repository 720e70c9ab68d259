using System.Numerics.Tensors;
using Unroll.Execution;
using Unroll.Kernels.Gemm;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;

namespace Unroll.Layers;

/// <summary>
/// Runs <see cref="Conv1D"/>: what a window sees is put side by side, <c>[T'][q · c]</c>, and goes through the products of a dense
/// layer, whose tiles run over the whole depth at once. Windows without gaps are read where they overlap in one copy of the
/// input, step after step without a space between, so that no step is copied twice; and where they also move by one step, the
/// gradient at the input is a convolution itself, of the gradient at the output with the filters turned round.
/// </summary>
internal sealed class ConvolutionProgram : LayerProgram
{
    private readonly Conv1D _layer;
    private readonly TimeWindow _window;
    private readonly StepProducts _products;
    private readonly StepActivation _activation;
    private readonly PackedWeights[] _packed, _transposed;
    private readonly int _before, _groups, _channels, _filters, _depth; // channels, filters and depth of a group
    private readonly bool _readsInput; // a window of one step is the input itself
    private readonly bool _overlaps; // windows lie in one copy of the input
    private readonly PackedWeights? _turned; // [q from the last · filter][channel]; present if the gradient is a convolution
    private readonly Block _turnedKernel;

    public ConvolutionProgram(Conv1D layer, ProgramContext context) : base(context)
    {
        (_layer, _window, _groups) = (layer, layer.Window, layer.Groups);
        _before = _window.Before(context.InputSteps);
        (_channels, _filters) = (context.InputFeatures / _groups, layer.Filters / _groups);
        _depth = _window.Size * _channels;
        _readsInput = _window is { Size: 1, Stride: 1 } && _groups == 1;
        _overlaps = !_readsInput && _window.Dilation == 1 && _groups == 1;
        _products = StepProducts.Create(context.Width);
        _activation = new StepActivation(layer.Activation, context);
        _packed = Packed(_depth, _filters);
        bool turns = context.NeedsInputGradient && _overlaps && _window.Stride == 1;
        _transposed = context.NeedsInputGradient && !turns ? Packed(_filters, _depth) : [];
        _turnedKernel = turns ? context.Arena.Allocate((long)_depth * _filters) : default;
        _turned = turns ? new PackedWeights(context.Arena, context.Width, _window.Size * _filters, _channels) : null;

        PackedWeights[] Packed(int depth, int width) => [.. Enumerable.Range(0, _groups).Select(_ => new PackedWeights(context.Arena, context.Width, depth, width))];
    }

    private LaneShape Output => Context.Outputs[0];

    public override void Prepare()
    {
        for (int g = 0; g < _groups; g++)
        {
            _packed[g].Pack(_layer.Parameters[0].Value, g * _filters, _layer.Filters);
            if (_transposed.Length > 0) _transposed[g].Pack(_layer.Parameters[0].Value, g * _filters, _layer.Filters, transposed: true);
        }

        if (_turned is null) return;
        ReadOnlySpan<float> kernel = _layer.Parameters[0].Value.Span;
        Span<float> turned = _turnedKernel.Span;
        for (int q = 0; q < _window.Size; q++)
            for (int c = 0; c < _channels; c++)
                for (int f = 0; f < _filters; f++)
                    turned[((_window.Size - 1 - q) * _filters + f) * _channels + c] = kernel[(q * _channels + c) * _filters + f];
        _turned.Pack(_turnedKernel, 0, _channels);
    }

    public override Frame CreateFrame(Arena arena)
    {
        long size = _readsInput ? 0 : LaneTensor.SizeOf(new LaneShape(Output.Steps, _depth));
        long read = _overlaps ? (long)((Output.Steps - 1) * _window.Stride + _window.Size) * _channels * BatchGroup.MaxLanes : size;
        return new ConvolutionFrame(Context.NewOutput(arena))
        {
            Columns = [.. Enumerable.Range(0, _groups).Select(_ => arena.Allocate(read))],
            ColumnGradient = arena.Allocate(
                _turned is not null ? (long)(Output.Steps + 2 * (_window.Size - 1)) * _filters * BatchGroup.MaxLanes
                : Context.NeedsInputGradient ? size : 0),
        };
    }

    public override void Forward(Frame frame, BatchGroup group)
    {
        var own = (ConvolutionFrame)frame;
        int lanes = group.Lanes, stride = RecurrentSequence.Stride(_layer.Filters, lanes), columnStride = ColumnStride(lanes);
        Block bias = _layer.UseBias ? _layer.Parameters[1].Value : default;
        for (int g = 0; g < _groups; g++)
        {
            if (_overlaps) Copy(own, lanes);
            else if (!_readsInput) Gather(own, g, lanes);
            _products.Assign(
                _packed[g], Columns(own, g), columnStride, From(frame.Output.Value, g * _filters * lanes), stride,
                bias.IsEmpty ? default : From(bias, g * _filters), Output.Steps, lanes);
        }

        _activation.Forward(frame.Output, lanes);
    }

    public override void Backward(Frame frame, BatchGroup group)
    {
        var own = (ConvolutionFrame)frame;
        GradientStore gradients = Context.Gradients!;
        int lanes = group.Lanes, stride = RecurrentSequence.Stride(_layer.Filters, lanes), gradientStride = RecurrentSequence.Stride(_depth, lanes);
        _activation.Backward(frame.Output, lanes);
        if (_turned is not null) Convolve(own, lanes);
        else if (Context.NeedsInputGradient && !_readsInput) frame.Input.Gradient.Clear();
        for (int g = 0; g < _groups; g++)
        {
            Block delta = From(frame.Output.Gradient, g * _filters * lanes);
            _products.AddGradient(
                Columns(own, g), ColumnStride(lanes), _depth, delta, stride, _filters, Output.Steps, lanes,
                From(gradients.ForGroup(_layer.Parameters[0], group), g * _filters), _layer.Filters, gradients.ChunkStride);
            if (!Context.NeedsInputGradient || _turned is not null) continue;
            Block target = _readsInput ? frame.Input.Gradient : own.ColumnGradient;
            _products.Assign(_transposed[g], delta, stride, target, gradientStride, default, Output.Steps, lanes);
            if (!_readsInput) Scatter(own, g, lanes);
        }

        if (_layer.UseBias)
            _products.AddBias(frame.Output.Gradient, stride, _layer.Filters, Output.Steps, lanes, gradients.ForGroup(_layer.Parameters[1], group), gradients.ChunkStride);
    }

    private Block Columns(ConvolutionFrame own, int group) => _readsInput ? own.Input.Value : own.Columns[group];

    private int ColumnStride(int lanes) => _overlaps ? _window.Stride * _channels * lanes : RecurrentSequence.Stride(_depth, lanes);

    /// <summary>The gradient at the input: each step's from the outputs whose windows saw it.</summary>
    private void Convolve(ConvolutionFrame own, int lanes)
    {
        int size = _filters * lanes, around = _window.Size - 1;
        Span<float> copy = own.ColumnGradient.Span;
        copy[..(around * size)].Clear();
        copy.Slice((around + Output.Steps) * size, around * size).Clear();
        for (int t = 0; t < Output.Steps; t++) LaneTensor.Step(own.Output.Gradient, t, _filters, lanes).CopyTo(copy.Slice((around + t) * size, size));
        _products.Assign(
            _turned!, From(own.ColumnGradient, _before * size), size, own.Input.Gradient, RecurrentSequence.Stride(_channels, lanes), default, Context.InputSteps, lanes);
    }

    /// <summary>Puts the steps that windows see one after the other; beyond the ends are zeros.</summary>
    private void Copy(ConvolutionFrame own, int lanes)
    {
        int size = _channels * lanes;
        for (int i = 0; i < (Output.Steps - 1) * _window.Stride + _window.Size; i++)
        {
            int step = i - _before;
            Span<float> target = own.Columns[0].Span.Slice(i * size, size);
            if (step < 0 || step >= Context.InputSteps) target.Clear();
            else LaneTensor.Step(own.Input.Value, step, Context.InputFeatures, lanes).CopyTo(target);
        }
    }

    /// <summary>Puts what each window sees of a group's features side by side; beyond the ends are zeros.</summary>
    private void Gather(ConvolutionFrame own, int group, int lanes)
    {
        int size = _channels * lanes;
        for (int t = 0; t < Output.Steps; t++)
        {
            Span<float> column = LaneTensor.Step(own.Columns[group], t, _depth, lanes);
            for (int q = 0; q < _window.Size; q++)
            {
                int step = t * _window.Stride + q * _window.Dilation - _before;
                Span<float> target = column.Slice(q * size, size);
                if (step < 0 || step >= Context.InputSteps) target.Clear();
                else LaneTensor.Step(own.Input.Value, step, Context.InputFeatures, lanes).Slice(group * size, size).CopyTo(target);
            }
        }
    }

    /// <summary>Adds the gradients of all windows that saw a step.</summary>
    private void Scatter(ConvolutionFrame own, int group, int lanes)
    {
        int size = _channels * lanes;
        for (int t = 0; t < Output.Steps; t++)
        {
            Span<float> column = LaneTensor.Step(own.ColumnGradient, t, _depth, lanes);
            for (int q = 0; q < _window.Size; q++)
            {
                int step = t * _window.Stride + q * _window.Dilation - _before;
                if (step < 0 || step >= Context.InputSteps) continue;
                Span<float> target = LaneTensor.Step(own.Input.Gradient, step, Context.InputFeatures, lanes).Slice(group * size, size);
                TensorPrimitives.Add(target, column.Slice(q * size, size), target);
            }
        }
    }

    private static Block From(Block block, int offset) => block.Slice(offset, block.Length - offset);

    private sealed class ConvolutionFrame(LaneTensor output) : Frame(output)
    {
        /// <summary>For each group <c>[T'][q · c]</c>.</summary>
        public required Block[] Columns { get; init; }

        public Block ColumnGradient { get; init; }
    }
}
