using Unroll.Activations;
using Unroll.Configuration;
using Unroll.Constraints;
using Unroll.Execution;
using Unroll.Initializers;
using Unroll.Kernels.Activation;
using Unroll.Regularizers;

namespace Unroll.Layers;

/// <summary>Fully connected layer, y = activation(x·kernel + bias) on the last axis: <c>[B, …, F] → [B, …, U]</c>.</summary>
public sealed class Dense : Layer
{
    private static readonly Argument<int> UnitsArgument = Argument.Whole("units").Size();

    private static readonly Argument<Activation> ActivationArgument = Activation.Catalog.Argument("activation", Activation.Linear);

    private static readonly Argument<bool> UseBiasArgument = Argument.Flag("use_bias", true);

    private static readonly Argument<Initializer> KernelInitializerArgument = Initializer.Catalog.Argument("kernel_initializer", new GlorotUniform());

    private static readonly Argument<Initializer> BiasInitializerArgument = Initializer.Catalog.Argument("bias_initializer", new Zeros());

    private static readonly Argument<Regularizer?> KernelRegularizerArgument = Regularizer.Catalog.OptionalArgument("kernel_regularizer").KeywordOnly();

    private static readonly Argument<Regularizer?> BiasRegularizerArgument = Regularizer.Catalog.OptionalArgument("bias_regularizer").KeywordOnly();

    private static readonly Argument<Constraint?> KernelConstraintArgument = Constraint.Catalog.OptionalArgument("kernel_constraint").KeywordOnly();

    private static readonly Argument<Constraint?> BiasConstraintArgument = Constraint.Catalog.OptionalArgument("bias_constraint").KeywordOnly();

    private Graph? _parts;

    /// <summary>Creates the layer.</summary>
    /// <param name="units">Outputs.</param>
    /// <param name="activation">Activation; null: linear.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="units"/> is not positive, or larger than 1,048,576.</exception>
    public Dense(int units, Activation? activation = null)
    {
        Units = units;
        if (activation is not null) Activation = activation;
    }

    /// <inheritdoc/>
    public override string ClassName => "Dense";

    /// <summary>Outputs.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive, or larger than 1,048,576.</exception>
    public int Units { get => Get(UnitsArgument); init => Set(UnitsArgument, value); }

    /// <summary>Default linear.</summary>
    public Activation Activation { get => Get(ActivationArgument); init => Set(ActivationArgument, value); }

    /// <summary>Whether a bias is added.</summary>
    public bool UseBias { get => Get(UseBiasArgument); init => Set(UseBiasArgument, value); }

    /// <summary>First values of the kernel.</summary>
    public Initializer KernelInitializer { get => Get(KernelInitializerArgument); init => Set(KernelInitializerArgument, value); }

    /// <summary>First values of the bias.</summary>
    public Initializer BiasInitializer { get => Get(BiasInitializerArgument); init => Set(BiasInitializerArgument, value); }

    /// <summary>What the kernel adds to the loss; null: nothing.</summary>
    public Regularizer? KernelRegularizer { get => Get(KernelRegularizerArgument); init => Set(KernelRegularizerArgument, value); }

    /// <summary>What the bias adds to the loss; null: nothing.</summary>
    public Regularizer? BiasRegularizer { get => Get(BiasRegularizerArgument); init => Set(BiasRegularizerArgument, value); }

    /// <summary>What the kernel is made to fulfil after each step; null: anything goes.</summary>
    public Constraint? KernelConstraint { get => Get(KernelConstraintArgument); init => Set(KernelConstraintArgument, value); }

    /// <summary>What the bias is made to fulfil after each step; null: anything goes.</summary>
    public Constraint? BiasConstraint { get => Get(BiasConstraintArgument); init => Set(BiasConstraintArgument, value); }

    /// <summary>What the output adds to the loss, row by row and divided by the rows of the batch; null: nothing.</summary>
    public Regularizer? ActivityRegularizer { get => Get(ActivityRegularizerArgument); init => Set(ActivityRegularizerArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, Dense>("Dense")
    {
        Arguments = [.. CommonArguments, UnitsArgument, ActivationArgument, UseBiasArgument, KernelInitializerArgument, BiasInitializerArgument, KernelRegularizerArgument, BiasRegularizerArgument, KernelConstraintArgument, BiasConstraintArgument, ActivityRegularizerArgument.LeftOutIfNull()],
        Make = a => new Dense(a.Get(UnitsArgument)),
    };

    internal override bool HandsOnMask(int output) => true;

    internal override (Regularizer? Regularizer, Constraint? Constraint) RestrictionsOf(string weight) => weight == "kernel"
        ? (KernelRegularizer, KernelConstraint)
        : (BiasRegularizer, BiasConstraint);

    internal override bool TreatsStepsAlike => true;

    internal override Regularizer? OutputRegularizer => ActivityRegularizer;

    internal override Activation LastActivation => Activation;

    internal override int LeafCalls => Activation.IsFused ? 1 : 2;

    internal override Graph? InnerGraph(CallInputs inputs) =>
        Activation.IsFused ? null : LazyInitializer.EnsureInitialized(ref _parts, () => Apart(new Dense(Units), ActivationArgument));

    internal override LayerProgram CreateProgram(ProgramContext context) => new DenseProgram(this, context);

    // Softmax is computed for groups of rows only.
    internal override RowLayer? CreateRow(RowContext context) =>
        Activation.Kind == ActivationKind.Softmax ? null : new DenseRow(this, context);

    // Behind a Flatten the number of features is known only with the number of steps.
    internal override bool CanBuild(IReadOnlyList<int?> inputShape) => inputShape.Count == 0 || inputShape[^1] is not null;

    internal override IEnumerable<(string Name, int[] Shape, Initializer Initializer)> DescribeWeights(IReadOnlyList<int?> inputShape)
    {
        int features = Features(inputShape);
        yield return ("kernel", [features, Units], KernelInitializer);
        if (UseBias) yield return ("bias", [Units], BiasInitializer);
    }

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape)
    {
        Features(inputShape);
        return [.. inputShape.SkipLast(1), Activation.CountOutputs(Units)];
    }

    private int Features(IReadOnlyList<int?> inputShape) => inputShape.Count > 0 && inputShape[^1] is { } features
        ? features
        : throw WrongInput(inputShape, "[batch, features] or [batch, time, features] with a known number of features");
}
