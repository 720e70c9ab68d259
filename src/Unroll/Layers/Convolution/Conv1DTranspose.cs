using Unroll.Activations;
using Unroll.Configuration;
using Unroll.Execution;
using Unroll.Initializers;

namespace Unroll.Layers;

/// <summary>
/// The transpose of a convolution: every step of the input adds a window to the output,
/// <c>y[t · strides + q · dilation, f] += Σ_c x[t, c] · K[q, f, c]</c>, then bias and activation. <c>[B, T, C] → [B, T', F]</c>, where
/// T' is T · strides with padding "same". Masks end here, as in Keras.
/// </summary>
public sealed class Conv1DTranspose : KernelConvolution
{
    /// <summary>Creates the layer.</summary>
    /// <param name="filters">Features that come out.</param>
    /// <param name="kernelSize">Steps of a window.</param>
    /// <param name="strides">Steps from one window to the next.</param>
    /// <param name="padding">Same: as many steps as go in, times strides; valid: all that windows reach.</param>
    /// <param name="activation">Activation; null: linear.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or larger than 1,048,576.</exception>
    public Conv1DTranspose(int filters, int kernelSize, int strides = 1, WindowPadding padding = WindowPadding.Valid, Activation? activation = null)
    {
        (Filters, KernelSize, Strides, Padding) = (filters, kernelSize, strides, padding);
        if (activation is not null) Activation = activation;
    }

    /// <inheritdoc/>
    public override string ClassName => "Conv1DTranspose";

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, Conv1DTranspose>("Conv1DTranspose")
    {
        Aliases = ["Convolution1DTranspose"],
        Arguments =
        [
            .. CommonArguments, FiltersArgument, KernelSizeArgument, StridesArgument, PaddingArgument, Argument.Fixed("output_padding", null), DataFormat,
            DilationRateArgument, ActivationArgument, UseBiasArgument, KernelInitializerArgument, BiasInitializerArgument, KernelRegularizerArgument,
            BiasRegularizerArgument, ActivityRegularizerArgument, KernelConstraintArgument, BiasConstraintArgument,
        ],
        Make = a => new Conv1DTranspose(a.Get(FiltersArgument), a.Get(KernelSizeArgument)),
    };

    private int Reach => (KernelSize - 1) * DilationRate + 1;

    /// <summary>Steps that are cut off at the beginning.</summary>
    internal int Before => Padding == WindowPadding.Same ? Math.Max(0, Reach - Strides) / 2 : 0;

    internal override IEnumerable<(string Name, int[] Shape, Initializer Initializer)> DescribeWeights(IReadOnlyList<int?> inputShape)
    {
        yield return ("kernel", [KernelSize, Filters, Channels(inputShape)], KernelInitializer);
        if (UseBias) yield return ("bias", [Filters], BiasInitializer);
    }

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape)
    {
        Channels(inputShape);
        int? steps = Padding == WindowPadding.Same ? checked(inputShape[0] * Strides) : checked((inputShape[0] - 1) * Strides + Reach + Math.Max(0, Strides - Reach));
        return [steps, Activation.CountOutputs(Filters)];
    }

    private protected override Conv1DTranspose Create() => new(Filters, KernelSize);

    internal override LayerProgram CreateProgram(ProgramContext context) => new TransposedProgram(this, context);
}
