using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>Gives what lies along some axes the length 1: <c>y = x / √max(Σx², 1e-12)</c>; zeros stay zeros. Any shape; masks pass.</summary>
public sealed class UnitNormalization : WeightlessLayer
{
    internal const double LeastSquare = 1e-12;

    private static readonly Argument<IReadOnlyList<int>> AxisArgument = LayerArguments.Axes("axis");

    /// <summary>Creates the layer.</summary>
    /// <param name="axis">Axes that are normalised together, counted with the batch dimension as 0; none: the last.</param>
    public UnitNormalization(params int[] axis) => Axis = axis is null or [] ? [-1] : axis;

    /// <inheritdoc/>
    public override string ClassName => "UnitNormalization";

    /// <summary>Axes that are normalised together, counted with the batch dimension as 0; negative: from the end.</summary>
    public IReadOnlyList<int> Axis { get => Get(AxisArgument); init => Set(AxisArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, UnitNormalization>("UnitNormalization")
    {
        Arguments = [.. CommonArguments, AxisArgument],
        Make = _ => new UnitNormalization(),
    };

    internal override bool HandsOnMask(int output) => true;

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape)
    {
        LayerArguments.OwnAxes(Axis, inputShape.Count, $"UnitNormalization '{Name}'");
        return inputShape;
    }

    internal override LayerProgram CreateProgram(ProgramContext context)
    {
        IReadOnlyList<int> shape = context.Inputs[0].Dimensions;
        int[][] groups = AxisGroups.Along(shape, LayerArguments.OwnAxes(Axis, shape.Count, $"UnitNormalization '{Name}'"));
        return new NormalizationProgram(
            context, new NormalizationRule(LeastSquare, Centers: false, MeasuresDeviation: false, HasUnitLength: true), groups, [], null, null, passesMask: true);
    }
}
