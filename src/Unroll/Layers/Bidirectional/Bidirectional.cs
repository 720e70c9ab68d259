using Unroll.Configuration;
using Unroll.Constraints;
using Unroll.Execution;
using Unroll.Initializers;
using Unroll.Kernels.Memory;
using Unroll.Regularizers;

namespace Unroll.Layers;

/// <summary>How the outputs of both directions become one.</summary>
public enum MergeMode
{
    /// <summary>Side by side, the forward direction first: twice as many features.</summary>
    Concat,

    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>Their mean.</summary>
    Ave,

    /// <summary>Their product.</summary>
    Mul,

    /// <summary>They stay two outputs, the forward direction first.</summary>
    None,
}

/// <summary>
/// Reads a sequence in both directions with a recurrent layer each (Schuster and Paliwal 1997): <c>[B, T, F] → [B, 2U]</c>,
/// or <c>[B, T, 2U]</c> if the layer returns sequences; U instead of 2U for merge modes other than concat. Any recurrent layer
/// will do, a cell of your own in an <see cref="RNN"/>, too. Weights: those of the forward layer, then those of the backward
/// layer. With sequences, the output of a masked step is 0, as in Keras 3.
/// </summary>
public sealed class Bidirectional : Layer
{
    private const string Forward = "forward_", Backward = "backward_";

    private static readonly ArgumentForm<MergeMode> Modes = ArgumentForms.Choice<MergeMode>(
        [("concat", MergeMode.Concat), ("sum", MergeMode.Sum), ("ave", MergeMode.Ave), ("mul", MergeMode.Mul), ("none", MergeMode.None)]);

    private static readonly Argument<MergeMode> MergeModeArgument = new("merge_mode", Modes with { ReadsNone = true, Read = ReadMode, Write = mode => mode == MergeMode.None ? null : Modes.Write(mode) }, MergeMode.Concat);

    private const string Expected = "a recurrent layer: SimpleRNN, LSTM, GRU, RNN or ConvLSTM1D";

    private static readonly Argument<IRecurrentLayer> LayerArgument = LayerArguments.Layer<IRecurrentLayer>("layer", Expected, "lstm(16)");

    private static readonly Argument<IRecurrentLayer?> BackwardLayerArgument =
        LayerArguments.OptionalLayer<IRecurrentLayer>("backward_layer", Expected, "lstm(16, go_backwards=true)").KeywordOnly();

    private DirectionPair? _pair;

    /// <summary>Creates the layer.</summary>
    /// <param name="layer">A recurrent layer; both directions are new layers with its arguments.</param>
    /// <exception cref="ArgumentException">The layer is in a model already.</exception>
    public Bidirectional(IRecurrentLayer layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        RequireNew(layer);
        ForwardLayer = layer.Twin(layer.GoBackwards, layer.ReturnSequences);
        Set(BackwardLayerArgument, layer.Twin(!layer.GoBackwards, layer.ReturnSequences));
        if (layer.Name.Length > 0) NameWrapped(layer.Name);
    }

    /// <inheritdoc/>
    public override string ClassName => "Bidirectional";

    /// <summary>Reads as the layer that was given.</summary>
    public IRecurrentLayer ForwardLayer { get; }

    /// <summary>
    /// Reads in the other direction: a layer with the arguments of the first, unless another is given, of which a new layer is
    /// made, too.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// It is in a model already, reads in the same direction, returns sequences where the other does not, or has other units,
    /// which can only be concatenated.
    /// </exception>
    public IRecurrentLayer BackwardLayer { get => Get(BackwardLayerArgument)!; init => Set(BackwardLayerArgument, value); }

    /// <summary>How the outputs of both directions become one.</summary>
    /// <exception cref="ArgumentException">The layers have different units, which can only be concatenated.</exception>
    public MergeMode MergeMode { get => Get(MergeModeArgument); init => Set(MergeModeArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, Bidirectional>("Bidirectional")
    {
        Arguments = [.. CommonArguments, MergeModeArgument, LayerArgument, BackwardLayerArgument],
        Positional = [LayerArgument, MergeModeArgument],
        Make = a => new Bidirectional(a.Get(LayerArgument)),
    };

    internal override bool GoesThroughTime => true;

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> Parameters => IsFused ? base.Parameters : Pair.Parameters;

    internal override IReadOnlyList<Parameter> TrainableParameters => IsFused ? base.TrainableParameters : Trainable ? Pair.TrainableParameters : [];

    internal override bool HandsOnMask(int output) => ForwardLayer.ReturnSequences && output < (MergeMode == MergeMode.None ? 2 : 1);

    internal override IEnumerable<string> WeightPaths =>
        [.. Forwards.WeightPaths.Select(path => $"forward_layer/{path}"), .. Backwards.WeightPaths.Select(path => $"backward_layer/{path}")];

    internal override Layer Wrapped => Forwards;

    internal override int LeafCalls => IsFused ? 1 : Pair.LeafCalls;

    /// <summary>True if one program runs both directions.</summary>
    private bool IsFused => ForwardLayer is RecurrentLayer && BackwardLayer is RecurrentLayer;

    /// <summary>The directions as a graph, if they are not fused.</summary>
    private DirectionPair Pair => _pair ??= new DirectionPair(this);

    private Layer Forwards => (Layer)ForwardLayer;

    private Layer Backwards => (Layer)BackwardLayer;

    internal override void NameWrapped(string name)
    {
        string stem = name.StartsWith(Forward, StringComparison.Ordinal) ? name[Forward.Length..] : name;
        Forwards.Rename(Forward + stem);
        if (BackwardLayer.Name.Length == 0) Backwards.Rename(Backward + stem);
    }

    /// <summary>Calls the layer on a sequence, with states to begin with.</summary>
    /// <param name="sequence"><c>[B, T, F]</c>.</param>
    /// <param name="initialState">The states before the first step: those of the forward direction, then those of the backward direction.</param>
    /// <param name="mask"><c>[B, T]</c>: 0 where a step is to be skipped.</param>
    /// <returns>The output (two of them with the merge mode none); with <c>ReturnState</c> behind it the states of both directions.</returns>
    /// <exception cref="ArgumentException">Number or shapes of the states don't fit.</exception>
    public Symbols Call(Symbol sequence, Symbols? initialState = null, Symbol? mask = null) =>
        AddCall(RecurrentInputs.Arguments(sequence, initialState, mask));

    /// <inheritdoc/>
    public override void ResetStates()
    {
        Forwards.ResetStates();
        Backwards.ResetStates();
    }

    internal override bool GoesOnFromBatchToBatch => ForwardLayer.Stateful;

    internal override LayerProgram CreateProgram(ProgramContext context) => new BidirectionalProgram(this, context, RecurrentInputs.Of(context));

    internal override IReadOnlyList<IReadOnlyList<int?>> InferOutputShapes(CallInputs inputs)
    {
        int states = ForwardLayer.StateCount, all = states + BackwardLayer.StateCount, given = inputs.Roles.Count(role => role == RecurrentLayer.StateRole);
        if (given > 0 && given != all)
            throw new ArgumentException($"{Label} has {all} states, those of both directions, but {given} were given as initial states.");
        if (!IsFused) return Pair.InferOutputShapes(inputs);
        IReadOnlyList<int?> first = inputs.First, forward = Forwards.InferOutputShape(first), backward = Backwards.InferOutputShape(first);
        List<IReadOnlyList<int?>> shapes = MergeMode == MergeMode.None ? [forward, backward] : [InferOutputShape(first)];
        if (!ForwardLayer.ReturnState) return shapes;
        shapes.AddRange(Enumerable.Repeat<IReadOnlyList<int?>>([ForwardLayer.OutputFeatures], states));
        shapes.AddRange(Enumerable.Repeat<IReadOnlyList<int?>>([BackwardLayer.OutputFeatures], BackwardLayer.StateCount));
        return shapes;
    }

    internal override Graph? InnerGraph(CallInputs inputs) => IsFused ? null : Pair.InnerGraph(inputs);

    internal override long CountWeights(CallInputs inputs) => IsFused ? base.CountWeights(inputs) : Pair.CountWeights(inputs);

    internal override void Build(CallInputs inputs, Arena arena, int seed, int layerIndex)
    {
        if (IsFused)
        {
            base.Build(inputs, arena, seed, layerIndex);
            return;
        }

        Pair.Build(inputs, arena, seed, layerIndex);
        (InputShapes, OutputShapes, IsBuilt) = (inputs.Shapes, Pair.OutputShapes, true);
    }

    internal override void Rekey(int seed, ref int layerIndex)
    {
        if (IsFused) base.Rekey(seed, ref layerIndex);
        else Pair.Rekey(seed, ref layerIndex);
    }

    internal override IEnumerable<(string Name, int[] Shape, Initializer Initializer)> DescribeWeights(IReadOnlyList<int?> inputShape) =>
        Forwards.DescribeWeights(inputShape).Select(weight => ($"forward {weight.Name}", weight.Shape, weight.Initializer))
            .Concat(Backwards.DescribeWeights(inputShape).Select(weight => ($"backward {weight.Name}", weight.Shape, weight.Initializer)));

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape)
    {
        IReadOnlyList<int?> shape = Forwards.InferOutputShape(inputShape);
        return MergeMode == MergeMode.Concat ? [.. shape.SkipLast(1), shape[^1] + BackwardLayer.OutputFeatures] : shape;
    }

    internal override (Regularizer? Regularizer, Constraint? Constraint) RestrictionsOf(string weight) =>
        (weight.StartsWith("forward ", StringComparison.Ordinal) ? Forwards : Backwards).RestrictionsOf(weight[(weight.IndexOf(' ', StringComparison.Ordinal) + 1)..]);

    private protected override void OnBuilt(IReadOnlyList<int?> inputShape)
    {
        int forward = Forwards.DescribeWeights(inputShape).Count();
        Forwards.Adopt(Parameters.Take(forward), inputShape);
        Backwards.Adopt(Parameters.Skip(forward), inputShape);
    }

    internal override object? ValueOf<T>(Argument<T> argument) => ReferenceEquals(argument, LayerArgument) ? ForwardLayer : base.ValueOf(argument);

    /// <inheritdoc/>
    protected override void OnSet(Argument argument)
    {
        if (ReferenceEquals(argument, BackwardLayerArgument)) TakeBackwardLayer();
        if ((ReferenceEquals(argument, BackwardLayerArgument) || ReferenceEquals(argument, MergeModeArgument))
            && MergeMode is not (MergeMode.Concat or MergeMode.None) && BackwardLayer.OutputFeatures != ForwardLayer.OutputFeatures)
        {
            throw new ArgumentException(
                $"Bidirectional: {ForwardLayer.OutputFeatures} and {BackwardLayer.OutputFeatures} units can only be concatenated; take as many for both or the merge mode concat.", argument.Name);
        }
    }

    private void TakeBackwardLayer()
    {
        IRecurrentLayer given = Get(BackwardLayerArgument) ?? throw new ArgumentNullException("backward_layer", "Bidirectional: argument 'backward_layer' is null; leave it out.");
        RequireNew(given);
        if (given.GoBackwards == ForwardLayer.GoBackwards)
            throw new ArgumentException("Bidirectional: both layers read in the same direction; one of them needs go_backwards=true.", "backward_layer");
        if (given.ReturnSequences != ForwardLayer.ReturnSequences)
            throw new ArgumentException("Bidirectional: return_sequences must be the same for both layers.", "backward_layer");
        if (given.ReturnState != ForwardLayer.ReturnState || given.Stateful != ForwardLayer.Stateful)
            throw new ArgumentException("Bidirectional: return_state and stateful must be the same for both layers.", "backward_layer");
        IRecurrentLayer twin = given.Twin(given.GoBackwards, given.ReturnSequences);
        if (given.Name.Length > 0) ((Layer)twin).Rename(given.Name);
        else if (ForwardLayer.Name.StartsWith(Forward, StringComparison.Ordinal)) ((Layer)twin).Rename(Backward + ForwardLayer.Name[Forward.Length..]);
        Put(BackwardLayerArgument, twin);
    }

    private static void RequireNew(IRecurrentLayer layer)
    {
        if (((Layer)layer).IsBuilt) throw new ArgumentException($"Bidirectional: the layer '{layer.Name}' is in a model already; create a new one.", nameof(layer));
    }

    private static MergeMode ReadMode(ArgumentInput input) => input.Node is null ? MergeMode.None : Modes.Read(input);
}
