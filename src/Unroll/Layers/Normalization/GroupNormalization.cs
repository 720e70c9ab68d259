using Unroll.Configuration;
using Unroll.Execution;
using Unroll.Initializers;

namespace Unroll.Layers;

/// <summary>
/// Normalises groups of features of every sample over everything but the features' axis (Wu and He 2018):
/// <c>y = (x − μ) / √(σ² + ε) · γ + β</c> with γ and β for every feature. Any shape; masks pass.
/// </summary>
public sealed class GroupNormalization : ScaledNormalization
{
    private static readonly Argument<int> GroupsArgument = Argument.Whole("groups", 32).Require(groups => groups is > 0 or -1, "1 or more, or −1 for as many as there are features");

    private static readonly Argument<int> AxisArgument = Argument.Whole("axis", -1);

    /// <summary>Creates the layer.</summary>
    /// <param name="groups">Number of groups, which divides the features; −1: one for each feature.</param>
    /// <param name="axis">The features' axis, counted with the batch dimension as 0.</param>
    public GroupNormalization(int groups = 32, int axis = -1) => (Groups, Axis) = (groups, axis);

    /// <inheritdoc/>
    public override string ClassName => "GroupNormalization";

    /// <summary>Number of groups; −1: one for each feature.</summary>
    public int Groups { get => Get(GroupsArgument); init => Set(GroupsArgument, value); }

    /// <summary>The features' axis, counted with the batch dimension as 0; negative: from the end.</summary>
    public int Axis { get => Get(AxisArgument); init => Set(AxisArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, GroupNormalization>("GroupNormalization")
    {
        Arguments = [.. CommonArguments, GroupsArgument, AxisArgument, EpsilonArgument, CenterArgument, ScaleArgument, .. WeightArguments],
        Make = _ => new GroupNormalization(),
    };

    internal override bool CanBuild(IReadOnlyList<int?> inputShape) => LayerArguments.OwnAxes([Axis], inputShape.Count, Owner).All(axis => inputShape[axis] is not null);

    internal override IEnumerable<(string Name, int[] Shape, Initializer Initializer)> DescribeWeights(IReadOnlyList<int?> inputShape)
    {
        int[] sizes = Sizes(inputShape, LayerArguments.OwnAxes([Axis], inputShape.Count, Owner));
        if (Groups > 0 && sizes[0] % Groups != 0) throw WrongInput(inputShape, $"features that {Groups} groups divide");
        return ScaleAndShift(sizes);
    }

    internal override LayerProgram CreateProgram(ProgramContext context)
    {
        IReadOnlyList<int> shape = context.Inputs[0].Dimensions;
        int axis = LayerArguments.OwnAxes([Axis], shape.Count, Owner)[0], features = shape[axis], size = Groups < 0 ? 1 : features / Groups;
        int[][] byFeature = AxisGroups.Along(shape, [.. Enumerable.Range(0, shape.Count).Where(d => d != axis)]);
        var weightOf = new int[context.InputSize];
        for (int f = 0; f < features; f++)
            foreach (int e in byFeature[f]) weightOf[e] = f;
        int[][] groups = [.. byFeature.Chunk(size).Select(members => members.SelectMany(each => each).Order().ToArray())];
        return new NormalizationProgram(context, new NormalizationRule(Epsilon, Centers: true, MeasuresDeviation: true), groups, weightOf, Gamma, Beta, passesMask: true);
    }
}
