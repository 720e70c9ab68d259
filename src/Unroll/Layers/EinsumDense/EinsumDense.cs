using Unroll.Activations;
using Unroll.Configuration;
using Unroll.Constraints;
using Unroll.Execution;
using Unroll.Initializers;
using Unroll.Regularizers;

namespace Unroll.Layers;

/// <summary>
/// Product with a kernel along the axes that an equation names, y = activation(einsum(equation, x, kernel) + bias):
/// <c>"abc,cd->abd"</c> is a Dense at every step, <c>"abc,cde->abde"</c> has two axes of outputs, <c>"abc,bd->adc"</c> works along
/// time, and <c>"...x,xy->...y"</c> on inputs of any rank. The first letter is the batch. Axes that the input alone has, and axes
/// named twice, are refused. Masks end here, as in Keras.
/// </summary>
public sealed class EinsumDense : Layer
{
    private static readonly Argument<string> EquationArgument = new("equation", ArgumentForms.Text);

    private static readonly Argument<IReadOnlyList<int?>> TargetShapeArgument = LayerArguments.Shape("output_shape")
        .Require(shape => shape.All(size => size is null or > 0), "a list of sizes of 1 or more; null: as in the input");

    private static readonly Argument<Activation> ActivationArgument = Activation.Catalog.Argument("activation", Activation.Linear);

    private static readonly Argument<string?> BiasAxesArgument = Argument.OptionalText("bias_axes");

    private static readonly Argument<Initializer> KernelInitializerArgument = Initializer.Catalog.Argument("kernel_initializer", new GlorotUniform());

    private static readonly Argument<Initializer> BiasInitializerArgument = Initializer.Catalog.Argument("bias_initializer", new Zeros());

    private static readonly Argument<Regularizer?> KernelRegularizerArgument = Regularizer.Catalog.OptionalArgument("kernel_regularizer").KeywordOnly();

    private static readonly Argument<Regularizer?> BiasRegularizerArgument = Regularizer.Catalog.OptionalArgument("bias_regularizer").KeywordOnly();

    private static readonly Argument<Constraint?> KernelConstraintArgument = Constraint.Catalog.OptionalArgument("kernel_constraint").KeywordOnly();

    private static readonly Argument<Constraint?> BiasConstraintArgument = Constraint.Catalog.OptionalArgument("bias_constraint").KeywordOnly();

    private readonly EinsumEquation _equation;
    private Graph? _parts;

    /// <summary>Creates the layer.</summary>
    /// <param name="equation">Axes of input, kernel and output: <c>"abc,cd->abd"</c>.</param>
    /// <param name="outputShape">Sizes of the output's letters but the batch; null: as in the input.</param>
    /// <param name="activation">Activation; null: linear.</param>
    /// <param name="biasAxes">Letters of the output along which the bias has values of its own; null: no bias.</param>
    /// <exception cref="ArgumentException">The equation is none, or one that is no product with a kernel.</exception>
    public EinsumDense(string equation, IReadOnlyList<int?> outputShape, Activation? activation = null, string? biasAxes = null)
    {
        Set(EquationArgument, equation);
        _equation = EinsumEquation.Parse(equation);
        TargetShape = outputShape;
        if (activation is not null) Activation = activation;
        BiasAxes = biasAxes;
    }

    /// <summary>Creates the layer for an output with one letter beside the batch, or beside <c>...</c>.</summary>
    /// <inheritdoc cref="EinsumDense(string, IReadOnlyList{int?}, Activation?, string?)"/>
    public EinsumDense(string equation, int outputShape, Activation? activation = null, string? biasAxes = null)
        : this(equation, [outputShape], activation, biasAxes)
    {
    }

    /// <inheritdoc/>
    public override string ClassName => "EinsumDense";

    /// <summary>Axes of input, kernel and output.</summary>
    public string Equation => Get(EquationArgument);

    /// <summary>Keras' <c>output_shape</c>: sizes of the output's letters but the batch; null: as in the input.</summary>
    public IReadOnlyList<int?> TargetShape { get => Get(TargetShapeArgument); init => Set(TargetShapeArgument, value); }

    /// <summary>Default linear.</summary>
    public Activation Activation { get => Get(ActivationArgument); init => Set(ActivationArgument, value); }

    /// <summary>Letters of the output along which the bias has values of its own; null: no bias.</summary>
    public string? BiasAxes { get => Get(BiasAxesArgument); init => Set(BiasAxesArgument, value); }

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

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, EinsumDense>("EinsumDense")
    {
        Arguments =
        [
            .. CommonArguments, TargetShapeArgument, EquationArgument, ActivationArgument, BiasAxesArgument, KernelInitializerArgument, BiasInitializerArgument,
            KernelRegularizerArgument, BiasRegularizerArgument, ActivityRegularizerArgument, KernelConstraintArgument, BiasConstraintArgument,
        ],
        Positional = [EquationArgument, TargetShapeArgument, ActivationArgument, BiasAxesArgument],
        Make = a => new EinsumDense(a.Get(EquationArgument), a.Get(TargetShapeArgument)),
    };

    /// <summary>True if there is a bias.</summary>
    internal bool UseBias => !string.IsNullOrEmpty(BiasAxes);

    internal override (Regularizer? Regularizer, Constraint? Constraint) RestrictionsOf(string weight) => weight == "kernel"
        ? (KernelRegularizer, KernelConstraint)
        : (BiasRegularizer, BiasConstraint);

    internal override Regularizer? OutputRegularizer => ActivityRegularizer;

    internal override Activation LastActivation => Activation;

    internal override int LeafCalls => Activation.IsFused ? 1 : 2;

    internal override Graph? InnerGraph(CallInputs inputs) =>
        Activation.IsFused ? null : LazyInitializer.EnsureInitialized(ref _parts, () => Apart(new EinsumDense(Equation, TargetShape), ActivationArgument));

    internal override LayerProgram CreateProgram(ProgramContext context) => new EinsumProgram(this, AxesFor(context.Inputs[0].AsOpen()), context);

    internal override bool CanBuild(IReadOnlyList<int?> inputShape) => ShapesOf(inputShape).All(shape => shape.All(size => size is not null));

    internal override IEnumerable<(string Name, int[] Shape, Initializer Initializer)> DescribeWeights(IReadOnlyList<int?> inputShape)
    {
        IReadOnlyList<int?>[] shapes = [.. ShapesOf(inputShape)];
        for (int i = 0; i < shapes.Length; i++)
        {
            int[] known = [.. shapes[i].Select(size => size ?? throw WrongInput(inputShape, $"inputs with known sizes along the axes of the weights, by the equation '{Equation}'"))];
            yield return i == 0 ? ("kernel", known, KernelInitializer) : ("bias", known, BiasInitializer);
        }
    }

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape)
    {
        EinsumAxes axes = AxesFor(inputShape);
        int?[] shape = [.. axes.Output.Select(axis => axes.Sizes[axis])];
        if (shape.Length > 0 && shape[^1] is { } features) shape[^1] = Activation.CountOutputs(features);
        return shape;
    }

    private IEnumerable<IReadOnlyList<int?>> ShapesOf(IReadOnlyList<int?> inputShape)
    {
        EinsumAxes axes = AxesFor(inputShape);
        yield return [.. axes.Kernel.Select(axis => axes.Sizes[axis])];
        if (UseBias) yield return [.. _equation.BiasShape(axes, BiasAxes!, Label)];
    }

    private EinsumAxes AxesFor(IReadOnlyList<int?> inputShape) => _equation.For(inputShape, TargetShape, Label);
}
