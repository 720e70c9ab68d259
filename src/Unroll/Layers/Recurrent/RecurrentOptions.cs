using Unroll.Activations;
using Unroll.Constraints;
using Unroll.Initializers;
using Unroll.Regularizers;

namespace Unroll.Layers;

/// <summary>What all recurrent layers have in common; Keras' arguments and defaults.</summary>
/// <param name="Units">Size of the hidden state.</param>
public abstract record RecurrentOptions(int Units)
{
    /// <summary>Activation of the new state; default tanh.</summary>
    public Activation Activation { get; init; } = Activation.Tanh;

    /// <summary>Whether biases are added.</summary>
    public bool UseBias { get; init; } = true;

    /// <summary>First values of the kernel.</summary>
    public Initializer KernelInitializer { get; init; } = new GlorotUniform();

    /// <summary>First values of the recurrent kernel.</summary>
    public Initializer RecurrentInitializer { get; init; } = new Orthogonal();

    /// <summary>First values of the bias.</summary>
    public Initializer BiasInitializer { get; init; } = new Zeros();

    /// <summary>What the kernel adds to the loss; null: nothing.</summary>
    public Regularizer? KernelRegularizer { get; init; }

    /// <summary>What the recurrent kernel adds to the loss; null: nothing.</summary>
    public Regularizer? RecurrentRegularizer { get; init; }

    /// <summary>What the bias adds to the loss; null: nothing.</summary>
    public Regularizer? BiasRegularizer { get; init; }

    /// <summary>What the kernel is made to fulfil after each step; null: anything goes.</summary>
    public Constraint? KernelConstraint { get; init; }

    /// <summary>What the recurrent kernel is made to fulfil after each step; null: anything goes.</summary>
    public Constraint? RecurrentConstraint { get; init; }

    /// <summary>What the bias is made to fulfil after each step; null: anything goes.</summary>
    public Constraint? BiasConstraint { get; init; }

    /// <summary>
    /// Share of the inputs that is set to zero in training, 0 to 1; one mask per batch row, the same at all time steps.
    /// A rate of exactly 1 has no effect in LSTM and GRU, as in Keras.
    /// </summary>
    public double Dropout { get; init; }

    /// <summary>The same for the hidden state that enters the recurrent product.</summary>
    public double RecurrentDropout { get; init; }

    /// <summary>
    /// True: recurrent dropout draws a new mask at every time step, shared by the gates, which is far milder. False: one
    /// mask for the whole sequence, for LSTM and GRU one per gate, as Keras does from 3.8 on (Gal and Ghahramani 2016).
    /// </summary>
    public bool RecurrentDropoutPerStep { get; init; }

    /// <summary>True: the output has every step, <c>[B, T, U]</c>; false: the last, <c>[B, U]</c>.</summary>
    public bool ReturnSequences { get; init; }

    /// <summary>True: the states after the last step are put out, too: the hidden state, and that of an LSTM's cell.</summary>
    public bool ReturnState { get; init; }

    /// <summary>
    /// True: a batch goes on from the states that the batch before left, row by row, until they are reset. Batches must then
    /// have the same size.
    /// </summary>
    public bool Stateful { get; init; }

    /// <summary>
    /// True: the output of a masked step is 0; false: it repeats the output before. The state is held either way.
    /// <see cref="Bidirectional"/> sets it as it needs it.
    /// </summary>
    public bool ZeroOutputForMask { get; init; }

    /// <summary>True: reads the sequence from its end; outputs are in the order of reading.</summary>
    public bool GoBackwards { get; init; }
}
