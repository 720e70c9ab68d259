using Unroll.Activations;
using Unroll.Configuration;
using Unroll.Constraints;
using Unroll.Initializers;
using Unroll.Regularizers;

namespace Unroll.Layers;

/// <summary>What the recurrent layers and their cells have in common: size, activation, first values, restrictions, dropout.</summary>
public abstract class RecurrentArguments : Layer
{
    internal static readonly Argument<int> UnitsArgument = Argument.Whole("units").Size();

    internal static readonly Argument<Activation> ActivationArgument = LayerArguments.StateActivation("activation", Activation.Tanh);

    internal static readonly Argument<bool> UseBiasArgument = Argument.Flag("use_bias", true);

    internal static readonly Argument<Initializer> KernelInitializerArgument = Initializer.Catalog.Argument("kernel_initializer", new GlorotUniform());

    internal static readonly Argument<Initializer> RecurrentInitializerArgument = Initializer.Catalog.Argument("recurrent_initializer", new Orthogonal());

    internal static readonly Argument<Initializer> BiasInitializerArgument = Initializer.Catalog.Argument("bias_initializer", new Zeros());

    internal static readonly Argument<Regularizer?> KernelRegularizerArgument = Regularizer.Catalog.OptionalArgument("kernel_regularizer").KeywordOnly();

    internal static readonly Argument<Regularizer?> RecurrentRegularizerArgument = Regularizer.Catalog.OptionalArgument("recurrent_regularizer").KeywordOnly();

    internal static readonly Argument<Regularizer?> BiasRegularizerArgument = Regularizer.Catalog.OptionalArgument("bias_regularizer").KeywordOnly();

    internal static readonly Argument<Constraint?> KernelConstraintArgument = Constraint.Catalog.OptionalArgument("kernel_constraint").KeywordOnly();

    internal static readonly Argument<Constraint?> RecurrentConstraintArgument = Constraint.Catalog.OptionalArgument("recurrent_constraint").KeywordOnly();

    internal static readonly Argument<Constraint?> BiasConstraintArgument = Constraint.Catalog.OptionalArgument("bias_constraint").KeywordOnly();

    internal static readonly Argument<double> DropoutArgument = Argument.Number("dropout", 0).Between(0, 1);

    internal static readonly Argument<double> RecurrentDropoutArgument = Argument.Number("recurrent_dropout", 0).Between(0, 1);

    internal static readonly Argument<DropoutGeneration> DropoutGenerationArgument = Argument.Choice(
        "dropout_generation", DropoutGeneration.Keras3, ("keras3", DropoutGeneration.Keras3), ("keras2", DropoutGeneration.Keras2)).Own();

    /// <summary>Activation of the gates, for cells that have them.</summary>
    internal static readonly Argument<Activation> RecurrentActivationArgument = LayerArguments.StateActivation("recurrent_activation", Activation.Sigmoid);

    private protected RecurrentArguments(int units) => Units = units;

    /// <summary>Size of the hidden state.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive, or larger than 1,048,576.</exception>
    public int Units { get => Get(UnitsArgument); init => Set(UnitsArgument, value); }

    /// <summary>Activation of the new state; default tanh.</summary>
    public Activation Activation { get => Get(ActivationArgument); init => Set(ActivationArgument, value); }

    /// <summary>Whether biases are added.</summary>
    public bool UseBias { get => Get(UseBiasArgument); init => Set(UseBiasArgument, value); }

    /// <summary>First values of the kernel.</summary>
    public Initializer KernelInitializer { get => Get(KernelInitializerArgument); init => Set(KernelInitializerArgument, value); }

    /// <summary>First values of the recurrent kernel.</summary>
    public Initializer RecurrentInitializer { get => Get(RecurrentInitializerArgument); init => Set(RecurrentInitializerArgument, value); }

    /// <summary>First values of the bias.</summary>
    public Initializer BiasInitializer { get => Get(BiasInitializerArgument); init => Set(BiasInitializerArgument, value); }

    /// <summary>What the kernel adds to the loss; null: nothing.</summary>
    public Regularizer? KernelRegularizer { get => Get(KernelRegularizerArgument); init => Set(KernelRegularizerArgument, value); }

    /// <summary>What the recurrent kernel adds to the loss; null: nothing.</summary>
    public Regularizer? RecurrentRegularizer { get => Get(RecurrentRegularizerArgument); init => Set(RecurrentRegularizerArgument, value); }

    /// <summary>What the bias adds to the loss; null: nothing.</summary>
    public Regularizer? BiasRegularizer { get => Get(BiasRegularizerArgument); init => Set(BiasRegularizerArgument, value); }

    /// <summary>What the kernel is made to fulfil after each step; null: anything goes.</summary>
    public Constraint? KernelConstraint { get => Get(KernelConstraintArgument); init => Set(KernelConstraintArgument, value); }

    /// <summary>What the recurrent kernel is made to fulfil after each step; null: anything goes.</summary>
    public Constraint? RecurrentConstraint { get => Get(RecurrentConstraintArgument); init => Set(RecurrentConstraintArgument, value); }

    /// <summary>What the bias is made to fulfil after each step; null: anything goes.</summary>
    public Constraint? BiasConstraint { get => Get(BiasConstraintArgument); init => Set(BiasConstraintArgument, value); }

    /// <summary>
    /// Share of the inputs that is set to zero in training, 0 to 1; each row of a batch has masks of its own, one for all gates, or one
    /// for each if there is recurrent dropout as well. <see cref="DropoutGeneration"/> says how long they hold. A rate of exactly 1 has no effect in LSTM and GRU, as in Keras.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 … 1.</exception>
    public double Dropout { get => Get(DropoutArgument); init => Set(DropoutArgument, value); }

    /// <summary>The same for the hidden state that enters the recurrent product.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 … 1.</exception>
    public double RecurrentDropout { get => Get(RecurrentDropoutArgument); init => Set(RecurrentDropoutArgument, value); }

    /// <summary>Whether the masks of both hold for the whole sequence, as in Keras 3, or are drawn anew at every time step, as in Keras 2.</summary>
    public DropoutGeneration DropoutGeneration { get => Get(DropoutGenerationArgument); init => Set(DropoutGenerationArgument, value); }

    internal override (Regularizer? Regularizer, Constraint? Constraint) RestrictionsOf(string weight) => weight switch
    {
        "kernel" => (KernelRegularizer, KernelConstraint),
        "recurrent_kernel" => (RecurrentRegularizer, RecurrentConstraint),
        _ => (BiasRegularizer, BiasConstraint),
    };

    /// <summary>Keras' first arguments; what follows them is better called by name.</summary>
    internal static IReadOnlyList<Argument> FirstArguments(bool isGated) =>
    [
        UnitsArgument, ActivationArgument, .. Gates(isGated), UseBiasArgument, KernelInitializerArgument, RecurrentInitializerArgument, BiasInitializerArgument,
    ];

    /// <summary>What layers and cells write behind their flags, in Keras' order.</summary>
    /// <param name="isGated">Whether the cell has gates with an activation of their own.</param>
    /// <param name="afterBias">Entries of the cell's own behind the bias initializer.</param>
    /// <param name="afterRegularizers">What layers have behind the regularizers.</param>
    /// <param name="last">Entries of the cell's own at the end.</param>
    private protected static IReadOnlyList<Argument> CellArguments(bool isGated, IReadOnlyList<Argument> afterBias, IReadOnlyList<Argument> afterRegularizers, IReadOnlyList<Argument> last) =>
    [
        UnitsArgument,
        ActivationArgument,
        .. Gates(isGated),
        UseBiasArgument,
        KernelInitializerArgument,
        RecurrentInitializerArgument,
        BiasInitializerArgument,
        .. afterBias,
        KernelRegularizerArgument,
        RecurrentRegularizerArgument,
        BiasRegularizerArgument,
        .. afterRegularizers,
        KernelConstraintArgument,
        RecurrentConstraintArgument,
        BiasConstraintArgument,
        DropoutArgument,
        RecurrentDropoutArgument,
        .. last,
        DropoutGenerationArgument,
    ];

    private static IReadOnlyList<Argument> Gates(bool isGated) => isGated ? [RecurrentActivationArgument] : [];
}
