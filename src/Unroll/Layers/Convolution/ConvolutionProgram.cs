using System.Numerics.Tensors;
using Unroll.Execution;
using Unroll.Kernels.Gemm;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;

namespace Unroll.Layers;

/// <summary>
/// Runs <see cref="Conv1D"/>: what a window sees is put side by side, <c>[T'][q · c]</c>, and goes through the products of a dense
/// layer. Copying costs one move for every product with a filter; the tiles then run over the whole depth at once.
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

    public ConvolutionProgram(Conv1D layer, ProgramContext context) : base(context)
    {
        (_layer, _window, _groups) = (layer, layer.Window, layer.Groups);
        _before = _window.Before(context.InputSteps);
        (_channels, _filters) = (context.InputFeatures / _groups, layer.Filters / _groups);
        _depth = _window.Size * _channels;
        _readsInput = _window is { Size: 1, Stride: 1 } && _groups == 1;
        _products = StepProducts.Create(context.Width);
        _activation = new StepActivation(layer.Activation, context);
        _packed = Packed(_depth, _filters);
        _transposed = context.NeedsInputGradient ? Packed(_filters, _depth) : [];

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
    }

    public override Frame CreateFrame(Arena arena)
    {
        long size = _readsInput ? 0 : LaneTensor.SizeOf(new LaneShape(Output.Steps, _depth));
        return new ConvolutionFrame(Context.NewOutput(arena))
        {
            Columns = [.. Enumerable.Range(0, _groups).Select(_ => arena.Allocate(size))],
            ColumnGradient = Context.NeedsInputGradient ? arena.Allocate(size) : default,
        };
    }

    public override void Forward(Frame frame, BatchGroup group)
    {
        var own = (ConvolutionFrame)frame;
        int lanes = group.Lanes, stride = RecurrentSequence.Stride(_layer.Filters, lanes), columnStride = RecurrentSequence.Stride(_depth, lanes);
        Block bias = _layer.UseBias ? _layer.Parameters[1].Value : default;
        for (int g = 0; g < _groups; g++)
        {
            if (!_readsInput) Gather(own, g, lanes);
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
        int lanes = group.Lanes, stride = RecurrentSequence.Stride(_layer.Filters, lanes), columnStride = RecurrentSequence.Stride(_depth, lanes);
        _activation.Backward(frame.Output, lanes);
        if (Context.NeedsInputGradient && !_readsInput) frame.Input.Gradient.Clear();
        for (int g = 0; g < _groups; g++)
        {
            Block delta = From(frame.Output.Gradient, g * _filters * lanes);
            _products.AddGradient(
                Columns(own, g), columnStride, _depth, delta, stride, _filters, Output.Steps, lanes,
                From(gradients.ForGroup(_layer.Parameters[0], group), g * _filters), _layer.Filters, gradients.ChunkStride);
            if (!Context.NeedsInputGradient) continue;
            Block target = _readsInput ? frame.Input.Gradient : own.ColumnGradient;
            _products.Assign(_transposed[g], delta, stride, target, columnStride, default, Output.Steps, lanes);
            if (!_readsInput) Scatter(own, g, lanes);
        }

        if (_layer.UseBias)
            _products.AddBias(frame.Output.Gradient, stride, _layer.Filters, Output.Steps, lanes, gradients.ForGroup(_layer.Parameters[1], group), gradients.ChunkStride);
    }

    private Block Columns(ConvolutionFrame own, int group) => _readsInput ? own.Input.Value : own.Columns[group];

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
