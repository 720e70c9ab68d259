using Unroll.Constraints;
using Unroll.Initializers;
using Unroll.Kernels.Activation;
using Unroll.Kernels.Recurrent;
using Unroll.Models.Execution;
using Unroll.Regularizers;

namespace Unroll.Layers;

/// <summary>
/// Base of SimpleRNN, LSTM and GRU: <c>[B, T, F] → [B, U]</c>, or <c>[B, T, U]</c> with <c>returnSequences</c>. Behind a
/// mask a step keeps state and output of the step before. The initial state is zero.
/// </summary>
public abstract class RecurrentLayer : Layer
{
    private protected RecurrentLayer(RecurrentOptions options, int gateCount)
    {
        ArgumentNullException.ThrowIfNull(options);
        LayerArguments.RequireSize(ClassName, "units", options.Units);
        LayerArguments.RequireRate(ClassName, "dropout", options.Dropout);
        LayerArguments.RequireRate(ClassName, "recurrent_dropout", options.RecurrentDropout);
        BaseOptions = options;
        GateCount = gateCount;
        States = options.Stateful ? new RecurrentStates() : null;
    }

    internal RecurrentOptions BaseOptions { get; }

    /// <summary>Gates in Keras' weights: 1, 4 or 3.</summary>
    internal int GateCount { get; }

    /// <summary>Keras' names of the arguments of a call.</summary>
    internal const string StateRole = "initial_state", MaskRole = "mask";

    /// <summary>States that pass from step to step: 1, for an LSTM 2.</summary>
    internal virtual int StateCount => 1;

    /// <summary>What a stateful layer remembers; null: nothing.</summary>
    internal RecurrentStates? States { get; }

    /// <summary>The kernel that computes the layer.</summary>
    internal abstract CellKind Cell { get; }

    internal virtual ActivationKind RecurrentActivationKind => ActivationKind.Sigmoid;

    internal override IEnumerable<string> WeightPaths => Parameters.Select((_, i) => $"cell/vars/{i}");

    /// <summary>A new layer of the same class.</summary>
    internal abstract RecurrentLayer Create(RecurrentOptions options);

    internal override (Regularizer? Regularizer, Constraint? Constraint) RestrictionsOf(string weight) => weight switch
    {
        "kernel" => (BaseOptions.KernelRegularizer, BaseOptions.KernelConstraint),
        "recurrent_kernel" => (BaseOptions.RecurrentRegularizer, BaseOptions.RecurrentConstraint),
        _ => (BaseOptions.BiasRegularizer, BaseOptions.BiasConstraint),
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

    internal override bool Absorbs(Layer below, long tokens) => below is Embedding embedding && EmbeddingProjection.Pays(embedding, this, tokens);

    internal override IReadOnlyList<IReadOnlyList<int?>> InferOutputShapes(CallInputs inputs)
    {
        RequireStates(inputs, StateCount, BaseOptions.Units);
        IReadOnlyList<int?> output = InferOutputShape(inputs.First);
        return BaseOptions.ReturnState
            ? [output, .. Enumerable.Repeat<IReadOnlyList<int?>>([BaseOptions.Units], StateCount)]
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
        Cell == CellKind.GruResetBefore || BaseOptions is not { ZeroOutputForMask: false, ReturnState: false, Stateful: false } || context.Inputs.Count > 1
            ? null : new RecurrentRow(this, context);

    internal override IEnumerable<(string Name, int[] Shape, Initializer Initializer)> DescribeWeights(IReadOnlyList<int?> inputShape)
    {
        if (BaseOptions.Activation.Kind == ActivationKind.Softmax || RecurrentActivationKind == ActivationKind.Softmax)
            throw new ArgumentException($"{ClassName} '{Name}' can't have the activation 'softmax'; a Dense layer can.");
        int columns = checked(GateCount * BaseOptions.Units);
        yield return ("kernel", [Features(inputShape), columns], BaseOptions.KernelInitializer);
        yield return ("recurrent_kernel", [BaseOptions.Units, columns], BaseOptions.RecurrentInitializer);
        if (BaseOptions.UseBias) yield return ("bias", BiasShape, BiasInitializer);
    }

    private protected virtual int[] BiasShape => [GateCount * BaseOptions.Units];

    private protected virtual Initializer BiasInitializer => BaseOptions.BiasInitializer;

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape)
    {
        Features(inputShape);
        return BaseOptions.ReturnSequences ? [inputShape[0], BaseOptions.Units] : [BaseOptions.Units];
    }

    private int Features(IReadOnlyList<int?> inputShape) => inputShape.Count == 2 && inputShape[1] is { } features
        ? features
        : throw WrongInput(
            inputShape, "[batch, time, features]; a recurrent layer below another needs return_sequences=true");
}
