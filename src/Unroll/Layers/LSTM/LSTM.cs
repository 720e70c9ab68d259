using Unroll.Activations;
using Unroll.Configuration;
using Unroll.Constraints;
using Unroll.Initializers;
using Unroll.Kernels.Activation;
using Unroll.Kernels.Recurrent;
using Unroll.Random;
using Unroll.Regularizers;

namespace Unroll.Layers;

/// <summary>What an <see cref="LSTM"/> is made of; Keras' arguments and defaults.</summary>
/// <param name="Units">Size of the hidden state and of the cell state.</param>
public sealed record LSTMOptions(int Units) : RecurrentOptions(Units)
{
    /// <summary>Activation of the gates; default sigmoid.</summary>
    public Activation RecurrentActivation { get; init; } = Activation.Sigmoid;

    /// <summary>True: the forget gate's bias starts at 1 (Jozefowicz et al. 2015).</summary>
    public bool UnitForgetBias { get; init; } = true;
}

/// <summary>
/// Long short-term memory (Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 2000). Gates in the order i, f, c, o:
/// c' = f·c + i·activation(zc), h' = o·activation(c'). Weights: kernel <c>[F, 4U]</c>, recurrent kernel <c>[U, 4U]</c>,
/// bias <c>[4U]</c>: 4U(F + U + 1) parameters. With recurrent dropout every gate has masks of its own (Keras 3.8 on).
/// </summary>
public sealed class LSTM : RecurrentLayer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="units">Size of the hidden state.</param>
    /// <param name="activation">Null: tanh.</param>
    /// <param name="recurrentActivation">Activation of the gates; null: sigmoid.</param>
    /// <param name="useBias">Whether a bias is added.</param>
    /// <param name="kernelInitializer">Null: <c>glorot_uniform</c>.</param>
    /// <param name="recurrentInitializer">Null: <c>orthogonal</c>.</param>
    /// <param name="biasInitializer">Null: <c>zeros</c>.</param>
    /// <param name="unitForgetBias">True: the forget gate's bias starts at 1.</param>
    /// <param name="dropout">Share of inputs dropped in training, 0 to 1.</param>
    /// <param name="recurrentDropout">Share of the hidden state dropped in training, 0 to 1.</param>
    /// <param name="returnSequences">True: output at every step.</param>
    /// <param name="goBackwards">True: reads from the end.</param>
    /// <param name="recurrentDropoutPerStep">True: recurrent dropout draws a new mask at every time step.</param>
    /// <param name="kernelRegularizer">What the kernel adds to the loss; null: nothing.</param>
    /// <param name="recurrentRegularizer">What the recurrent kernel adds to the loss.</param>
    /// <param name="biasRegularizer">What the bias adds to the loss.</param>
    /// <param name="kernelConstraint">What the kernel is made to fulfil after each step; null: anything goes.</param>
    /// <param name="recurrentConstraint">The same for the recurrent kernel.</param>
    /// <param name="biasConstraint">The same for the bias.</param>
    /// <exception cref="ArgumentOutOfRangeException">Units are not positive, or a rate is outside 0 … 1.</exception>
    public LSTM(
        int units, Activation? activation = null, Activation? recurrentActivation = null, bool useBias = true,
        Initializer? kernelInitializer = null, Initializer? recurrentInitializer = null, Initializer? biasInitializer = null,
        bool unitForgetBias = true, double dropout = 0, double recurrentDropout = 0, bool returnSequences = false,
        bool goBackwards = false, bool recurrentDropoutPerStep = false,
        Regularizer? kernelRegularizer = null, Regularizer? recurrentRegularizer = null, Regularizer? biasRegularizer = null,
        Constraint? kernelConstraint = null, Constraint? recurrentConstraint = null, Constraint? biasConstraint = null)
        : this(new LSTMOptions(units)
        {
            Activation = activation ?? Activation.Tanh,
            RecurrentActivation = recurrentActivation ?? Activation.Sigmoid,
            UseBias = useBias,
            KernelInitializer = kernelInitializer ?? new GlorotUniform(),
            RecurrentInitializer = recurrentInitializer ?? new Orthogonal(),
            BiasInitializer = biasInitializer ?? new Zeros(),
            UnitForgetBias = unitForgetBias,
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
        })
    {
    }

    /// <summary>Creates the layer from options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Units are not positive, or a rate is outside 0 … 1.</exception>
    public LSTM(LSTMOptions options) : base(options, gateCount: 4) => Options = options;

    /// <summary>What the layer was made of.</summary>
    public LSTMOptions Options { get; }

    /// <inheritdoc/>
    public override string ClassName => "LSTM";

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, LSTM>("LSTM")
    {
        Arguments = RecurrentArguments.All<LSTM>(
            lstm => lstm.Options.RecurrentActivation,
            afterBias: [new("unit_forget_bias", lstm => lstm.Options.UnitForgetBias)],
            last: [ConfigArgument<LSTM>.Ignored("seed", null)]),
        Positional = RecurrentArguments.Positional(gated: true),
        Make = a => new LSTM(RecurrentArguments.Read(a, new LSTMOptions(a.Int("units"))
        {
            RecurrentActivation = a.Activation("recurrent_activation", "sigmoid"),
            UnitForgetBias = a.Bool("unit_forget_bias", true),
        })),
    };

    internal override RecurrentLayer Create(RecurrentOptions options) => new LSTM((LSTMOptions)options);

    internal override CellKind Cell => CellKind.Lstm;

    internal override int StateCount => 2;

    internal override ActivationKind RecurrentActivationKind => Options.RecurrentActivation.Kind;

    private protected override Initializer BiasInitializer =>
        Options.UnitForgetBias ? new ForgetBias(Options.BiasInitializer, Options.Units) : Options.BiasInitializer;

    /// <summary>The bias initializer everywhere but in the forget gate's block, which starts at 1.</summary>
    private sealed record ForgetBias(Initializer Base, int Units) : Initializer
    {
        internal override void Fill(Span<float> values, ReadOnlySpan<int> shape, Philox random)
        {
            Base.Fill(values[..Units], [Units], random);
            values.Slice(Units, Units).Fill(1f);
            Base.Fill(values[(2 * Units)..], [2 * Units], random);
        }
    }
}
