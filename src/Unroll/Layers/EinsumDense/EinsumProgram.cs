using System.Numerics.Tensors;
using Unroll.Execution;
using Unroll.Kernels.Gemm;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Kernels.Simd;

namespace Unroll.Layers;

/// <summary>
/// Runs <see cref="EinsumDense"/> as products with matrices, one for each place along the axes that all three have. What is
/// summed over is put side by side, as for a convolution, where the input does not lie so already; likewise the output.
/// </summary>
internal sealed class EinsumProgram : LayerProgram
{
    private readonly Parameter _kernel;
    private readonly Parameter? _bias;
    private readonly StepProducts _products;
    private readonly StepActivation _activation;
    private readonly PackedWeights[] _packed, _transposed;
    private readonly Block _matrix; // one group's, row-major
    private readonly int _groups, _rows, _depth, _width;
    private readonly int[] _kernelOf, _inputOf, _outputOf; // places of [group][depth][width], [group][row][depth], [group][row][width]
    private readonly int[] _biasOf = []; // for each element of the output
    private readonly bool _readsInput, _writesOutput; // they lie as the products have them

    public EinsumProgram(EinsumDense layer, EinsumAxes axes, ProgramContext context) : base(context)
    {
        _kernel = layer.Parameters[0];
        string groups = axes.Groups, rows = axes.Rows, summed = axes.Summed, fresh = axes.New;
        (_groups, _rows, _depth, _width) = (axes.Count(groups), axes.Count(rows), axes.Count(summed), axes.Count(fresh));
        _kernelOf = axes.Places(groups + summed + fresh, axes.Kernel);
        _inputOf = axes.Places(groups + rows + summed, axes.Input);
        _outputOf = axes.Places(groups + rows + fresh, axes.Output);
        _readsInput = _groups == 1 && _depth == context.InputFeatures && IsInOrder(_inputOf);
        _writesOutput = _groups == 1 && _width == context.Outputs[0].Features && IsInOrder(_outputOf);
        if (layer.UseBias)
        {
            _bias = layer.Parameters[1];
            _biasOf = Broadcast.Sources(_bias.Sizes, context.Outputs[0].Dimensions);
        }

        _products = StepProducts.Create(context.Width);
        _activation = new StepActivation(layer.Activation, context);
        _matrix = context.Arena.Allocate((long)_depth * _width);
        _packed = Packed(_depth, _width);
        _transposed = context.NeedsInputGradient ? Packed(_width, _depth) : [];

        PackedWeights[] Packed(int depth, int width) => [.. Enumerable.Range(0, _groups).Select(_ => new PackedWeights(context.Arena, context.Width, depth, width))];
    }

    public override bool AddsInParts => true;

    private int Inputs => Context.InputFeatures;

    private int Outputs => Context.Outputs[0].Features;

    public override void Prepare()
    {
        int size = _depth * _width;
        ReadOnlySpan<float> kernel = _kernel.Value.Span;
        for (int g = 0; g < _groups; g++)
        {
            for (int i = 0; i < size; i++) _matrix.Span[i] = kernel[_kernelOf[g * size + i]];
            _packed[g].Pack(_matrix, 0, _width);
            if (_transposed.Length > 0) _transposed[g].Pack(_matrix, 0, _width, transposed: true);
        }
    }

    public override Frame CreateFrame(Arena arena)
    {
        long columns = _readsInput ? 0 : LaneTensor.SizeOf(new LaneShape(_rows, _depth)), results = _writesOutput ? 0 : LaneTensor.SizeOf(new LaneShape(_rows, _width));
        return new EinsumFrame(Context.NewOutput(arena))
        {
            Columns = arena.Allocate(_groups * columns),
            ColumnSize = (int)columns,
            Results = arena.Allocate(results),
            ColumnGradient = Context.NeedsInputGradient ? arena.Allocate(columns) : default,
            KernelGradient = Context.IsTraining ? arena.Allocate((long)BatchGroup.MaxLanes / VectorWidths.Chunk * _depth * _width) : default,
        };
    }

    public override void Forward(Frame frame, BatchGroup group)
    {
        var own = (EinsumFrame)frame;
        int lanes = group.Lanes, depthStride = RecurrentSequence.Stride(_depth, lanes), widthStride = RecurrentSequence.Stride(_width, lanes);
        for (int g = 0; g < _groups; g++)
        {
            Block columns = Columns(own, g), results = _writesOutput ? own.Output.Value : own.Results;
            if (!_readsInput) Gather(own.Input.Value, Inputs, _inputOf, g, columns, _depth, lanes);
            _products.Assign(_packed[g], columns, depthStride, results, widthStride, default, _rows, lanes);
            if (!_writesOutput) Scatter(results, _width, g, own.Output.Value, Outputs, _outputOf, lanes);
        }

        for (int e = 0; e < _biasOf.Length; e++)
        {
            Span<float> y = own.Output.Value.Span.Slice(LaneOffset.Of(e, Outputs, lanes), lanes);
            TensorPrimitives.Add(y, _bias!.Value.Span[_biasOf[e]], y);
        }

        _activation.Forward(own.Output, lanes);
    }

    public override void Backward(Frame frame, BatchGroup group)
    {
        var own = (EinsumFrame)frame;
        int lanes = group.Lanes, depthStride = RecurrentSequence.Stride(_depth, lanes), widthStride = RecurrentSequence.Stride(_width, lanes);
        _activation.Backward(own.Output, lanes);
        if (_bias is not null)
        {
            var sums = new LaneSums(Context.Gradients!, _bias, group);
            for (int e = 0; e < _biasOf.Length; e++) sums.Add(_biasOf[e], own.Output.Gradient.Span.Slice(LaneOffset.Of(e, Outputs, lanes), lanes));
        }

        for (int g = 0; g < _groups; g++)
        {
            Block delta = _writesOutput ? own.Output.Gradient : own.Results;
            if (!_writesOutput) Gather(own.Output.Gradient, Outputs, _outputOf, g, delta, _width, lanes);
            AddKernelGradient(own, group, g, Columns(own, g), depthStride, delta, widthStride);
            if (!Context.NeedsInputGradient) continue;
            Block target = _readsInput ? own.Input.Gradient : own.ColumnGradient;
            _products.Assign(_transposed[g], delta, widthStride, target, depthStride, default, _rows, lanes);
            if (!_readsInput) Scatter(target, _depth, g, own.Input.Gradient, Inputs, _inputOf, lanes);
        }
    }

    private void AddKernelGradient(EinsumFrame own, BatchGroup group, int g, Block columns, int depthStride, Block delta, int widthStride)
    {
        GradientStore gradients = Context.Gradients!;
        int size = _depth * _width;
        own.KernelGradient.Clear();
        _products.AddGradient(columns, depthStride, _depth, delta, widthStride, _width, _rows, group.Lanes, own.KernelGradient, _width, size);
        Block sum = gradients.ForGroup(_kernel, group);
        for (int chunk = 0; chunk * VectorWidths.Chunk < group.Lanes; chunk++)
            for (int i = 0; i < size; i++) sum.Span[chunk * gradients.ChunkStride + _kernelOf[g * size + i]] += own.KernelGradient.Span[chunk * size + i];
    }

    private Block Columns(EinsumFrame own, int g) => _readsInput ? own.Input.Value : own.Columns.Slice(g * own.ColumnSize, own.ColumnSize);

    /// <summary>Puts a group's elements of a tensor into [row][width].</summary>
    private void Gather(Block tensor, int features, int[] places, int g, Block matrix, int width, int lanes)
    {
        ReadOnlySpan<int> from = places.AsSpan(g * _rows * width, _rows * width);
        for (int i = 0; i < from.Length; i++)
            tensor.Span.Slice(LaneOffset.Of(from[i], features, lanes), lanes).CopyTo(matrix.Span[LaneOffset.Of(i, width, lanes)..]);
    }

    /// <summary>Puts a group's [row][width] where its elements lie in a tensor; every element belongs to one group.</summary>
    private void Scatter(Block matrix, int width, int g, Block tensor, int features, int[] places, int lanes)
    {
        ReadOnlySpan<int> to = places.AsSpan(g * _rows * width, _rows * width);
        for (int i = 0; i < to.Length; i++)
            matrix.Span.Slice(LaneOffset.Of(i, width, lanes), lanes).CopyTo(tensor.Span[LaneOffset.Of(to[i], features, lanes)..]);
    }

    private static bool IsInOrder(int[] places)
    {
        for (int i = 0; i < places.Length; i++)
            if (places[i] != i) return false;
        return true;
    }

    private sealed class EinsumFrame(LaneTensor output) : Frame(output)
    {
        /// <summary>For each group [row][depth], which the way back reads again.</summary>
        public required Block Columns { get; init; }

        public required int ColumnSize { get; init; }

        /// <summary>One group's [row][width].</summary>
        public required Block Results { get; init; }

        public Block ColumnGradient { get; init; }

        /// <summary>One group's [depth][width] for each chunk of rows.</summary>
        public Block KernelGradient { get; init; }
    }
}
