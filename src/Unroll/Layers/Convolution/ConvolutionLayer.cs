using Unroll.Activations;
using Unroll.Configuration;
using Unroll.Constraints;
using Unroll.Initializers;
using Unroll.Regularizers;

namespace Unroll.Layers;

/// <summary>Base of convolutions over time: <c>[B, T, C] → [B, T', F]</c>. Masks end here, as in Keras.</summary>
public abstract class ConvolutionLayer : Layer
{
    internal static readonly Argument<int> FiltersArgument = Argument.Whole("filters").Size();

    internal static readonly Argument<int> KernelSizeArgument = LayerArguments.Window("kernel_size");

    internal static readonly Argument<int> StridesArgument = LayerArguments.Window("strides", 1);

    internal static readonly Argument<WindowPadding> PaddingArgument = PaddingOf(("valid", WindowPadding.Valid), ("same", WindowPadding.Same));

    internal static readonly Argument DataFormat = Argument.Fixed("data_format", "channels_last");

    internal static readonly Argument<int> DilationRateArgument = LayerArguments.Window("dilation_rate", 1);

    private protected static readonly Argument<Activation> ActivationArgument = Activation.Catalog.Argument("activation", Activation.Linear);

    private protected static readonly Argument<bool> UseBiasArgument = Argument.Flag("use_bias", true);

    private protected static readonly Argument<int> DepthMultiplierArgument = Argument.Whole("depth_multiplier", 1).Size();

    private protected static readonly Argument<Initializer> BiasInitializerArgument = Initializer.Catalog.Argument("bias_initializer", new Zeros());

    private protected static readonly Argument<Regularizer?> BiasRegularizerArgument = Regularizer.Catalog.OptionalArgument("bias_regularizer");

    private protected static readonly Argument<Constraint?> BiasConstraintArgument = Constraint.Catalog.OptionalArgument("bias_constraint");

    private Graph? _parts;

    private protected ConvolutionLayer()
    {
    }

    /// <summary>Steps that a filter sees.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive, or larger than 1,048,576.</exception>
    public int KernelSize { get => Get(KernelSizeArgument); init => Set(KernelSizeArgument, value); }

    /// <summary>Steps from one window to the next.</summary>
    public int Strides { get => Get(StridesArgument); init => Set(StridesArgument, value); }

    /// <summary>What windows do at the ends of time.</summary>
    public virtual WindowPadding Padding { get => Get(PaddingArgument); init => Set(PaddingArgument, value); }

    /// <summary>Steps from one step of a window to the next.</summary>
    public int DilationRate { get => Get(DilationRateArgument); init => Set(DilationRateArgument, value); }

    /// <summary>Default linear.</summary>
    public Activation Activation { get => Get(ActivationArgument); init => Set(ActivationArgument, value); }

    /// <summary>Whether a bias is added.</summary>
    public bool UseBias { get => Get(UseBiasArgument); init => Set(UseBiasArgument, value); }

    /// <summary>First values of the bias.</summary>
    public Initializer BiasInitializer { get => Get(BiasInitializerArgument); init => Set(BiasInitializerArgument, value); }

    /// <summary>What the bias adds to the loss; null: nothing.</summary>
    public Regularizer? BiasRegularizer { get => Get(BiasRegularizerArgument); init => Set(BiasRegularizerArgument, value); }

    /// <summary>What the bias is made to fulfil after each step; null: anything goes.</summary>
    public Constraint? BiasConstraint { get => Get(BiasConstraintArgument); init => Set(BiasConstraintArgument, value); }

    /// <summary>What the output adds to the loss, divided by the rows of the batch; null: nothing.</summary>
    public Regularizer? ActivityRegularizer { get => Get(ActivityRegularizerArgument); init => Set(ActivityRegularizerArgument, value); }

    internal override Regularizer? OutputRegularizer => ActivityRegularizer;

    internal TimeWindow Window => new(KernelSize, Strides, DilationRate, Padding);

    internal override Activation? LastActivation => Activation;

    internal override int LeafCalls => Activation.IsFused ? 1 : 2;

    internal override Graph? InnerGraph(CallInputs inputs) =>
        Activation.IsFused ? null : LazyInitializer.EnsureInitialized(ref _parts, () => Apart(Create(), ActivationArgument));

    /// <summary>A new layer of the same class.</summary>
    private protected abstract ConvolutionLayer Create();

    private protected static Argument<WindowPadding> PaddingOf(params (string Word, WindowPadding Value)[] words) =>
        Argument.Choice("padding", WindowPadding.Valid, words);

    /// <summary>Features that come in.</summary>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    private protected int Channels(IReadOnlyList<int?> inputShape)
    {
        if (Strides > 1 && DilationRate > 1)
            throw new ArgumentException($"{ClassName} '{Name}': `strides > 1` not supported in conjunction with `dilation_rate > 1`.");
        return inputShape.Count == 2 && inputShape[1] is { } channels
            ? channels
            : throw WrongInput(inputShape, "[batch, time, features] with a known number of features");
    }

    /// <summary>Steps that come out.</summary>
    /// <exception cref="ArgumentException">Not one window fits.</exception>
    private protected int? CountWindows(IReadOnlyList<int?> inputShape) => Window.Count(inputShape[0]) is { } count and <= 0
        ? throw WrongInput(inputShape, $"sequences that a window of {KernelSize} step(s), {DilationRate} apart, fits into ({count} fit)")
        : Window.Count(inputShape[0]);
}
