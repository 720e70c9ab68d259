using Unroll.Activations;
using Unroll.Execution;
using Unroll.Kernels.Activation;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;

namespace Unroll.Layers;

/// <summary>An activation that has a kernel, at the end of a layer, in place on all steps of a tensor.</summary>
internal sealed class StepActivation
{
    private readonly ActivationKernel? _kernel;
    private readonly bool _isSoftmax;

    /// <param name="activation">The activation.</param>
    /// <param name="context">What the call is prepared for; a loss may have taken over the activation.</param>
    public StepActivation(Activation activation, ProgramContext context)
    {
        ActivationKind kind = context.EmitsLogits ? ActivationKind.Linear : activation.Kind!.Value;
        _isSoftmax = kind == ActivationKind.Softmax;
        _kernel = kind is ActivationKind.Linear or ActivationKind.Softmax ? null : ActivationKernel.Create(context.Width, kind);
    }

    /// <summary>Applies it to what is in the output.</summary>
    public void Forward(LaneTensor output, int lanes)
    {
        if (_isSoftmax) Kernels.Activation.Softmax.Forward(output.Value, output.Shape.Steps, output.Shape.Features, lanes);
        Block values = output.Value.Slice(0, Extent(output, lanes));
        _kernel?.Apply(values, values);
    }

    /// <summary>Turns the gradient at the output into that in front of the activation.</summary>
    public void Backward(LaneTensor output, int lanes)
    {
        if (_isSoftmax) Kernels.Activation.Softmax.Backward(output.Value, output.Gradient, output.Shape.Steps, output.Shape.Features, lanes);
        int size = Extent(output, lanes);
        Block gradient = output.Gradient.Slice(0, size);
        _kernel?.Differentiate(output.Value.Slice(0, size), gradient, gradient);
    }

    private static int Extent(LaneTensor output, int lanes) => RecurrentSequence.Extent(output.Shape.Steps, output.Shape.Features, lanes);
}
