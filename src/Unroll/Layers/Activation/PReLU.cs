using Unroll.Configuration;
using Unroll.Constraints;
using Unroll.Execution;
using Unroll.Initializers;
using Unroll.Regularizers;

namespace Unroll.Layers;

/// <summary>
/// max(x, 0) − α · max(−x, 0) with a trained α for every place of a sample, or one for all places along some axes (He et al.
/// 2015). Any shape; masks pass.
/// </summary>
public sealed class PReLU : Layer
{
    private static readonly Argument<Initializer> AlphaInitializerArgument = Initializer.Catalog.Argument("alpha_initializer", new Zeros());

    private static readonly Argument<Regularizer?> AlphaRegularizerArgument = Regularizer.Catalog.OptionalArgument("alpha_regularizer");

    private static readonly Argument<Constraint?> AlphaConstraintArgument = Constraint.Catalog.OptionalArgument("alpha_constraint");

    private static readonly Argument<IReadOnlyList<int>?> SharedAxesArgument = LayerArguments.OptionalWholes("shared_axes");

    /// <inheritdoc/>
    public override string ClassName => "PReLU";

    /// <summary>First values of α.</summary>
    public Initializer AlphaInitializer { get => Get(AlphaInitializerArgument); init => Set(AlphaInitializerArgument, value); }

    /// <summary>What α adds to the loss; null: nothing.</summary>
    public Regularizer? AlphaRegularizer { get => Get(AlphaRegularizerArgument); init => Set(AlphaRegularizerArgument, value); }

    /// <summary>What α is made to fulfil after each step; null: anything goes.</summary>
    public Constraint? AlphaConstraint { get => Get(AlphaConstraintArgument); init => Set(AlphaConstraintArgument, value); }

    /// <summary>Axes along which α is the same, counted with the batch dimension as 0; null: none. [1] shares it over time.</summary>
    public IReadOnlyList<int>? SharedAxes { get => Get(SharedAxesArgument); init => Set(SharedAxesArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, PReLU>("PReLU")
    {
        Arguments = [.. CommonArguments, AlphaInitializerArgument, AlphaRegularizerArgument, AlphaConstraintArgument, SharedAxesArgument],
        Make = _ => new PReLU(),
    };

    internal override bool HandsOnMask(int output) => true;

    internal override (Regularizer? Regularizer, Constraint? Constraint) RestrictionsOf(string weight) => (AlphaRegularizer, AlphaConstraint);

    internal override bool CanBuild(IReadOnlyList<int?> inputShape) => DescribeSizes(inputShape).All(size => size is not null);

    internal override IEnumerable<(string Name, int[] Shape, Initializer Initializer)> DescribeWeights(IReadOnlyList<int?> inputShape)
    {
        yield return ("alpha",
            [.. DescribeSizes(inputShape).Select(size => size ?? throw WrongInput(inputShape, "inputs of known size along axes that α is not shared along"))],
            AlphaInitializer);
    }

    internal override LayerProgram CreateProgram(ProgramContext context) => new PReLUProgram(this, context);

    private IEnumerable<int?> DescribeSizes(IReadOnlyList<int?> inputShape)
    {
        int[] shared = SharedAxes is { } axes ? LayerArguments.OwnAxes(axes, inputShape.Count, $"PReLU '{Name}'") : [];
        return inputShape.Select((size, d) => shared.Contains(d) ? 1 : size);
    }
}
