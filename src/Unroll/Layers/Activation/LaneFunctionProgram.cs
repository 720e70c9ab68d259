using Unroll.Activations;
using Unroll.Execution;
using Unroll.Kernels.Memory;

namespace Unroll.Layers;

/// <summary>Runs <see cref="ActivationLayer"/> with an activation that has no kernel, step by step.</summary>
internal sealed class LaneFunctionProgram(Activation activation, ProgramContext context) : LayerProgram(context)
{
    private readonly LaneFunction _function = new(activation);

    private int Inputs => Context.InputFeatures;

    private int Outputs => Context.Outputs[0].Features;

    public override Frame CreateFrame(Arena arena) => new(Context.NewOutput(arena));

    public override void Forward(Frame frame, BatchGroup group)
    {
        int lanes = group.Lanes;
        for (int t = 0; t < Context.InputSteps; t++)
            _function.Apply(LaneTensor.Step(frame.Input.Value, t, Inputs, lanes), LaneTensor.Step(frame.Output.Value, t, Outputs, lanes), lanes);
        frame.Output.Mask = frame.Input.Mask;
    }

    public override void Backward(Frame frame, BatchGroup group)
    {
        if (!Context.NeedsInputGradient) return;
        int lanes = group.Lanes;
        for (int t = 0; t < Context.InputSteps; t++)
        {
            _function.Differentiate(
                LaneTensor.Step(frame.Input.Value, t, Inputs, lanes), LaneTensor.Step(frame.Output.Value, t, Outputs, lanes),
                LaneTensor.Step(frame.Output.Gradient, t, Outputs, lanes), LaneTensor.Step(frame.Input.Gradient, t, Inputs, lanes), lanes);
        }
    }
}
