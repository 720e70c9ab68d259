using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>
/// e^x / Σ e^x along an axis, or along several together. Any shape. As in Keras it can't work behind the mask of a sequence.
/// </summary>
public sealed class Softmax : WeightlessLayer
{
    private static readonly Argument<IReadOnlyList<int>> AxisArgument = LayerArguments.Axes("axis");

    /// <summary>Creates the layer.</summary>
    /// <param name="axis">The axis, counted with the batch dimension as 0; −1: the last.</param>
    public Softmax(int axis = -1) => Axis = [axis];

    /// <inheritdoc/>
    public override string ClassName => "Softmax";

    /// <summary>The axes, counted with the batch dimension as 0; negative: from the end.</summary>
    public IReadOnlyList<int> Axis { get => Get(AxisArgument); init => Set(AxisArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, Softmax>("Softmax")
    {
        Arguments = [.. CommonArguments, AxisArgument],
        Make = _ => new Softmax(),
    };

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape)
    {
        LayerArguments.OwnAxes(Axis, inputShape.Count, $"Softmax '{Name}'");
        return inputShape;
    }

    internal override LayerProgram CreateProgram(ProgramContext context) => new SoftmaxProgram(
        context, AxisGroups.Along(context.Inputs[0].Dimensions, LayerArguments.OwnAxes(Axis, context.Inputs[0].Dimensions.Count, $"Softmax '{Name}'")));
}
