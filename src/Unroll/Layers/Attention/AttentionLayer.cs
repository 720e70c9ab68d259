using System.Text.Json.Nodes;
using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>
/// Base of attention with one head and no products of its own: a list of query <c>[B, T, D]</c>, value <c>[B, S, V]</c> and, if it is
/// another, key <c>[B, S, D]</c> goes in, <c>[B, T, V]</c> comes out. Masked values are not looked at; the output of a masked query is 0.
/// The mask of the query goes on.
/// </summary>
public abstract class AttentionLayer : Layer
{
    internal const string CausalFlag = "use_causal_mask", ScoresFlag = "return_attention_scores";

    private protected static readonly Argument<double> DropoutArgument = Argument.Number("dropout", 0).Require(rate => rate is >= 0 and < 1, "at least 0 and below 1").KeywordOnly();

    private protected static readonly Argument<int?> SeedArgument = Argument.OptionalWhole("seed").KeywordOnly();

    private readonly Dictionary<string, Graph> _inner = [];

    private protected AttentionLayer()
    {
    }

    /// <summary>Share of the probabilities that training drops.</summary>
    public double Dropout { get => Get(DropoutArgument); init => Set(DropoutArgument, value); }

    /// <summary>Key of what is dropped; null: the model's seed.</summary>
    public int? Seed { get => Get(SeedArgument); init => Set(SeedArgument, value); }

    private protected abstract bool IsAdditive { get; }

    /// <summary>Calls the layer on query, value and perhaps key.</summary>
    /// <param name="inputs">Two or three symbols.</param>
    /// <param name="useCausalMask">Whether a query sees only keys up to its own step.</param>
    /// <param name="returnAttentionScores">Whether the probabilities <c>[B, T, S]</c> are a second output.</param>
    public Symbols Call(Symbols inputs, bool useCausalMask, bool returnAttentionScores = false)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return AddCall([new CallArgument(null, inputs), .. Flags(useCausalMask, returnAttentionScores)]);
    }

    internal static IEnumerable<CallArgument> Flags(bool causal, bool scores)
    {
        if (causal) yield return new CallArgument(CausalFlag, JsonValue.Create(true));
        if (scores) yield return new CallArgument(ScoresFlag, JsonValue.Create(true));
    }

    internal override bool HandsOnMask(int output) => output == 0;

    internal override IReadOnlyList<IReadOnlyList<int?>> InferOutputShapes(CallInputs inputs)
    {
        Check(inputs);
        return new AttentionCore(Rule(inputs)).InferOutputShapes(inputs);
    }

    internal override Graph? InnerGraph(CallInputs inputs)
    {
        string key = $"{inputs.Shapes.Count} {string.Join(' ', inputs.Flags)}";
        if (_inner.TryGetValue(key, out Graph? known)) return known;
        var core = new AttentionCore(Rule(inputs)) { Name = $"{Name}_core" };
        core.AdoptAll(Parameters);
        Symbol[] symbols = [.. inputs.Shapes.Select((shape, i) => Input.Features([null, shape[1]], $"input_{i}"))];
        Symbols outputs = core.Call(Symbols.Create([symbols[0], symbols[1], symbols[^1]]));
        Graph inner = Graph.Between(Symbols.Create(symbols), outputs);
        _inner.Add(key, inner);
        return inner;
    }

    internal override LayerProgram CreateProgram(ProgramContext context) => throw new NotSupportedException("The layer is taken apart before it runs.");

    private void Check(CallInputs inputs)
    {
        if (inputs.Shapes.Count is not (2 or 3))
            throw new ArgumentException($"{ClassName} '{Name}' takes a list of query, value and perhaps key, but {inputs.Shapes.Count} were given.");
        foreach (IReadOnlyList<int?> shape in inputs.Shapes)
            if (shape.Count != 2 || shape[1] is null) throw WrongInput(shape, "[batch, time, features] with a known number of features");
        if (inputs.First[1] != inputs.Shapes[^1][1])
            throw new ArgumentException($"{ClassName} '{Name}': query and key must have as many features, but have {inputs.First[1]} and {inputs.Shapes[^1][1]}.");
    }

    private AttentionRule Rule(CallInputs inputs) => new(
        1, 1, AttentionMasking.Lowered, inputs.Flags.Contains(CausalFlag), inputs.Flags.Contains(ScoresFlag), HasHeadAxis: false, Dropout, Seed, IsAdditive);
}
