using Unroll.Configuration;
using Unroll.Execution;
using Unroll.Initializers;

namespace Unroll.Layers;

/// <summary>
/// Divides by the root of the mean square along some axes (Zhang and Sennrich 2019): <c>y = x / √(mean(x²) + ε) · γ</c>,
/// ε = 1e-6. Any shape; masks end here, as in Keras.
/// </summary>
public sealed class RMSNormalization : Layer
{
    private static readonly Argument<IReadOnlyList<int>> AxisArgument = LayerArguments.Axes("axis");

    private static readonly Argument<double> EpsilonArgument = Argument.Number("epsilon", 1e-6).AtLeast(0.0);

    /// <summary>Creates the layer.</summary>
    /// <param name="axis">Axes that are normalised together, counted with the batch dimension as 0; none: the last.</param>
    public RMSNormalization(params int[] axis) => Axis = axis is null or [] ? [-1] : axis;

    /// <inheritdoc/>
    public override string ClassName => "RMSNormalization";

    /// <summary>Axes that are normalised together, counted with the batch dimension as 0; negative: from the end.</summary>
    public IReadOnlyList<int> Axis { get => Get(AxisArgument); init => Set(AxisArgument, value); }

    /// <summary>Added to the mean square, so that nothing is divided by zero.</summary>
    public double Epsilon { get => Get(EpsilonArgument); init => Set(EpsilonArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, RMSNormalization>("RMSNormalization")
    {
        Arguments = [.. CommonArguments, AxisArgument, EpsilonArgument],
        Make = _ => new RMSNormalization(),
    };

    internal override IEnumerable<(string Name, int[] Shape, Initializer Initializer)> DescribeWeights(IReadOnlyList<int?> inputShape)
    {
        int[] axes = LayerArguments.OwnAxes(Axis, inputShape.Count, $"RMSNormalization '{Name}'");
        yield return ("scale", [.. axes.Select(axis => inputShape[axis] ?? throw WrongInput(inputShape, "inputs of known size along the axes that are normalised"))], new Ones());
    }

    internal override LayerProgram CreateProgram(ProgramContext context)
    {
        IReadOnlyList<int> shape = context.Inputs[0].Dimensions;
        int[][] groups = AxisGroups.Along(shape, LayerArguments.OwnAxes(Axis, shape.Count, $"RMSNormalization '{Name}'"));
        var weightOf = new int[context.InputSize];
        foreach (int[] members in groups)
            for (int k = 0; k < members.Length; k++) weightOf[members[k]] = k;
        return new NormalizationProgram(
            context, new NormalizationRule(Epsilon, Centers: false, MeasuresDeviation: false), groups, weightOf, Parameters[0], null, passesMask: false);
    }
}
