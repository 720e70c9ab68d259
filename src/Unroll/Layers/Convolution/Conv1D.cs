using Unroll.Activations;
using Unroll.Configuration;
using Unroll.Execution;
using Unroll.Initializers;

namespace Unroll.Layers;

/// <summary>
/// Convolution over time, <c>y[t, f] = activation(b[f] + Σ_q Σ_c x[t · strides + q · dilation, c] · K[q, c, f])</c>:
/// <c>[B, T, C] → [B, T', F]</c>. With groups, each block of F / groups filters sees its own block of C / groups features. Masks
/// end here, as in Keras.
/// </summary>
public sealed class Conv1D : KernelConvolution
{
    private static readonly Argument<WindowPadding> CausalPaddingArgument =
        PaddingOf(("valid", WindowPadding.Valid), ("same", WindowPadding.Same), ("causal", WindowPadding.Causal));

    private static readonly Argument<int> GroupsArgument = Argument.Whole("groups", 1).Size();

    /// <summary>Creates the layer.</summary>
    /// <param name="filters">Features that come out.</param>
    /// <param name="kernelSize">Steps that a filter sees.</param>
    /// <param name="strides">Steps from one window to the next.</param>
    /// <param name="padding">What windows do at the ends of time.</param>
    /// <param name="activation">Activation; null: linear.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or larger than 1,048,576.</exception>
    public Conv1D(int filters, int kernelSize, int strides = 1, WindowPadding padding = WindowPadding.Valid, Activation? activation = null)
    {
        (Filters, KernelSize, Strides, Padding) = (filters, kernelSize, strides, padding);
        if (activation is not null) Activation = activation;
    }

    /// <inheritdoc/>
    public override string ClassName => "Conv1D";

    /// <inheritdoc/>
    public override WindowPadding Padding { get => Get(CausalPaddingArgument); init => Set(CausalPaddingArgument, value); }

    /// <summary>Blocks of features that don't see each other; divides features and filters.</summary>
    public int Groups { get => Get(GroupsArgument); init => Set(GroupsArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, Conv1D>("Conv1D")
    {
        Aliases = ["Convolution1D"],
        Arguments =
        [
            .. CommonArguments, FiltersArgument, KernelSizeArgument, StridesArgument, CausalPaddingArgument, DataFormat, DilationRateArgument, GroupsArgument,
            ActivationArgument, UseBiasArgument, KernelInitializerArgument, BiasInitializerArgument, KernelRegularizerArgument, BiasRegularizerArgument,
            ActivityRegularizerArgument, KernelConstraintArgument, BiasConstraintArgument,
        ],
        Make = a => new Conv1D(a.Get(FiltersArgument), a.Get(KernelSizeArgument)),
    };

    internal override IEnumerable<(string Name, int[] Shape, Initializer Initializer)> DescribeWeights(IReadOnlyList<int?> inputShape)
    {
        yield return ("kernel", [KernelSize, Channels(inputShape) / Groups, Filters], KernelInitializer);
        if (UseBias) yield return ("bias", [Filters], BiasInitializer);
    }

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape)
    {
        int channels = Channels(inputShape);
        if (channels % Groups != 0 || Filters % Groups != 0)
            throw new ArgumentException($"Conv1D '{Name}': {Groups} groups divide neither or only one of {channels} features and {Filters} filters; they must divide both.");
        return [CountWindows(inputShape), Activation.CountOutputs(Filters)];
    }

    private protected override Conv1D Create() => new(Filters, KernelSize);

    internal override LayerProgram CreateProgram(ProgramContext context) => new ConvolutionProgram(this, context);
}
