using Unroll.Configuration;
using Unroll.Execution;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;

namespace Unroll.Layers;

/// <summary>Puts out what goes in: a place with a name, or a layer to leave something out by. Any shape; masks pass.</summary>
public sealed class Identity : WeightlessLayer
{
    /// <inheritdoc/>
    public override string ClassName => "Identity";

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, Identity>("Identity")
    {
        Arguments = CommonArguments,
        Make = _ => new Identity(),
    };

    internal override bool HandsOnMask(int output) => true;

    internal override bool TreatsStepsAlike => true;

    internal override LayerProgram CreateProgram(ProgramContext context) => new Program(context);

    /// <summary>The output is the input's memory.</summary>
    private sealed class Program(ProgramContext context) : LayerProgram(context)
    {
        public override Frame CreateFrame(Arena arena) => new(Context.NewOutput(arena, 0, 0));

        public override void Forward(Frame frame, BatchGroup group) => (frame.Output.Value, frame.Output.Mask) = (frame.Input.Value, frame.Input.Mask);

        public override void Backward(Frame frame, BatchGroup group)
        {
            if (!Context.NeedsInputGradient) return;
            int size = RecurrentSequence.Extent(Context.InputSteps, Context.InputFeatures, group.Lanes);
            frame.Output.Gradient.Span[..size].CopyTo(frame.Input.Gradient.Span);
        }
    }
}
