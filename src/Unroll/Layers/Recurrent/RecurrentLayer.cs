using Unroll.Activations;
using Unroll.Configuration;
using Unroll.Execution;
using Unroll.Initializers;
using Unroll.Kernels.Activation;
using Unroll.Kernels.Recurrent;
using Unroll.Regularizers;

namespace Unroll.Layers;

/// <summary>
/// Base of SimpleRNN, LSTM and GRU: <c>[B, T, F] → [B, U]</c>, or <c>[B, T, U]</c> with <see cref="ReturnSequences"/>. Behind a
/// mask a step keeps state and output of the step before. The initial state is zero.
/// </summary>
public abstract class RecurrentLayer : RecurrentArguments, IRecurrentLayer
{
    internal static readonly Argument<bool> ReturnSequencesArgument = Argument.Flag("return_sequences");

    internal static readonly Argument<bool> ReturnStateArgument = Argument.Flag("return_state").KeywordOnly();

    internal static readonly Argument<bool> GoBackwardsArgument = Argument.Flag("go_backwards");

    internal static readonly Argument<bool> StatefulArgument = Argument.Flag("stateful").KeywordOnly();

    internal static readonly Argument<bool> ZeroOutputForMaskArgument = Argument.Flag("zero_output_for_mask");

    /// <summary>How a sequence is read and what of it is put out, in Keras' order.</summary>
    internal static IReadOnlyList<Argument> SequenceArguments { get; } =
    [
        ReturnSequencesArgument, ReturnStateArgument, GoBackwardsArgument, StatefulArgument, Argument.Ignored("unroll", false), ZeroOutputForMaskArgument,
    ];

    private protected RecurrentLayer(int units, int gateCount) : base(units) => GateCount = gateCount;

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

    /// <summary>What the output adds to the loss, row by row and divided by the rows of the batch; null: nothing. As in Keras, SimpleRNN does not heed it.</summary>
    public Regularizer? ActivityRegularizer { get => Get(ActivityRegularizerArgument); init => Set(ActivityRegularizerArgument, value); }

    /// <summary>Gates in Keras' weights: 1, 4 or 3.</summary>
    internal int GateCount { get; }

    /// <summary>Keras' names of the arguments of a call.</summary>
    internal const string StateRole = "initial_state", MaskRole = "mask";

    /// <summary>States that pass from step to step: 1, for an LSTM 2.</summary>
    internal virtual int StateCount => 1;

    int IRecurrentLayer.StateCount => StateCount;

    int IRecurrentLayer.OutputFeatures => Units;

    /// <summary>What a stateful layer remembers; null: nothing.</summary>
    internal RecurrentStates? States => Stateful ? field ??= new RecurrentStates() : null;

    internal override bool GoesThroughTime => true;

    internal override bool HandsOnMask(int output) => ReturnSequences && output == 0;

    /// <summary>The kernel that computes the layer.</summary>
    internal abstract CellKind Cell { get; }

    /// <summary>The activation of the gates.</summary>
    internal virtual Activation GateActivation => Activation.Sigmoid;

    /// <summary>True if there is a kernel for the activations; else the layer runs as a formula.</summary>
    internal bool HasKernel => Activation.Kind is not (null or ActivationKind.Softmax) && GateActivation.Kind is not (null or ActivationKind.Softmax);

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

    IRecurrentLayer IRecurrentLayer.Twin(bool goBackwards, bool zeroOutputForMask) => Twin(goBackwards, zeroOutputForMask);

    /// <summary>Makes the layer one with the arguments of a cell.</summary>
    internal RecurrentLayer Like(RecurrentArguments cell, SequenceFlags flags)
    {
        TakeAll(cell);
        Rename("");
        Set(ReturnSequencesArgument, flags.ReturnSequences);
        Set(ReturnStateArgument, flags.ReturnState);
        Set(GoBackwardsArgument, flags.GoBackwards);
        Set(StatefulArgument, flags.Stateful);
        Set(ZeroOutputForMaskArgument, flags.ZeroOutputForMask);
        return this;
    }

    /// <summary>Calls the layer on a sequence, with states to begin with.</summary>
    /// <param name="sequence"><c>[B, T, F]</c>.</param>
    /// <param name="initialState">The states before the first step, <c>[B, U]</c> each: the hidden state, for an LSTM also that of the cell.</param>
    /// <param name="mask"><c>[B, T]</c>: 0 where a step is to be skipped. As in Keras a call with initial states skips no steps unless it is told to.</param>
    /// <returns>The output; with <c>ReturnState</c> behind it the states after the last step.</returns>
    /// <exception cref="ArgumentException">Number or shapes of the states don't fit.</exception>
    public Symbols Call(Symbol sequence, Symbols? initialState = null, Symbol? mask = null) =>
        AddCall(RecurrentInputs.Arguments(sequence, initialState, mask));

    /// <inheritdoc/>
    public override void ResetStates() => States?.Reset();

    internal override LayerProgram CreateProgram(ProgramContext context) => CreateProgram(context, RecurrentInputs.Of(context));

    /// <summary>What runs a call whose arguments are known.</summary>
    internal LayerProgram CreateProgram(ProgramContext context, RecurrentInputs inputs) =>
        HasKernel ? new RecurrentProgram(this, context, inputs) : RecurrentFormula.CreateProgram(this, context, inputs);

    // As in Keras, a SimpleRNN takes the argument and does not heed it.
    internal override Regularizer? OutputRegularizer => Cell == CellKind.SimpleRnn ? null : ActivityRegularizer;

    internal override bool GoesOnFromBatchToBatch => Stateful;

    internal override bool Absorbs(Layer below, long tokens) => HasKernel && below is Embedding embedding && EmbeddingProjection.Pays(embedding, this, tokens);

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
            throw new ArgumentException($"{Label} has {count} state(s), but {given} were given as initial states. Give as many: the states of a layer of the same class stand behind its output, outputs[1..].");
        for (int i = 0; i < inputs.Shapes.Count; i++)
        {
            if (inputs.Roles[i] == StateRole && inputs.Shapes[i] is not [{ } size] || inputs.Roles[i] == StateRole && inputs.Shapes[i][0] != units)
                throw new ArgumentException($"{Label} has states of {units} units, but an initial state of the shape {ShapeText.Of(inputs.Shapes[i])} was given. Bring it to that size with a Dense layer.");
        }
    }

    // Without reset_after a GRU's step needs two products, one behind the other.
    internal override RowLayer? CreateRow(RowContext context) =>
        !HasKernel || Cell == CellKind.GruResetBefore || this is not { ZeroOutputForMask: false, ReturnState: false, Stateful: false } || context.Inputs.Count > 1
            ? null : new RecurrentRow(this, context);

    internal override IEnumerable<(string Name, int[] Shape, Initializer Initializer)> DescribeWeights(IReadOnlyList<int?> inputShape)
    {
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

    /// <summary>All entries in Keras' order.</summary>
    /// <param name="isGated">Whether the cell has gates with an activation of their own.</param>
    /// <param name="afterBias">Entries of the cell's own behind the bias initializer.</param>
    /// <param name="last">Entries of the cell's own at the end.</param>
    private protected static IReadOnlyList<Argument> AllArguments(bool isGated, IReadOnlyList<Argument> afterBias, IReadOnlyList<Argument> last) =>
    [
        .. CommonArguments,
        .. SequenceArguments,
        .. CellArguments(isGated, afterBias, [ActivityRegularizerArgument], last),
    ];
}
