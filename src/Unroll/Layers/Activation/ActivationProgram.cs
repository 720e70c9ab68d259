using Unroll.Kernels.Activation;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Models.Execution;

namespace Unroll.Layers;

internal sealed class ActivationProgram(ActivationLayer layer, ProgramContext context) : LayerProgram(context)
{
    private readonly bool _isSoftmax = layer.Activation.Kind == ActivationKind.Softmax && !context.EmitsLogits;

    private readonly ActivationKernel _kernel = ActivationKernel.Create(
        context.Width, context.EmitsLogits || layer.Activation.Kind == ActivationKind.Softmax ? ActivationKind.Linear : layer.Activation.Kind);

    public override void Prepare()
    {
        // Nothing depends on weights.
    }

    public override LayerBuffers CreateBuffers(Arena arena)
    {
        long size = (long)Context.InputSteps * RecurrentSequence.Stride(Context.InputFeatures, BatchGroup.MaxLanes);
        return new LayerBuffers
        {
            Output = arena.Allocate(size),
            OutputGradient = Context.IsTraining ? arena.Allocate(size) : default,
        };
    }

    public override void Forward(LayerBuffers own, LayerBuffers input, BatchGroup group)
    {
        int size = Size(group);
        _kernel.Apply(input.Output.Slice(0, size), own.Output.Slice(0, size));
        if (_isSoftmax) Softmax.Forward(own.Output, Context.InputSteps, Context.InputFeatures, group.Lanes);
        own.Mask = input.Mask;
    }

    public override void Backward(LayerBuffers own, LayerBuffers input, BatchGroup group)
    {
        if (!Context.NeedsInputGradient) return;
        int size = Size(group);
        if (_isSoftmax) Softmax.Backward(own.Output, own.OutputGradient, Context.InputSteps, Context.InputFeatures, group.Lanes);
        _kernel.Differentiate(own.Output.Slice(0, size), own.OutputGradient.Slice(0, size), input.OutputGradient.Slice(0, size));
    }

    /// <summary>All steps with what lies between them, which counts for nothing.</summary>
    private int Size(BatchGroup group) => RecurrentSequence.Extent(Context.InputSteps, Context.InputFeatures, group.Lanes);
}
