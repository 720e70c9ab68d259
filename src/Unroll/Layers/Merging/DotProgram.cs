using System.Numerics.Tensors;
using Unroll.Execution;
using Unroll.Kernels.Gemm;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;

namespace Unroll.Layers;

/// <summary>Runs <see cref="Dot"/>.</summary>
internal sealed class DotProgram : LayerProgram
{
    private readonly LaneProducts _products;
    private readonly int[] _axes;
    private readonly int[][][]? _vectors; // of each input the elements of each vector; null: they are taken as they are
    private readonly int _rows, _columns, _depth;

    public DotProgram(ProgramContext context, int first, int second, bool normalizes) : base(context)
    {
        _products = LaneProducts.Create(context.Width);
        _axes = [first, second];
        _depth = context.Inputs[0].Dimensions[first];
        (_rows, _columns) = (context.Inputs[0].Size / _depth, context.Inputs[1].Size / _depth);
        _vectors = normalizes ? [.. context.Inputs.Select((shape, i) => AxisGroups.Along(shape.Dimensions, [_axes[i]]))] : null;
    }

    public override Frame CreateFrame(Arena arena) => new DotFrame(Context.NewOutput(arena))
    {
        Normal = [.. Context.Inputs.Select(shape => _vectors is null ? default : arena.Allocate(LaneTensor.SizeOf(shape)))],
        Scales = [.. Context.Inputs.Select((shape, i) => _vectors is null ? default : arena.Allocate((long)_vectors[i].Length * BatchGroup.MaxLanes))],
        Sum = arena.Allocate(BatchGroup.MaxLanes),
    };

    public override void Forward(Frame frame, BatchGroup group)
    {
        var own = (DotFrame)frame;
        int lanes = group.Lanes;
        for (int i = 0; _vectors is not null && i < 2; i++) Normalise(own, i, lanes);
        _products.Multiply(Left(Value(own, 0), lanes), Right(Value(own, 1), lanes), Output(own.Output.Value, lanes), _rows, _columns, _depth, lanes);
    }

    public override void Backward(Frame frame, BatchGroup group)
    {
        var own = (DotFrame)frame;
        int lanes = group.Lanes;
        LaneMatrix above = Output(own.Output.Gradient, lanes);
        if (Context.InputGradients[0])
        {
            _products.Multiply(above, Right(Value(own, 1), lanes).Transposed, Left(own.Inputs[0].Gradient, lanes), _rows, _depth, _columns, lanes);
            BackwardNormal(own, 0, lanes);
        }

        if (!Context.InputGradients[1]) return;
        _products.Multiply(Left(Value(own, 0), lanes).Transposed, above, Right(own.Inputs[1].Gradient, lanes), _depth, _columns, _rows, lanes);
        BackwardNormal(own, 1, lanes);
    }

    private Block Value(DotFrame own, int input) => _vectors is null ? own.Inputs[input].Value : own.Normal[input];

    private void Normalise(DotFrame own, int input, int lanes)
    {
        for (int v = 0; v < _vectors![input].Length; v++)
        {
            Span<float> scale = own.Scales[input].Span.Slice(v * lanes, lanes);
            scale.Clear();
            foreach (int e in _vectors[input][v])
                TensorPrimitives.FusedMultiplyAdd(At(own.Inputs[input].Value, input, e, lanes), At(own.Inputs[input].Value, input, e, lanes), scale, scale);
            for (int lane = 0; lane < lanes; lane++) scale[lane] = (float)(1 / Math.Sqrt(Math.Max(scale[lane], UnitNormalization.LeastSquare)));
            foreach (int e in _vectors[input][v])
                TensorPrimitives.Multiply(At(own.Inputs[input].Value, input, e, lanes), scale, At(own.Normal[input], input, e, lanes));
        }
    }

    /// <summary>From the gradient at vectors of length 1 to that at the inputs: r · (g − n · Σ g·n).</summary>
    private void BackwardNormal(DotFrame own, int input, int lanes)
    {
        if (_vectors is null) return;
        Span<float> sum = own.Sum.Span[..lanes];
        for (int v = 0; v < _vectors[input].Length; v++)
        {
            ReadOnlySpan<float> scale = own.Scales[input].Span.Slice(v * lanes, lanes);
            sum.Clear();
            foreach (int e in _vectors[input][v])
                TensorPrimitives.FusedMultiplyAdd(At(own.Inputs[input].Gradient, input, e, lanes), At(own.Normal[input], input, e, lanes), sum, sum);
            foreach (int e in _vectors[input][v])
            {
                Span<float> dx = At(own.Inputs[input].Gradient, input, e, lanes);
                ReadOnlySpan<float> normal = At(own.Normal[input], input, e, lanes);
                for (int lane = 0; lane < lanes; lane++) dx[lane] = scale[lane] * (dx[lane] - normal[lane] * sum[lane]);
            }
        }
    }

    private Span<float> At(Block block, int input, int element, int lanes) =>
        block.Span.Slice(LaneOffset.Of(element, Context.Inputs[input].Features, lanes), lanes);

    /// <summary>The first input as rows by depth.</summary>
    private LaneMatrix Left(Block block, int lanes) => Matrix(block, 0, lanes);

    /// <summary>The second as depth by columns.</summary>
    private LaneMatrix Right(Block block, int lanes) => Matrix(block, 1, lanes).Transposed;

    private LaneMatrix Matrix(Block block, int input, int lanes)
    {
        LaneShape shape = Context.Inputs[input];
        int stride = RecurrentSequence.Stride(shape.Features, lanes);
        return shape.Dimensions.Count == 1 || _axes[input] == 1 ? new LaneMatrix(block, stride, lanes) : new LaneMatrix(block, lanes, stride);
    }

    private LaneMatrix Output(Block block, int lanes)
    {
        LaneShape shape = Context.Outputs[0];
        return shape.Dimensions.Count == 2
            ? new LaneMatrix(block, RecurrentSequence.Stride(shape.Features, lanes), lanes)
            : new LaneMatrix(block, lanes, lanes); // one of rows and columns is 1
    }

    private sealed class DotFrame(LaneTensor output) : Frame(output)
    {
        public required Block[] Normal { get; init; }

        public required Block[] Scales { get; init; }

        public Block Sum { get; init; }
    }
}
