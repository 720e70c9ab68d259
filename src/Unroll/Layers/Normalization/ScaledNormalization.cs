using Unroll.Configuration;
using Unroll.Constraints;
using Unroll.Initializers;
using Unroll.Regularizers;

namespace Unroll.Layers;

/// <summary>Base of normalisations with trained factors γ and shifts β.</summary>
public abstract class ScaledNormalization : Layer
{
    private protected static readonly Argument<double> EpsilonArgument = Argument.Number("epsilon", 1e-3).AtLeast(0.0);

    private protected static readonly Argument<bool> CenterArgument = Argument.Flag("center", true);

    private protected static readonly Argument<bool> ScaleArgument = Argument.Flag("scale", true);

    private protected static readonly Argument<Initializer> BetaInitializerArgument = Initializer.Catalog.Argument("beta_initializer", new Zeros());

    private protected static readonly Argument<Initializer> GammaInitializerArgument = Initializer.Catalog.Argument("gamma_initializer", new Ones());

    private protected static readonly Argument<Regularizer?> BetaRegularizerArgument = Regularizer.Catalog.OptionalArgument("beta_regularizer").KeywordOnly();

    private protected static readonly Argument<Regularizer?> GammaRegularizerArgument = Regularizer.Catalog.OptionalArgument("gamma_regularizer").KeywordOnly();

    private protected static readonly Argument<Constraint?> BetaConstraintArgument = Constraint.Catalog.OptionalArgument("beta_constraint").KeywordOnly();

    private protected static readonly Argument<Constraint?> GammaConstraintArgument = Constraint.Catalog.OptionalArgument("gamma_constraint").KeywordOnly();

    private protected ScaledNormalization()
    {
    }

    /// <summary>Added to the variance, so that nothing is divided by zero.</summary>
    public double Epsilon { get => Get(EpsilonArgument); init => Set(EpsilonArgument, value); }

    /// <summary>Whether β is added.</summary>
    public bool Center { get => Get(CenterArgument); init => Set(CenterArgument, value); }

    /// <summary>Whether γ multiplies.</summary>
    public bool Scale { get => Get(ScaleArgument); init => Set(ScaleArgument, value); }

    /// <summary>First values of β.</summary>
    public Initializer BetaInitializer { get => Get(BetaInitializerArgument); init => Set(BetaInitializerArgument, value); }

    /// <summary>First values of γ.</summary>
    public Initializer GammaInitializer { get => Get(GammaInitializerArgument); init => Set(GammaInitializerArgument, value); }

    /// <summary>What β adds to the loss; null: nothing.</summary>
    public Regularizer? BetaRegularizer { get => Get(BetaRegularizerArgument); init => Set(BetaRegularizerArgument, value); }

    /// <summary>What γ adds to the loss; null: nothing.</summary>
    public Regularizer? GammaRegularizer { get => Get(GammaRegularizerArgument); init => Set(GammaRegularizerArgument, value); }

    /// <summary>What β is made to fulfil after each step; null: anything goes.</summary>
    public Constraint? BetaConstraint { get => Get(BetaConstraintArgument); init => Set(BetaConstraintArgument, value); }

    /// <summary>What γ is made to fulfil after each step; null: anything goes.</summary>
    public Constraint? GammaConstraint { get => Get(GammaConstraintArgument); init => Set(GammaConstraintArgument, value); }

    private protected static IReadOnlyList<Argument> WeightArguments { get; } =
    [
        BetaInitializerArgument, GammaInitializerArgument, BetaRegularizerArgument, GammaRegularizerArgument, BetaConstraintArgument, GammaConstraintArgument,
    ];

    /// <summary>The factors; null: 1.</summary>
    internal Parameter? Gamma => Parameters.FirstOrDefault(parameter => parameter.Name == "gamma");

    /// <summary>The shifts; null: 0.</summary>
    internal Parameter? Beta => Parameters.FirstOrDefault(parameter => parameter.Name == "beta");

    internal override bool HandsOnMask(int output) => true;

    internal override (Regularizer? Regularizer, Constraint? Constraint) RestrictionsOf(string weight) => weight switch
    {
        "gamma" => (GammaRegularizer, GammaConstraint),
        "beta" => (BetaRegularizer, BetaConstraint),
        _ => default,
    };

    private protected string Owner => $"{ClassName} '{Name}'";

    private protected IEnumerable<(string Name, int[] Shape, Initializer Initializer)> ScaleAndShift(int[] shape)
    {
        if (Scale) yield return ("gamma", shape, GammaInitializer);
        if (Center) yield return ("beta", shape, BetaInitializer);
    }

    /// <summary>Sizes along some axes.</summary>
    /// <exception cref="ArgumentException">One is not known.</exception>
    private protected int[] Sizes(IReadOnlyList<int?> inputShape, int[] axes) =>
        [.. axes.Select(axis => inputShape[axis] ?? throw WrongInput(inputShape, "inputs of known size along the axes that are normalised"))];
}
