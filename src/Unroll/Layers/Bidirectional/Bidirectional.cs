using Unroll.Configuration;
using Unroll.Constraints;
using Unroll.Initializers;
using Unroll.Models.Execution;
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
/// or <c>[B, T, 2U]</c> if the layer returns sequences; U instead of 2U for merge modes other than concat. Weights: those
/// of the forward layer, then those of the backward layer. With sequences, the output of a masked step is 0, as in Keras 3.
/// </summary>
public sealed class Bidirectional : Layer
{
    private const string Forward = "forward_", Backward = "backward_";

    private static readonly (string Word, MergeMode Value)[] Modes =
        [("concat", MergeMode.Concat), ("sum", MergeMode.Sum), ("ave", MergeMode.Ave), ("mul", MergeMode.Mul), ("none", MergeMode.None)];

    /// <summary>Creates the layer.</summary>
    /// <param name="layer">A SimpleRNN, LSTM or GRU; both directions are new layers with its arguments.</param>
    /// <param name="mergeMode">How the outputs of both directions become one.</param>
    /// <param name="backwardLayer">Another layer for the other direction; null: one with the arguments of <paramref name="layer"/>.</param>
    /// <exception cref="ArgumentException">
    /// A layer is in a model already, both read in the same direction, or only one returns sequences.
    /// </exception>
    public Bidirectional(RecurrentLayer layer, MergeMode mergeMode = MergeMode.Concat, RecurrentLayer? backwardLayer = null)
    {
        ArgumentNullException.ThrowIfNull(layer);
        RecurrentOptions options = layer.BaseOptions, other = backwardLayer?.BaseOptions ?? options with { GoBackwards = !options.GoBackwards };
        if (layer.IsBuilt || backwardLayer is { IsBuilt: true })
            throw new ArgumentException($"Bidirectional: the layer '{(layer.IsBuilt ? layer : backwardLayer!).Name}' is in a model already; create a new one.", nameof(layer));
        if (other.GoBackwards == options.GoBackwards)
            throw new ArgumentException("Bidirectional: both layers read in the same direction; one of them needs go_backwards=true.", nameof(backwardLayer));
        if (other.ReturnSequences != options.ReturnSequences)
            throw new ArgumentException("Bidirectional: return_sequences must be the same for both layers.", nameof(backwardLayer));
        if (other.ReturnState != options.ReturnState || other.Stateful != options.Stateful)
            throw new ArgumentException("Bidirectional: return_state and stateful must be the same for both layers.", nameof(backwardLayer));
        if (mergeMode is not (MergeMode.Concat or MergeMode.None) && other.Units != options.Units)
        {
            throw new ArgumentException(
                $"Bidirectional: {options.Units} and {other.Units} units can only be concatenated; take as many for both or the merge mode concat.", nameof(backwardLayer));
        }

        MergeMode = mergeMode;
        ForwardLayer = layer.Create(options with { ZeroOutputForMask = options.ReturnSequences });
        BackwardLayer = (backwardLayer ?? layer).Create(other with { ZeroOutputForMask = options.ReturnSequences });
        (ForwardLayer.Trainable, BackwardLayer.Trainable) = (layer.Trainable, (backwardLayer ?? layer).Trainable);
        if (layer.Name.Length > 0) NameWrapped(layer.Name);
        if (backwardLayer is { Name.Length: > 0 }) BackwardLayer.Name = backwardLayer.Name;
    }

    /// <inheritdoc/>
    public override string ClassName => "Bidirectional";

    /// <summary>Reads as the layer that was given.</summary>
    public RecurrentLayer ForwardLayer { get; }

    /// <summary>Reads in the other direction.</summary>
    public RecurrentLayer BackwardLayer { get; }

    /// <summary>How the outputs of both directions become one.</summary>
    public MergeMode MergeMode { get; }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, Bidirectional>("Bidirectional")
    {
        Arguments =
        [
            .. LayerArguments.Common<Bidirectional>(),
            new("merge_mode", layer => layer.MergeMode == MergeMode.None ? null : Modes.First(mode => mode.Value == layer.MergeMode).Word),
            new("layer", layer => layer.ForwardLayer),
            new("backward_layer", layer => layer.BackwardLayer),
        ],
        Positional = ["layer", "merge_mode"],
        Make = a => new Bidirectional(
            Recurrent(a, "layer") ?? throw new ArgumentException("Bidirectional: argument 'layer' is missing; write Bidirectional(lstm(16)), say."),
            a.Has("merge_mode") && a.Node("merge_mode") is null ? MergeMode.None : a.Choice("merge_mode", Modes),
            Recurrent(a, "backward_layer")),
    };

    internal override IEnumerable<string> WeightPaths =>
        [.. ForwardLayer.WeightPaths.Select(path => $"forward_layer/{path}"), .. BackwardLayer.WeightPaths.Select(path => $"backward_layer/{path}")];

    internal override Layer Wrapped => ForwardLayer;

    internal override void NameWrapped(string name)
    {
        string stem = name.StartsWith(Forward, StringComparison.Ordinal) ? name[Forward.Length..] : name;
        ForwardLayer.Name = Forward + stem;
        if (BackwardLayer.Name.Length == 0) BackwardLayer.Name = Backward + stem;
    }

    /// <summary>Calls the layer on a sequence, with states to begin with.</summary>
    /// <param name="sequence"><c>[B, T, F]</c>.</param>
    /// <param name="initialState">The states before the first step: those of the forward direction, then those of the backward direction.</param>
    /// <param name="mask"><c>[B, T]</c>: 0 where a step is to be skipped.</param>
    /// <returns>The output (two of them with the merge mode none); with <c>ReturnState</c> behind it the states of both directions.</returns>
    /// <exception cref="ArgumentException">Number or shapes of the states don't fit.</exception>
    public Symbols Call(Symbol sequence, Symbols? initialState = null, Symbol? mask = null)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        var arguments = new List<CallArgument> { new(null, sequence) };
        if (initialState is not null) arguments.Add(new CallArgument(RecurrentLayer.StateRole, initialState));
        if (mask is not null) arguments.Add(new CallArgument(RecurrentLayer.MaskRole, mask));
        return AddCall(arguments);
    }

    /// <summary>Makes a stateful layer start from zeros again.</summary>
    public void ResetStates()
    {
        ForwardLayer.ResetStates();
        BackwardLayer.ResetStates();
    }

    internal override LayerProgram CreateProgram(ProgramContext context) => new BidirectionalProgram(this, context, RecurrentInputs.Of(context));

    internal override IReadOnlyList<IReadOnlyList<int?>> InferOutputShapes(CallInputs inputs)
    {
        IReadOnlyList<int?> first = inputs.First, forward = ForwardLayer.InferOutputShape(first), backward = BackwardLayer.InferOutputShape(first);
        int states = ForwardLayer.StateCount, all = states + BackwardLayer.StateCount, given = inputs.Roles.Count(role => role == RecurrentLayer.StateRole);
        if (given > 0 && given != all)
            throw new ArgumentException($"Bidirectional '{Name}' has {all} states, those of both directions, but {given} were given as initial states.");
        List<IReadOnlyList<int?>> shapes = MergeMode == MergeMode.None ? [forward, backward] : [InferOutputShape(first)];
        if (!ForwardLayer.BaseOptions.ReturnState) return shapes;
        shapes.AddRange(Enumerable.Repeat<IReadOnlyList<int?>>([ForwardLayer.BaseOptions.Units], states));
        shapes.AddRange(Enumerable.Repeat<IReadOnlyList<int?>>([BackwardLayer.BaseOptions.Units], BackwardLayer.StateCount));
        return shapes;
    }

    internal override IEnumerable<(string Name, int[] Shape, Initializer Initializer)> DescribeWeights(IReadOnlyList<int?> inputShape) =>
        ForwardLayer.DescribeWeights(inputShape).Select(weight => ($"forward {weight.Name}", weight.Shape, weight.Initializer))
            .Concat(BackwardLayer.DescribeWeights(inputShape).Select(weight => ($"backward {weight.Name}", weight.Shape, weight.Initializer)));

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape)
    {
        IReadOnlyList<int?> shape = ForwardLayer.InferOutputShape(inputShape);
        return MergeMode == MergeMode.Concat ? [.. shape.SkipLast(1), shape[^1] + BackwardLayer.BaseOptions.Units] : shape;
    }

    internal override (Regularizer? Regularizer, Constraint? Constraint) RestrictionsOf(string weight) =>
        (weight.StartsWith("forward ", StringComparison.Ordinal) ? ForwardLayer : BackwardLayer).RestrictionsOf(weight[(weight.IndexOf(' ', StringComparison.Ordinal) + 1)..]);

    private protected override void OnBuilt(IReadOnlyList<int?> inputShape)
    {
        int forward = ForwardLayer.DescribeWeights(inputShape).Count();
        ForwardLayer.Adopt(Parameters.Take(forward), inputShape);
        BackwardLayer.Adopt(Parameters.Skip(forward), inputShape);
    }

    private static RecurrentLayer? Recurrent(ArgumentReader a, string name)
    {
        if (a.Object(name) is not { } config) return null;
        return Registry.Layers.Create(config) as RecurrentLayer
            ?? throw new ArgumentException($"Bidirectional: argument '{name}' is '{config}'; it must be a SimpleRNN, LSTM or GRU.");
    }
}
