using Unroll.Execution;
using Unroll.Kernels.Activation;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;

namespace Unroll.Layers;

/// <summary>Runs <see cref="ActivationLayer"/> with an activation that has a kernel.</summary>
internal sealed class ActivationProgram(ActivationKind activation, ProgramContext context) : LayerProgram(context)
{
    private readonly bool _isSoftmax = activation == ActivationKind.Softmax && !context.EmitsLogits;

    private readonly ActivationKernel _kernel = ActivationKernel.Create(
        context.Width, context.EmitsLogits || activation == ActivationKind.Softmax ? ActivationKind.Linear : activation);

    public override Frame CreateFrame(Arena arena) => new(Context.NewOutput(arena));

    public override void Forward(Frame frame, BatchGroup group)
    {
        int size = Size(group);
        _kernel.Apply(frame.Input.Value.Slice(0, size), frame.Output.Value.Slice(0, size));
        if (_isSoftmax) Kernels.Activation.Softmax.Forward(frame.Output.Value, Context.InputSteps, Context.InputFeatures, group.Lanes);
        frame.Output.Mask = frame.Input.Mask;
    }

    public override void Backward(Frame frame, BatchGroup group)
    {
        if (!Context.NeedsInputGradient) return;
        int size = Size(group);
        if (_isSoftmax) Kernels.Activation.Softmax.Backward(frame.Output.Value, frame.Output.Gradient, Context.InputSteps, Context.InputFeatures, group.Lanes);
        _kernel.Differentiate(frame.Output.Value.Slice(0, size), frame.Output.Gradient.Slice(0, size), frame.Input.Gradient.Slice(0, size));
    }

    /// <summary>All steps with what lies between them, which counts for nothing.</summary>
    private int Size(BatchGroup group) => RecurrentSequence.Extent(Context.InputSteps, Context.InputFeatures, group.Lanes);
}
