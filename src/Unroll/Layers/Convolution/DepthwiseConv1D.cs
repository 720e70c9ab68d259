using Unroll.Configuration;
using Unroll.Constraints;
using Unroll.Execution;
using Unroll.Initializers;
using Unroll.Regularizers;

namespace Unroll.Layers;

/// <summary>
/// Convolution over time of every feature by itself: <c>y[t, c · m + i] = activation(b + Σ_q x[t · strides + q · dilation, c] · K[q, c, i])</c>
/// with m = depthMultiplier, <c>[B, T, C] → [B, T', C · m]</c>. Masks end here, as in Keras.
/// </summary>
public sealed class DepthwiseConv1D : ConvolutionLayer
{
    private static readonly Argument<Initializer> DepthwiseInitializerArgument = Initializer.Catalog.Argument("depthwise_initializer", new GlorotUniform());

    private static readonly Argument<Regularizer?> DepthwiseRegularizerArgument = Regularizer.Catalog.OptionalArgument("depthwise_regularizer");

    private static readonly Argument<Constraint?> DepthwiseConstraintArgument = Constraint.Catalog.OptionalArgument("depthwise_constraint");

    /// <summary>Creates the layer.</summary>
    /// <param name="kernelSize">Steps that a filter sees.</param>
    /// <param name="strides">Steps from one window to the next.</param>
    /// <param name="padding">What windows do at the ends of time; not causal.</param>
    /// <param name="depthMultiplier">Filters for every feature.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or larger than 1,048,576.</exception>
    public DepthwiseConv1D(int kernelSize, int strides = 1, WindowPadding padding = WindowPadding.Valid, int depthMultiplier = 1) =>
        (KernelSize, Strides, Padding, DepthMultiplier) = (kernelSize, strides, padding, depthMultiplier);

    /// <inheritdoc/>
    public override string ClassName => "DepthwiseConv1D";

    /// <summary>Filters for every feature.</summary>
    public int DepthMultiplier { get => Get(DepthMultiplierArgument); init => Set(DepthMultiplierArgument, value); }

    /// <summary>First values of the kernel.</summary>
    public Initializer DepthwiseInitializer { get => Get(DepthwiseInitializerArgument); init => Set(DepthwiseInitializerArgument, value); }

    /// <summary>What the kernel adds to the loss; null: nothing.</summary>
    public Regularizer? DepthwiseRegularizer { get => Get(DepthwiseRegularizerArgument); init => Set(DepthwiseRegularizerArgument, value); }

    /// <summary>What the kernel is made to fulfil after each step; null: anything goes.</summary>
    public Constraint? DepthwiseConstraint { get => Get(DepthwiseConstraintArgument); init => Set(DepthwiseConstraintArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, DepthwiseConv1D>("DepthwiseConv1D")
    {
        Arguments =
        [
            .. CommonArguments, DepthMultiplierArgument, KernelSizeArgument, StridesArgument, PaddingArgument, DataFormat, DilationRateArgument,
            ActivationArgument, UseBiasArgument, DepthwiseInitializerArgument, BiasInitializerArgument, DepthwiseRegularizerArgument, BiasRegularizerArgument,
            ActivityRegularizerArgument, DepthwiseConstraintArgument, BiasConstraintArgument,
        ],
        Positional = [KernelSizeArgument, StridesArgument, PaddingArgument, DepthMultiplierArgument],
        Make = a => new DepthwiseConv1D(a.Get(KernelSizeArgument)),
    };

    internal override (Regularizer? Regularizer, Constraint? Constraint) RestrictionsOf(string weight) => weight == "bias"
        ? (BiasRegularizer, BiasConstraint)
        : (DepthwiseRegularizer, DepthwiseConstraint);

    internal override IEnumerable<(string Name, int[] Shape, Initializer Initializer)> DescribeWeights(IReadOnlyList<int?> inputShape)
    {
        int channels = Channels(inputShape);
        yield return ("kernel", [KernelSize, channels, DepthMultiplier], DepthwiseInitializer);
        if (UseBias) yield return ("bias", [checked(channels * DepthMultiplier)], BiasInitializer);
    }

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape) =>
        [CountWindows(inputShape), Activation.CountOutputs(checked(Channels(inputShape) * DepthMultiplier))];

    private protected override DepthwiseConv1D Create() => new(KernelSize);

    internal override LayerProgram CreateProgram(ProgramContext context) => new DepthwiseProgram(this, context);
}
