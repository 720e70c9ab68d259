using Unroll.Activations;
using Unroll.Configuration;
using Unroll.Constraints;
using Unroll.Execution;
using Unroll.Initializers;
using Unroll.Regularizers;

namespace Unroll.Layers;

/// <summary>
/// Convolution over time of every feature by itself, then a product over the features at every step (Chollet 2017):
/// <c>[B, T, C] → [B, T', C · depthMultiplier] → [B, T', F]</c>. Bias and activation come last. Masks end here, as in Keras.
/// </summary>
public sealed class SeparableConv1D : ConvolutionLayer
{
    private static readonly Argument<Initializer> DepthwiseInitializerArgument = Initializer.Catalog.Argument("depthwise_initializer", new GlorotUniform());

    private static readonly Argument<Regularizer?> DepthwiseRegularizerArgument = Regularizer.Catalog.OptionalArgument("depthwise_regularizer");

    private static readonly Argument<Constraint?> DepthwiseConstraintArgument = Constraint.Catalog.OptionalArgument("depthwise_constraint");

    private static readonly Argument<Initializer> PointwiseInitializerArgument = Initializer.Catalog.Argument("pointwise_initializer", new GlorotUniform());

    private static readonly Argument<Regularizer?> PointwiseRegularizerArgument = Regularizer.Catalog.OptionalArgument("pointwise_regularizer");

    private static readonly Argument<Constraint?> PointwiseConstraintArgument = Constraint.Catalog.OptionalArgument("pointwise_constraint");

    private Graph? _inner;

    /// <summary>Creates the layer.</summary>
    /// <param name="filters">Features that come out.</param>
    /// <param name="kernelSize">Steps that a filter sees.</param>
    /// <param name="strides">Steps from one window to the next.</param>
    /// <param name="padding">What windows do at the ends of time; not causal.</param>
    /// <param name="activation">Activation; null: linear.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or larger than 1,048,576.</exception>
    public SeparableConv1D(int filters, int kernelSize, int strides = 1, WindowPadding padding = WindowPadding.Valid, Activation? activation = null)
    {
        (Filters, KernelSize, Strides, Padding) = (filters, kernelSize, strides, padding);
        if (activation is not null) Activation = activation;
    }

    /// <inheritdoc/>
    public override string ClassName => "SeparableConv1D";

    /// <summary>Features that come out.</summary>
    public int Filters { get => Get(FiltersArgument); init => Set(FiltersArgument, value); }

    /// <summary>Filters for every feature in the first part.</summary>
    public int DepthMultiplier { get => Get(DepthMultiplierArgument); init => Set(DepthMultiplierArgument, value); }

    /// <summary>First values of the first kernel.</summary>
    public Initializer DepthwiseInitializer { get => Get(DepthwiseInitializerArgument); init => Set(DepthwiseInitializerArgument, value); }

    /// <summary>What the first kernel adds to the loss; null: nothing.</summary>
    public Regularizer? DepthwiseRegularizer { get => Get(DepthwiseRegularizerArgument); init => Set(DepthwiseRegularizerArgument, value); }

    /// <summary>What the first kernel is made to fulfil after each step; null: anything goes.</summary>
    public Constraint? DepthwiseConstraint { get => Get(DepthwiseConstraintArgument); init => Set(DepthwiseConstraintArgument, value); }

    /// <summary>First values of the second kernel.</summary>
    public Initializer PointwiseInitializer { get => Get(PointwiseInitializerArgument); init => Set(PointwiseInitializerArgument, value); }

    /// <summary>What the second kernel adds to the loss; null: nothing.</summary>
    public Regularizer? PointwiseRegularizer { get => Get(PointwiseRegularizerArgument); init => Set(PointwiseRegularizerArgument, value); }

    /// <summary>What the second kernel is made to fulfil after each step; null: anything goes.</summary>
    public Constraint? PointwiseConstraint { get => Get(PointwiseConstraintArgument); init => Set(PointwiseConstraintArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, SeparableConv1D>("SeparableConv1D")
    {
        Aliases = ["SeparableConvolution1D"],
        Arguments =
        [
            .. CommonArguments, DepthMultiplierArgument, FiltersArgument, KernelSizeArgument, StridesArgument, PaddingArgument, DataFormat, DilationRateArgument,
            ActivationArgument, UseBiasArgument, DepthwiseInitializerArgument, PointwiseInitializerArgument, BiasInitializerArgument,
            DepthwiseRegularizerArgument, PointwiseRegularizerArgument, BiasRegularizerArgument, ActivityRegularizerArgument,
            DepthwiseConstraintArgument, PointwiseConstraintArgument, BiasConstraintArgument,
        ],
        Positional = [FiltersArgument, KernelSizeArgument, StridesArgument, PaddingArgument],
        Make = a => new SeparableConv1D(a.Get(FiltersArgument), a.Get(KernelSizeArgument)),
    };

    internal override int LeafCalls => Activation.IsFused ? 2 : 3;

    internal override (Regularizer? Regularizer, Constraint? Constraint) RestrictionsOf(string weight) => weight switch
    {
        "bias" => (BiasRegularizer, BiasConstraint),
        "depthwise_kernel" => (DepthwiseRegularizer, DepthwiseConstraint),
        _ => (PointwiseRegularizer, PointwiseConstraint),
    };

    internal override IEnumerable<(string Name, int[] Shape, Initializer Initializer)> DescribeWeights(IReadOnlyList<int?> inputShape)
    {
        int channels = Channels(inputShape);
        yield return ("depthwise_kernel", [KernelSize, channels, DepthMultiplier], DepthwiseInitializer);
        yield return ("pointwise_kernel", [1, checked(channels * DepthMultiplier), Filters], PointwiseInitializer);
        if (UseBias) yield return ("bias", [Filters], BiasInitializer);
    }

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape)
    {
        Channels(inputShape);
        return [CountWindows(inputShape), Activation.CountOutputs(Filters)];
    }

    internal override Graph? InnerGraph(CallInputs inputs) => _inner ?? throw new InvalidOperationException($"{ClassName} '{Name}' has no weights yet.");

    private protected override SeparableConv1D Create() => new(Filters, KernelSize);

    internal override LayerProgram CreateProgram(ProgramContext context) => throw new NotSupportedException("The layer is taken apart before it runs.");

    private protected override void OnBuilt(IReadOnlyList<int?> inputShape)
    {
        if (_inner is not null) return;
        IReadOnlyList<int?> open = [null, inputShape[1]];
        var depthwise = new DepthwiseConv1D(KernelSize, Strides, Padding, DepthMultiplier) { Name = Name + "_depthwise", DilationRate = DilationRate, UseBias = false };
        depthwise.Adopt(Parameters.Take(1), open);
        var pointwise = new Conv1D(Filters, 1) { Name = Name + "_pointwise", Activation = Activation, UseBias = UseBias, ActivityRegularizer = ActivityRegularizer };
        pointwise.Adopt(Parameters.Skip(1), depthwise.OutputShape!);
        Symbol input = Input.Features([.. open]);
        _inner = Graph.Between(input, pointwise.Call(depthwise.Call(input)));
    }
}
