using Unroll.Configuration;
using Unroll.Execution;
using Unroll.Initializers;

namespace Unroll.Layers;

/// <summary>
/// Normalises every feature over the batch (Ioffe and Szegedy 2015): <c>y = (x − μ) / √(σ² + ε) · γ + β</c>. In training μ and the
/// biased σ² are those of the batch, over everything but the features' axis; masked steps are left out of them. They also move
/// <c>moving_mean</c> and <c>moving_variance</c>, which are used otherwise, and always if the layer is not
/// <see cref="Layer.Trainable"/>. Any shape; masks pass.
/// </summary>
public sealed class BatchNormalization : ScaledNormalization
{
    private static readonly Argument<int> AxisArgument = Argument.Whole("axis", -1);

    private static readonly Argument<double> MomentumArgument = Argument.Number("momentum", 0.99).Between(0, 1);

    private static readonly Argument<Initializer> MovingMeanInitializerArgument = Initializer.Catalog.Argument("moving_mean_initializer", new Zeros());

    private static readonly Argument<Initializer> MovingVarianceInitializerArgument = Initializer.Catalog.Argument("moving_variance_initializer", new Ones());

    /// <summary>Creates the layer.</summary>
    /// <param name="axis">The features' axis, counted with the batch dimension as 0.</param>
    /// <param name="momentum">Share of the moving statistics that a step keeps.</param>
    /// <exception cref="ArgumentOutOfRangeException">The momentum is outside 0 … 1.</exception>
    public BatchNormalization(int axis = -1, double momentum = 0.99) => (Axis, Momentum) = (axis, momentum);

    /// <inheritdoc/>
    public override string ClassName => "BatchNormalization";

    /// <summary>The features' axis, counted with the batch dimension as 0; negative: from the end.</summary>
    public int Axis { get => Get(AxisArgument); init => Set(AxisArgument, value); }

    /// <summary>Share of the moving statistics that a step keeps.</summary>
    public double Momentum { get => Get(MomentumArgument); init => Set(MomentumArgument, value); }

    /// <summary>First values of the moving means.</summary>
    public Initializer MovingMeanInitializer { get => Get(MovingMeanInitializerArgument); init => Set(MovingMeanInitializerArgument, value); }

    /// <summary>First values of the moving variances.</summary>
    public Initializer MovingVarianceInitializer { get => Get(MovingVarianceInitializerArgument); init => Set(MovingVarianceInitializerArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, BatchNormalization>("BatchNormalization")
    {
        Arguments =
        [
            .. CommonArguments, AxisArgument, MomentumArgument, EpsilonArgument, CenterArgument, ScaleArgument, BetaInitializerArgument, GammaInitializerArgument,
            MovingMeanInitializerArgument, MovingVarianceInitializerArgument, BetaRegularizerArgument, GammaRegularizerArgument, BetaConstraintArgument,
            GammaConstraintArgument, Argument.Fixed("synchronized", false), Argument.Fixed("renorm", false), Argument.Ignored("renorm_clipping", null),
            Argument.Ignored("renorm_momentum", 0.99),
        ],
        Positional = [AxisArgument, MomentumArgument, EpsilonArgument, CenterArgument, ScaleArgument],
        Make = _ => new BatchNormalization(),
    };

    internal Parameter MovingMean => Parameters[^2];

    internal Parameter MovingVariance => Parameters[^1];

    internal override bool LearnsBySteps(string weight) => weight is "gamma" or "beta";

    internal override bool CanBuild(IReadOnlyList<int?> inputShape) => LayerArguments.OwnAxes([Axis], inputShape.Count, Owner).All(axis => inputShape[axis] is not null);

    internal override IEnumerable<(string Name, int[] Shape, Initializer Initializer)> DescribeWeights(IReadOnlyList<int?> inputShape)
    {
        int[] sizes = Sizes(inputShape, LayerArguments.OwnAxes([Axis], inputShape.Count, Owner));
        return [.. ScaleAndShift(sizes), ("moving_mean", sizes, MovingMeanInitializer), ("moving_variance", sizes, MovingVarianceInitializer)];
    }

    internal override LayerProgram CreateProgram(ProgramContext context) =>
        new BatchNormalizationProgram(this, context, LayerArguments.OwnAxes([Axis], context.Inputs[0].Dimensions.Count, Owner)[0]);
}
