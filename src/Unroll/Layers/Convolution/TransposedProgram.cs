using System.Numerics.Tensors;
using Unroll.Execution;
using Unroll.Kernels.Gemm;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;

namespace Unroll.Layers;

/// <summary>Runs <see cref="Conv1DTranspose"/>: every step through the products of a dense layer, what comes out is added up in the windows.</summary>
internal sealed class TransposedProgram : LayerProgram
{
    private readonly Conv1DTranspose _layer;
    private readonly StepProducts _products;
    private readonly StepActivation _activation;
    private readonly PackedWeights _packed, _transposed;
    private readonly int _width; // outputs of a step's product

    public TransposedProgram(Conv1DTranspose layer, ProgramContext context) : base(context)
    {
        _layer = layer;
        _width = checked(layer.KernelSize * layer.Filters);
        _products = StepProducts.Create(context.Width);
        _activation = new StepActivation(layer.Activation, context);
        _packed = new PackedWeights(context.Arena, context.Width, context.InputFeatures, _width);
        _transposed = new PackedWeights(context.Arena, context.Width, _width, context.InputFeatures);
    }

    private LaneShape Output => Context.Outputs[0];

    public override void Prepare()
    {
        _packed.Pack(_layer.Parameters[0].Value, 0, Context.InputFeatures, transposed: true);
        if (Context.NeedsInputGradient) _transposed.Pack(_layer.Parameters[0].Value, 0, Context.InputFeatures);
    }

    public override Frame CreateFrame(Arena arena) => new WindowFrame(Context.NewOutput(arena))
    {
        Windows = arena.Allocate(LaneTensor.SizeOf(new LaneShape(Context.InputSteps, _width))),
    };

    public override void Forward(Frame frame, BatchGroup group)
    {
        Block windows = ((WindowFrame)frame).Windows;
        int lanes = group.Lanes, features = Context.InputFeatures, size = _layer.Filters * lanes;
        _products.Assign(
            _packed, frame.Input.Value, RecurrentSequence.Stride(features, lanes), windows, RecurrentSequence.Stride(_width, lanes), default, Context.InputSteps, lanes);
        for (int t = 0; t < Output.Steps; t++)
        {
            Span<float> step = LaneTensor.Step(frame.Output.Value, t, _layer.Filters, lanes);
            step.Clear();
            for (int f = 0; _layer.UseBias && f < _layer.Filters; f++) step.Slice(f * lanes, lanes).Fill(_layer.Parameters[1].Value.Span[f]);
        }

        for (int t = 0; t < Context.InputSteps; t++)
        {
            for (int q = 0; q < _layer.KernelSize; q++)
            {
                if (StepOf(t, q) is not { } step) continue;
                Span<float> target = LaneTensor.Step(frame.Output.Value, step, _layer.Filters, lanes);
                TensorPrimitives.Add(target, LaneTensor.Step(windows, t, _width, lanes).Slice(q * size, size), target);
            }
        }

        _activation.Forward(frame.Output, lanes);
    }

    public override void Backward(Frame frame, BatchGroup group)
    {
        Block windows = ((WindowFrame)frame).Windows; // from here on their gradients
        GradientStore gradients = Context.Gradients!;
        int lanes = group.Lanes, features = Context.InputFeatures, size = _layer.Filters * lanes;
        int stride = RecurrentSequence.Stride(features, lanes), width = RecurrentSequence.Stride(_width, lanes);
        _activation.Backward(frame.Output, lanes);
        for (int t = 0; t < Context.InputSteps; t++)
        {
            for (int q = 0; q < _layer.KernelSize; q++)
            {
                Span<float> target = LaneTensor.Step(windows, t, _width, lanes).Slice(q * size, size);
                if (StepOf(t, q) is { } step) LaneTensor.Step(frame.Output.Gradient, step, _layer.Filters, lanes).CopyTo(target);
                else target.Clear();
            }
        }

        _products.AddGradient(
            windows, width, _width, frame.Input.Value, stride, features, Context.InputSteps, lanes,
            gradients.ForGroup(_layer.Parameters[0], group), features, gradients.ChunkStride);
        if (_layer.UseBias)
        {
            _products.AddBias(
                frame.Output.Gradient, RecurrentSequence.Stride(_layer.Filters, lanes), _layer.Filters, Output.Steps, lanes,
                gradients.ForGroup(_layer.Parameters[1], group), gradients.ChunkStride);
        }

        if (Context.NeedsInputGradient) _products.Assign(_transposed, windows, width, frame.Input.Gradient, stride, default, Context.InputSteps, lanes);
    }

    private int? StepOf(int window, int place)
    {
        int step = window * _layer.Strides + place * _layer.DilationRate - _layer.Before;
        return step >= 0 && step < Output.Steps ? step : null;
    }

    private sealed class WindowFrame(LaneTensor output) : Frame(output)
    {
        /// <summary><c>[T][q · f]</c>.</summary>
        public Block Windows { get; init; }
    }
}
