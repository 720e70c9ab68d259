using Unroll.Activations;
using Unroll.Configuration;
using Unroll.Constraints;
using Unroll.Initializers;
using Unroll.Kernels.Activation;
using Unroll.Kernels.Recurrent;
using Unroll.Regularizers;

namespace Unroll.Layers;

/// <summary>What a <see cref="GRU"/> is made of; Keras' arguments and defaults.</summary>
/// <param name="Units">Size of the hidden state.</param>
public sealed record GRUOptions(int Units) : RecurrentOptions(Units)
{
    /// <summary>Activation of the gates; default sigmoid.</summary>
    public Activation RecurrentActivation { get; init; } = Activation.Sigmoid;

    /// <summary>True: the reset gate acts after the recurrent product, which then has a bias of its own.</summary>
    public bool ResetAfter { get; init; } = true;
}

/// <summary>
/// Gated recurrent unit (Cho et al. 2014). Gates in the order z, r, h: h' = z·h + (1 − z)·hh with
/// hh = activation(xh + r·(h·Rh + br)), or activation(xh + (r·h)·Rh) without <c>resetAfter</c>. Weights: kernel
/// <c>[F, 3U]</c>, recurrent kernel <c>[U, 3U]</c>, bias <c>[2, 3U]</c> (input, recurrent) or <c>[3U]</c>:
/// 3U(F + U + 2) or 3U(F + U + 1) parameters. With recurrent dropout every gate has masks of its own (Keras 3.8 on).
/// </summary>
public sealed class GRU : RecurrentLayer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="units">Size of the hidden state.</param>
    /// <param name="activation">Null: tanh.</param>
    /// <param name="recurrentActivation">Activation of the gates; null: sigmoid.</param>
    /// <param name="useBias">Whether biases are added.</param>
    /// <param name="kernelInitializer">Null: <c>glorot_uniform</c>.</param>
    /// <param name="recurrentInitializer">Null: <c>orthogonal</c>.</param>
    /// <param name="biasInitializer">Null: <c>zeros</c>.</param>
    /// <param name="dropout">Share of inputs dropped in training, 0 to 1.</param>
    /// <param name="recurrentDropout">Share of the hidden state dropped in training, 0 to 1.</param>
    /// <param name="returnSequences">True: output at every step.</param>
    /// <param name="goBackwards">True: reads from the end.</param>
    /// <param name="resetAfter">Where the reset gate acts.</param>
    /// <param name="recurrentDropoutPerStep">True: recurrent dropout draws a new mask at every time step.</param>
    /// <param name="kernelRegularizer">What the kernel adds to the loss; null: nothing.</param>
    /// <param name="recurrentRegularizer">What the recurrent kernel adds to the loss.</param>
    /// <param name="biasRegularizer">What the bias adds to the loss.</param>
    /// <param name="kernelConstraint">What the kernel is made to fulfil after each step; null: anything goes.</param>
    /// <param name="recurrentConstraint">The same for the recurrent kernel.</param>
    /// <param name="biasConstraint">The same for the bias.</param>
    /// <exception cref="ArgumentOutOfRangeException">Units are not positive, or a rate is outside 0 … 1.</exception>
    public GRU(
        int units, Activation? activation = null, Activation? recurrentActivation = null, bool useBias = true,
        Initializer? kernelInitializer = null, Initializer? recurrentInitializer = null, Initializer? biasInitializer = null,
        double dropout = 0, double recurrentDropout = 0, bool returnSequences = false, bool goBackwards = false,
        bool resetAfter = true, bool recurrentDropoutPerStep = false,
        Regularizer? kernelRegularizer = null, Regularizer? recurrentRegularizer = null, Regularizer? biasRegularizer = null,
        Constraint? kernelConstraint = null, Constraint? recurrentConstraint = null, Constraint? biasConstraint = null)
        : this(new GRUOptions(units)
        {
            Activation = activation ?? Activation.Tanh,
            RecurrentActivation = recurrentActivation ?? Activation.Sigmoid,
            UseBias = useBias,
            KernelInitializer = kernelInitializer ?? new GlorotUniform(),
            RecurrentInitializer = recurrentInitializer ?? new Orthogonal(),
            BiasInitializer = biasInitializer ?? new Zeros(),
            Dropout = dropout,
            RecurrentDropout = recurrentDropout,
            RecurrentDropoutPerStep = recurrentDropoutPerStep,
            ReturnSequences = returnSequences,
            GoBackwards = goBackwards,
            KernelRegularizer = kernelRegularizer,
            RecurrentRegularizer = recurrentRegularizer,
            BiasRegularizer = biasRegularizer,
            KernelConstraint = kernelConstraint,
            RecurrentConstraint = recurrentConstraint,
            BiasConstraint = biasConstraint,
            ResetAfter = resetAfter,
        })
    {
    }

    /// <summary>Creates the layer from options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Units are not positive, or a rate is outside 0 … 1.</exception>
    public GRU(GRUOptions options) : base(options, gateCount: 3) => Options = options;

    /// <summary>What the layer was made of.</summary>
    public GRUOptions Options { get; }

    /// <inheritdoc/>
    public override string ClassName => "GRU";

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, GRU>("GRU")
    {
        Arguments = RecurrentArguments.All<GRU>(
            gru => gru.Options.RecurrentActivation,
            afterBias: [],
            last: [new("reset_after", gru => gru.Options.ResetAfter), ConfigArgument<GRU>.Ignored("seed", null)]),
        Positional = RecurrentArguments.Positional(gated: true),
        Make = a => new GRU(RecurrentArguments.Read(a, new GRUOptions(a.Int("units"))
        {
            RecurrentActivation = a.Activation("recurrent_activation", "sigmoid"),
            ResetAfter = a.Bool("reset_after", true),
        })),
    };

    internal override RecurrentLayer Create(RecurrentOptions options) => new GRU((GRUOptions)options);

    internal override CellKind Cell => Options.ResetAfter ? CellKind.Gru : CellKind.GruResetBefore;

    internal override ActivationKind RecurrentActivationKind => Options.RecurrentActivation.Kind;

    private protected override int[] BiasShape => Options.ResetAfter ? [2, 3 * Options.Units] : [3 * Options.Units];
}
