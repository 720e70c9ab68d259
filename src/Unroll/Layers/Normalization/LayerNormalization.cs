using Unroll.Configuration;
using Unroll.Execution;
using Unroll.Initializers;

namespace Unroll.Layers;

/// <summary>
/// Normalises every sample, at every place of the other axes, along some axes (Ba et al. 2016):
/// <c>y = (x − μ) / √(σ² + ε) · γ + β</c>, biased variance, ε = 0.001. Any shape; masks pass, and masked steps are normalised like others.
/// </summary>
public sealed class LayerNormalization : ScaledNormalization
{
    private static readonly Argument<IReadOnlyList<int>> AxisArgument = LayerArguments.Axes("axis");

    private static readonly Argument<bool> RmsScalingArgument = Argument.Flag("rms_scaling");

    /// <summary>Creates the layer.</summary>
    /// <param name="axis">Axes that are normalised together, counted with the batch dimension as 0; none: the last.</param>
    public LayerNormalization(params int[] axis) => Axis = axis is null or [] ? [-1] : axis;

    /// <inheritdoc/>
    public override string ClassName => "LayerNormalization";

    /// <summary>Axes that are normalised together, counted with the batch dimension as 0; negative: from the end.</summary>
    public IReadOnlyList<int> Axis { get => Get(AxisArgument); init => Set(AxisArgument, value); }

    /// <summary>True: x / √(σ² + ε) · γ. As in Keras σ² is still the variance around the mean; there is no β.</summary>
    public bool RmsScaling { get => Get(RmsScalingArgument); init => Set(RmsScalingArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, LayerNormalization>("LayerNormalization")
    {
        Arguments = [.. CommonArguments, AxisArgument, EpsilonArgument, CenterArgument, ScaleArgument, RmsScalingArgument, .. WeightArguments],
        Make = _ => new LayerNormalization(),
    };

    internal override bool CanBuild(IReadOnlyList<int?> inputShape) => OwnAxes(inputShape.Count).All(axis => inputShape[axis] is not null);

    internal override IEnumerable<(string Name, int[] Shape, Initializer Initializer)> DescribeWeights(IReadOnlyList<int?> inputShape)
    {
        int[] shape = Sizes(inputShape, OwnAxes(inputShape.Count));
        return RmsScaling ? [("gamma", shape, GammaInitializer)] : ScaleAndShift(shape);
    }

    internal override LayerProgram CreateProgram(ProgramContext context)
    {
        int[][] groups = AxisGroups.Along(context.Inputs[0].Dimensions, OwnAxes(context.Inputs[0].Dimensions.Count));
        var weightOf = new int[context.InputSize];
        foreach (int[] members in groups)
            for (int k = 0; k < members.Length; k++) weightOf[members[k]] = k;
        return new NormalizationProgram(
            context, new NormalizationRule(Epsilon, Centers: !RmsScaling, MeasuresDeviation: true), groups, weightOf, Gamma, Beta, passesMask: true);
    }

    private int[] OwnAxes(int rank) => LayerArguments.OwnAxes(Axis, rank, Owner);
}
