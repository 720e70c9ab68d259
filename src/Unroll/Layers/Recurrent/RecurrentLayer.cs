using Unroll.Activations;
using Unroll.Configuration;
using Unroll.Constraints;
using Unroll.Initializers;
using Unroll.Kernels.Activation;
using Unroll.Kernels.Recurrent;
using Unroll.Models.Execution;
using Unroll.Regularizers;

namespace Unroll.Layers;

/// <summary>
/// Base of SimpleRNN, LSTM and GRU: <c>[B, T, F] → [B, U]</c>, or <c>[B, T, U]</c> with <see cref="ReturnSequences"/>. Behind a
/// mask a step keeps state and output of the step before. The initial state is zero.
/// </summary>
public abstract class RecurrentLayer : Layer
{
    private protected static readonly Argument<int> UnitsArgument = Argument.Whole("units").Size();

    private protected static readonly Argument<Activation> ActivationArgument = Activation.Catalog.Argument("activation", Activation.Tanh);

    private protected static readonly Argument<bool> UseBiasArgument = Argument.Flag("use_bias", true);

    private protected static readonly Argument<Initializer> KernelInitializerArgument = Initializer.Catalog.Argument("kernel_initializer", new GlorotUniform());

    private protected static readonly Argument<Initializer> RecurrentInitializerArgument = Initializer.Catalog.Argument("recurrent_initializer", new Orthogonal());

    private protected static readonly Argument<Initializer> BiasInitializerArgument = Initializer.Catalog.Argument("bias_initializer", new Zeros());

    private protected static readonly Argument<Regularizer?> KernelRegularizerArgument = Regularizer.Catalog.OptionalArgument("kernel_regularizer").KeywordOnly();

    private protected static readonly Argument<Regularizer?> RecurrentRegularizerArgument = Regularizer.Catalog.OptionalArgument("recurrent_regularizer").KeywordOnly();

    private protected static readonly Argument<Regularizer?> BiasRegularizerArgument = Regularizer.Catalog.OptionalArgument("bias_regularizer").KeywordOnly();

    private protected static readonly Argument<Constraint?> KernelConstraintArgument = Constraint.Catalog.OptionalArgument("kernel_constraint").KeywordOnly();

    private protected static readonly Argument<Constraint?> RecurrentConstraintArgument = Constraint.Catalog.OptionalArgument("recurrent_constraint").KeywordOnly();

    private protected static readonly Argument<Constraint?> BiasConstraintArgument = Constraint.Catalog.OptionalArgument("bias_constraint").KeywordOnly();

    private protected static readonly Argument<double> DropoutArgument = Argument.Number("dropout", 0).Between(0, 1);

    private protected static readonly Argument<double> RecurrentDropoutArgument = Argument.Number("recurrent_dropout", 0).Between(0, 1);

    private protected static readonly Argument<bool> RecurrentDropoutPerStepArgument = Argument.Flag("recurrent_dropout_per_step").Own();

    private protected static readonly Argument<bool> ReturnSequencesArgument = Argument.Flag("return_sequences");

    private protected static readonly Argument<bool> ReturnStateArgument = Argument.Flag("return_state").KeywordOnly();

    private protected static readonly Argument<bool> GoBackwardsArgument = Argument.Flag("go_backwards");

    private protected static readonly Argument<bool> StatefulArgument = Argument.Flag("stateful").KeywordOnly();

    private protected static readonly Argument<bool> ZeroOutputForMaskArgument = Argument.Flag("zero_output_for_mask");

    /// <summary>Activation of the gates, for cells that have them.</summary>
    private protected static readonly Argument<Activation> RecurrentActivationArgument = Activation.Catalog.Argument("recurrent_activation", Activation.Sigmoid);

    private protected RecurrentLayer(int units, int gateCount)
    {
        Units = units;
        GateCount = gateCount;
    }

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

    /// <summary>What the output adds to the loss, row by row and divided by the rows of the batch; null: nothing. As in Keras, SimpleRNN does not heed it.</summary>
    public Regularizer? ActivityRegularizer { get => Get(ActivityRegularizerArgument); init => Set(ActivityRegularizerArgument, value); }

    /// <summary>What the bias adds to the loss; null: nothing.</summary>
    public Regularizer? BiasRegularizer { get => Get(BiasRegularizerArgument); init => Set(BiasRegularizerArgument, value); }

    /// <summary>What the kernel is made to fulfil after each step; null: anything goes.</summary>
    public Constraint? KernelConstraint { get => Get(KernelConstraintArgument); init => Set(KernelConstraintArgument, value); }

    /// <summary>What the recurrent kernel is made to fulfil after each step; null: anything goes.</summary>
    public Constraint? RecurrentConstraint { get => Get(RecurrentConstraintArgument); init => Set(RecurrentConstraintArgument, value); }

    /// <summary>What the bias is made to fulfil after each step; null: anything goes.</summary>
    public Constraint? BiasConstraint { get => Get(BiasConstraintArgument); init => Set(BiasConstraintArgument, value); }

    /// <summary>
    /// Share of the inputs that is set to zero in training, 0 to 1; one mask per batch row, the same at all time steps.
    /// A rate of exactly 1 has no effect in LSTM and GRU, as in Keras.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 … 1.</exception>
    public double Dropout { get => Get(DropoutArgument); init => Set(DropoutArgument, value); }

    /// <summary>The same for the hidden state that enters the recurrent product.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 … 1.</exception>
    public double RecurrentDropout { get => Get(RecurrentDropoutArgument); init => Set(RecurrentDropoutArgument, value); }

    /// <summary>
    /// True: recurrent dropout draws a new mask at every time step, shared by the gates, which is far milder. False: one
    /// mask for the whole sequence, for LSTM and GRU one per gate, as Keras does from 3.8 on (Gal and Ghahramani 2016).
    /// </summary>
    public bool RecurrentDropoutPerStep { get => Get(RecurrentDropoutPerStepArgument); init => Set(RecurrentDropoutPerStepArgument, value); }

    /// <summary>True: the output has every step, <c>[B, T, U]</c>; false: the last, <c>[B, U]</c>.</summary>
    public bool ReturnSequences { get => Get(ReturnSequencesArgument); init => Set(ReturnSequencesArgument, value); }

    /// <summary>True: the states after the last step are put out, too: the hidden state, and that of an LSTM's cell.</summary>
    public bool ReturnState { get => Get(ReturnStateArgument); init => Set(ReturnStateArgument, value); }

    /// <summary>
    /// True: a batch goes on from the states that the batch before left, row by row, until they are reset. Batches must then
    /// have the same size.
    /// </summary>
    public bool Stateful { get => Get(StatefulArgument); init => Set(StatefulArgument, value); }

    /// <summary>True: reads the sequence from its end; outputs are in the order of reading.</summary>
    public bool GoBackwards { get => Get(GoBackwardsArgument); init => Set(GoBackwardsArgument, value); }

    /// <summary>
    /// True: the output of a masked step is 0; false: it repeats the output before. The state is held either way.
    /// <see cref="Bidirectional"/> sets it as it needs it.
    /// </summary>
    public bool ZeroOutputForMask { get => Get(ZeroOutputForMaskArgument); init => Set(ZeroOutputForMaskArgument, value); }

    /// <summary>Gates in Keras' weights: 1, 4 or 3.</summary>
    internal int GateCount { get; }

    /// <summary>Keras' names of the arguments of a call.</summary>
    internal const string StateRole = "initial_state", MaskRole = "mask";

    /// <summary>States that pass from step to step: 1, for an LSTM 2.</summary>
    internal virtual int StateCount => 1;

    /// <summary>What a stateful layer remembers; null: nothing.</summary>
    internal RecurrentStates? States => Stateful ? field ??= new RecurrentStates() : null;

    /// <summary>The kernel that computes the layer.</summary>
    internal abstract CellKind Cell { get; }

    internal virtual ActivationKind RecurrentActivationKind => ActivationKind.Sigmoid;

    internal override IEnumerable<string> WeightPaths => Parameters.Select((_, i) => $"cell/vars/{i}");

    /// <summary>A new layer of the same class with the same units.</summary>
    private protected abstract RecurrentLayer Create();

    /// <summary>A new layer of the same class with the same arguments, but for its name and two of them.</summary>
    internal RecurrentLayer Twin(bool goBackwards, bool zeroOutputForMask)
    {
        RecurrentLayer twin = Create();
        twin.TakeAll(this);
        twin.Rename("");
        twin.Set(GoBackwardsArgument, goBackwards);
        twin.Set(ZeroOutputForMaskArgument, zeroOutputForMask);
        return twin;
    }

    internal override (Regularizer? Regularizer, Constraint? Constraint) RestrictionsOf(string weight) => weight switch
    {
        "kernel" => (KernelRegularizer, KernelConstraint),
        "recurrent_kernel" => (RecurrentRegularizer, RecurrentConstraint),
        _ => (BiasRegularizer, BiasConstraint),
    };

    /// <summary>Calls the layer on a sequence, with states to begin with.</summary>
    /// <param name="sequence"><c>[B, T, F]</c>.</param>
    /// <param name="initialState">The states before the first step, <c>[B, U]</c> each: the hidden state, for an LSTM also that of the cell.</param>
    /// <param name="mask"><c>[B, T]</c>: 0 where a step is to be skipped. As in Keras a call with initial states skips no steps unless it is told to.</param>
    /// <returns>The output; with <c>ReturnState</c> behind it the states after the last step.</returns>
    /// <exception cref="ArgumentException">Number or shapes of the states don't fit.</exception>
    public Symbols Call(Symbol sequence, Symbols? initialState = null, Symbol? mask = null)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        var arguments = new List<CallArgument> { new(null, sequence) };
        if (initialState is not null) arguments.Add(new CallArgument(StateRole, initialState));
        if (mask is not null) arguments.Add(new CallArgument(MaskRole, mask));
        return AddCall(arguments);
    }

    /// <summary>Makes a stateful layer start from zeros again.</summary>
    public void ResetStates() => States?.Reset();

    internal override LayerProgram CreateProgram(ProgramContext context) => CreateProgram(context, RecurrentInputs.Of(context));

    /// <summary>What runs a call whose arguments are known.</summary>
    internal LayerProgram CreateProgram(ProgramContext context, RecurrentInputs inputs) => new RecurrentProgram(this, context, inputs);

    // As in Keras, a SimpleRNN takes the argument and does not heed it.
    internal override Regularizer? OutputRegularizer => Cell == CellKind.SimpleRnn ? null : ActivityRegularizer;

    internal override bool Absorbs(Layer below, long tokens) => below is Embedding embedding && EmbeddingProjection.Pays(embedding, this, tokens);

    internal override IReadOnlyList<IReadOnlyList<int?>> InferOutputShapes(CallInputs inputs)
    {
        RequireStates(inputs, StateCount, Units);
        IReadOnlyList<int?> output = InferOutputShape(inputs.First);
        return ReturnState
            ? [output, .. Enumerable.Repeat<IReadOnlyList<int?>>([Units], StateCount)]
            : [output];
    }

    /// <summary>Refuses initial states that don't fit.</summary>
    private protected void RequireStates(CallInputs inputs, int count, int units)
    {
        int given = inputs.Roles.Count(role => role == StateRole);
        if (given > 0 && given != count)
            throw new ArgumentException($"{ClassName} '{Name}' has {count} state(s), but {given} were given as initial states.");
        for (int i = 0; i < inputs.Shapes.Count; i++)
        {
            if (inputs.Roles[i] == StateRole && inputs.Shapes[i] is not [{ } size] || inputs.Roles[i] == StateRole && inputs.Shapes[i][0] != units)
                throw new ArgumentException($"{ClassName} '{Name}' has states of {units} units, but an initial state of the shape {ShapeText.Of(inputs.Shapes[i])} was given.");
        }
    }

    // Without reset_after a GRU's step needs two products, one behind the other.
    internal override RowLayer? CreateRow(RowContext context) =>
        Cell == CellKind.GruResetBefore || this is not { ZeroOutputForMask: false, ReturnState: false, Stateful: false } || context.Inputs.Count > 1
            ? null : new RecurrentRow(this, context);

    internal override IEnumerable<(string Name, int[] Shape, Initializer Initializer)> DescribeWeights(IReadOnlyList<int?> inputShape)
    {
        if (Activation.Kind == ActivationKind.Softmax || RecurrentActivationKind == ActivationKind.Softmax)
            throw new ArgumentException($"{ClassName} '{Name}' can't have the activation 'softmax'; a Dense layer can.");
        int columns = checked(GateCount * Units);
        yield return ("kernel", [Features(inputShape), columns], KernelInitializer);
        yield return ("recurrent_kernel", [Units, columns], RecurrentInitializer);
        if (UseBias) yield return ("bias", BiasShape, FirstBias);
    }

    private protected virtual int[] BiasShape => [GateCount * Units];

    private protected virtual Initializer FirstBias => BiasInitializer;

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape)
    {
        Features(inputShape);
        return ReturnSequences ? [inputShape[0], Units] : [Units];
    }

    private int Features(IReadOnlyList<int?> inputShape) => inputShape.Count == 2 && inputShape[1] is { } features
        ? features
        : throw WrongInput(
            inputShape, "[batch, time, features]; a recurrent layer below another needs return_sequences=true");

    /// <summary>Keras' first arguments; what follows them is better called by name.</summary>
    private protected static IReadOnlyList<Argument> FirstArguments(bool isGated) =>
    [
        UnitsArgument, ActivationArgument, .. Gates(isGated), UseBiasArgument, KernelInitializerArgument, RecurrentInitializerArgument, BiasInitializerArgument,
    ];

    /// <summary>All entries in Keras' order.</summary>
    /// <param name="isGated">Whether the cell has gates with an activation of their own.</param>
    /// <param name="afterBias">Entries of the cell's own behind the bias initializer.</param>
    /// <param name="last">Entries of the cell's own at the end.</param>
    private protected static IReadOnlyList<Argument> AllArguments(bool isGated, IReadOnlyList<Argument> afterBias, IReadOnlyList<Argument> last) =>
    [
        .. CommonArguments,
        ReturnSequencesArgument,
        ReturnStateArgument,
        GoBackwardsArgument,
        StatefulArgument,
        Argument.Ignored("unroll", false),
        ZeroOutputForMaskArgument,
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
        ActivityRegularizerArgument,
        KernelConstraintArgument,
        RecurrentConstraintArgument,
        BiasConstraintArgument,
        DropoutArgument,
        RecurrentDropoutArgument,
        .. last,
        RecurrentDropoutPerStepArgument,
    ];

    private static IReadOnlyList<Argument> Gates(bool isGated) => isGated ? [RecurrentActivationArgument] : [];
}
