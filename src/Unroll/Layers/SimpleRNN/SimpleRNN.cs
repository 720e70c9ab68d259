using Unroll.Activations;
using Unroll.Configuration;
using Unroll.Constraints;
using Unroll.Initializers;
using Unroll.Kernels.Recurrent;
using Unroll.Regularizers;

namespace Unroll.Layers;

/// <summary>What a <see cref="SimpleRNN"/> is made of; Keras' arguments and defaults.</summary>
/// <param name="Units">Size of the hidden state.</param>
public sealed record SimpleRNNOptions(int Units) : RecurrentOptions(Units);

/// <summary>
/// Fully connected recurrent network (Elman 1990): h' = activation(x·K + b + h·R). Weights: kernel <c>[F, U]</c>,
/// recurrent kernel <c>[U, U]</c>, bias <c>[U]</c>: U(F + U + 1) parameters.
/// </summary>
public sealed class SimpleRNN : RecurrentLayer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="units">Size of the hidden state.</param>
    /// <param name="activation">Null: tanh.</param>
    /// <param name="useBias">Whether a bias is added.</param>
    /// <param name="kernelInitializer">Null: <c>glorot_uniform</c>.</param>
    /// <param name="recurrentInitializer">Null: <c>orthogonal</c>.</param>
    /// <param name="biasInitializer">Null: <c>zeros</c>.</param>
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
    public SimpleRNN(
        int units, Activation? activation = null, bool useBias = true, Initializer? kernelInitializer = null,
        Initializer? recurrentInitializer = null, Initializer? biasInitializer = null,
        double dropout = 0, double recurrentDropout = 0, bool returnSequences = false, bool goBackwards = false, bool recurrentDropoutPerStep = false,
        Regularizer? kernelRegularizer = null, Regularizer? recurrentRegularizer = null, Regularizer? biasRegularizer = null,
        Constraint? kernelConstraint = null, Constraint? recurrentConstraint = null, Constraint? biasConstraint = null)
        : this(new SimpleRNNOptions(units)
        {
            Activation = activation ?? Activation.Tanh,
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
        })
    {
    }

    /// <summary>Creates the layer from options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Units are not positive, or a rate is outside 0 … 1.</exception>
    public SimpleRNN(SimpleRNNOptions options) : base(options, gateCount: 1) => Options = options;

    /// <summary>What the layer was made of.</summary>
    public SimpleRNNOptions Options { get; }

    /// <inheritdoc/>
    public override string ClassName => "SimpleRNN";

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, SimpleRNN>("SimpleRNN")
    {
        Arguments = RecurrentArguments.All<SimpleRNN>(recurrentActivation: null, afterBias: [], last: []),
        Positional = RecurrentArguments.Positional(gated: false),
        Make = a => new SimpleRNN(RecurrentArguments.Read(a, new SimpleRNNOptions(a.Int("units")))),
    };

    internal override RecurrentLayer Create(RecurrentOptions options) => new SimpleRNN((SimpleRNNOptions)options);

    internal override CellKind Cell => CellKind.SimpleRnn;
}
