using Unroll.Execution;
using Unroll.Kernels.Activation;
using Unroll.Kernels.Dense;
using Unroll.Kernels.Gemm;
using Unroll.Kernels.Memory;

namespace Unroll.Layers;

internal sealed class DenseProgram : LayerProgram
{
    private readonly DenseKernel _kernel;
    private readonly Parameter _weights;
    private readonly Parameter? _bias;
    private readonly PackedWeights _packed;
    private readonly PackedWeights _transposed;
    private readonly int _units;
    private readonly bool _isSoftmax;

    public DenseProgram(Dense layer, ProgramContext context) : base(context)
    {
        _units = layer.Units;
        _weights = layer.Parameters[0];
        _bias = layer.UseBias ? layer.Parameters[1] : null;
        ActivationKind activation = context.EmitsLogits ? ActivationKind.Linear : layer.Activation.Kind!.Value;
        _isSoftmax = activation == ActivationKind.Softmax;
        _kernel = DenseKernel.Create(context.Width, _isSoftmax ? ActivationKind.Linear : activation);
        _packed = new PackedWeights(context.Arena, context.Width, context.InputFeatures, _units);
        _transposed = new PackedWeights(context.Arena, context.Width, _units, context.InputFeatures);
    }

    public override void Prepare()
    {
        _packed.Pack(_weights.Value, 0, _units);
        if (Context.IsTraining) _transposed.Pack(_weights.Value, 0, _units, transposed: true);
    }

    public override Frame CreateFrame(Arena arena) => new DenseFrame(Context.NewOutput(arena))
    {
        Sequence = new DenseSequence { Kernel = _packed, KernelTransposed = _transposed, Bias = _bias?.Value ?? default },
    };

    public override void Forward(Frame frame, BatchGroup group)
    {
        DenseSequence sequence = ((DenseFrame)frame).Sequence;
        sequence.Steps = Context.InputSteps;
        sequence.Lanes = group.Lanes;
        sequence.Inputs = Context.InputFeatures;
        sequence.Units = _units;
        sequence.Input = frame.Input.Value;
        sequence.Output = frame.Output.Value;
        frame.Output.Mask = frame.Input.Mask;
        _kernel.Forward(sequence);
        if (_isSoftmax) Kernels.Activation.Softmax.Forward(frame.Output.Value, Context.InputSteps, _units, group.Lanes);
    }

    public override void Backward(Frame frame, BatchGroup group)
    {
        GradientStore gradients = Context.Gradients!;
        DenseSequence sequence = ((DenseFrame)frame).Sequence;
        sequence.OutputGradient = frame.Output.Gradient;
        sequence.InputGradient = Context.NeedsInputGradient ? frame.Input.Gradient : default;
        sequence.KernelGradient = gradients.ForGroup(_weights, group);
        sequence.BiasGradient = _bias is null ? default : gradients.ForGroup(_bias, group);
        sequence.ChunkGradientStride = gradients.ChunkStride;
        if (_isSoftmax) Kernels.Activation.Softmax.Backward(frame.Output.Value, frame.Output.Gradient, Context.InputSteps, _units, group.Lanes);
        _kernel.Backward(sequence);
    }

    private sealed class DenseFrame(LaneTensor output) : Frame(output)
    {
        public required DenseSequence Sequence { get; init; }
    }
}
