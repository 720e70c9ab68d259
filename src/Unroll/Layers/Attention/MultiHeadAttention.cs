using Unroll.Configuration;
using Unroll.Constraints;
using Unroll.Execution;
using Unroll.Initializers;
using Unroll.Regularizers;

namespace Unroll.Layers;

/// <summary>
/// Attention with several heads (Vaswani et al. 2017): with <c>Q = q·Wq + bq</c> and so on, every head takes
/// <c>softmax(Q·Kᵀ / √keyDim) · V</c>, and a product over all heads makes as many features of it as the query has, or as are wanted:
/// <c>[B, T, D] → [B, T, D]</c>. Masks of query, key and value, a causal mask and one that is given are heeded together; that of the
/// query goes on. As in Keras, a query that may look at nothing gets the mean of all values, or with dropout or returned scores
/// zeros.
/// </summary>
public sealed class MultiHeadAttention : Layer
{
    private const string KeyRole = "key", MaskRole = "attention_mask";

    private static readonly Argument<int> NumHeadsArgument = Argument.Whole("num_heads").Size(), KeyDimArgument = Argument.Whole("key_dim").Size();

    private static readonly Argument<int?> ValueDimArgument = Argument.OptionalWhole("value_dim").AtLeast(1);

    private static readonly Argument<double> DropoutArgument = Argument.Number("dropout", 0).Require(rate => rate is >= 0 and < 1, "at least 0 and below 1");

    private static readonly Argument<bool> UseBiasArgument = Argument.Flag("use_bias", true);

    private static readonly Argument<Initializer> KernelInitializerArgument = Initializer.Catalog.Argument("kernel_initializer", new GlorotUniform());

    private static readonly Argument<Initializer> BiasInitializerArgument = Initializer.Catalog.Argument("bias_initializer", new Zeros());

    private static readonly Argument<Regularizer?> KernelRegularizerArgument = Regularizer.Catalog.OptionalArgument("kernel_regularizer").KeywordOnly();

    private static readonly Argument<Regularizer?> BiasRegularizerArgument = Regularizer.Catalog.OptionalArgument("bias_regularizer").KeywordOnly();

    private static readonly Argument<Constraint?> KernelConstraintArgument = Constraint.Catalog.OptionalArgument("kernel_constraint").KeywordOnly();

    private static readonly Argument<Constraint?> BiasConstraintArgument = Constraint.Catalog.OptionalArgument("bias_constraint").KeywordOnly();

    private static readonly Argument<IReadOnlyList<int>?> OutputShapeArgument = LayerArguments.OptionalWholes("output_shape").KeywordOnly()
        .Require(shape => shape is null or [>= 1], "one size of 1 or more");

    private static readonly Argument<int?> SeedArgument = Argument.OptionalWhole("seed").KeywordOnly();

    private readonly Dictionary<string, Graph> _inner = [];
    private Dense[]? _products; // of query, key, value and output

    /// <summary>Creates the layer.</summary>
    /// <param name="numHeads">Heads.</param>
    /// <param name="keyDim">Features of queries and keys in a head.</param>
    /// <param name="valueDim">Features of values in a head; null: as many.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or larger than 1,048,576.</exception>
    public MultiHeadAttention(int numHeads, int keyDim, int? valueDim = null) => (NumHeads, KeyDim, ValueDim) = (numHeads, keyDim, valueDim);

    /// <inheritdoc/>
    public override string ClassName => "MultiHeadAttention";

    /// <summary>Heads.</summary>
    public int NumHeads { get => Get(NumHeadsArgument); init => Set(NumHeadsArgument, value); }

    /// <summary>Features of queries and keys in a head.</summary>
    public int KeyDim { get => Get(KeyDimArgument); init => Set(KeyDimArgument, value); }

    /// <summary>Features of values in a head; null: as many as keys have.</summary>
    public int? ValueDim { get => Get(ValueDimArgument); init => Set(ValueDimArgument, value); }

    /// <summary>Features that come out; null: as many as the query has. Keras' <c>output_shape</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public int? OutputFeatures { get => Get(OutputShapeArgument)?[0]; init => Set(OutputShapeArgument, value is { } size ? [size] : null); }

    /// <summary>Share of the probabilities that training drops.</summary>
    public double Dropout { get => Get(DropoutArgument); init => Set(DropoutArgument, value); }

    /// <summary>Whether products have a bias.</summary>
    public bool UseBias { get => Get(UseBiasArgument); init => Set(UseBiasArgument, value); }

    /// <summary>First values of the kernels.</summary>
    public Initializer KernelInitializer { get => Get(KernelInitializerArgument); init => Set(KernelInitializerArgument, value); }

    /// <summary>First values of the biases.</summary>
    public Initializer BiasInitializer { get => Get(BiasInitializerArgument); init => Set(BiasInitializerArgument, value); }

    /// <summary>What the kernels add to the loss; null: nothing.</summary>
    public Regularizer? KernelRegularizer { get => Get(KernelRegularizerArgument); init => Set(KernelRegularizerArgument, value); }

    /// <summary>What the biases add to the loss; null: nothing.</summary>
    public Regularizer? BiasRegularizer { get => Get(BiasRegularizerArgument); init => Set(BiasRegularizerArgument, value); }

    /// <summary>What the kernels are made to fulfil after each step; null: anything goes.</summary>
    public Constraint? KernelConstraint { get => Get(KernelConstraintArgument); init => Set(KernelConstraintArgument, value); }

    /// <summary>What the biases are made to fulfil after each step; null: anything goes.</summary>
    public Constraint? BiasConstraint { get => Get(BiasConstraintArgument); init => Set(BiasConstraintArgument, value); }

    /// <summary>Key of what is dropped; null: the model's seed.</summary>
    public int? Seed { get => Get(SeedArgument); init => Set(SeedArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, MultiHeadAttention>("MultiHeadAttention")
    {
        Arguments =
        [
            .. CommonArguments, NumHeadsArgument, KeyDimArgument, ValueDimArgument, DropoutArgument, UseBiasArgument, Argument.Fixed("use_gate", false),
            OutputShapeArgument, Argument.Fixed("attention_axes", new System.Text.Json.Nodes.JsonArray(1)), Argument.Fixed("sliding_window", null),
            KernelInitializerArgument, BiasInitializerArgument, KernelRegularizerArgument, BiasRegularizerArgument, Argument.Fixed("activity_regularizer", null),
            KernelConstraintArgument, BiasConstraintArgument, SeedArgument,
        ],
        Make = a => new MultiHeadAttention(a.Get(NumHeadsArgument), a.Get(KeyDimArgument)),
    };

    internal override bool HandsOnMask(int output) => output == 0;

    internal override int LeafCalls => 5;

    internal override IEnumerable<string> WeightPaths => ((string[])["query", "key", "value", "output"])
        .SelectMany(part => UseBias ? (string[])[$"{part}_dense/vars/0", $"{part}_dense/vars/1"] : [$"{part}_dense/vars/0"]);

    private int ValueSize => ValueDim ?? KeyDim;

    /// <summary>Calls the layer.</summary>
    /// <param name="query">What looks, <c>[B, T, D]</c>.</param>
    /// <param name="value">What is seen, <c>[B, S, V]</c>.</param>
    /// <param name="key">What it is found by, <c>[B, S, K]</c>; null: the values.</param>
    /// <param name="attentionMask">What each query may look at, <c>[B, T, S]</c> or <c>[B, H, T, S]</c> of 1 and 0; null: everything.</param>
    /// <param name="useCausalMask">Whether a query sees only keys up to its own step.</param>
    /// <param name="returnAttentionScores">Whether the probabilities <c>[B, H, T, S]</c> are a second output.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Symbols Call(Symbol query, Symbol value, Symbol? key = null, Symbol? attentionMask = null, bool useCausalMask = false, bool returnAttentionScores = false)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(value);
        var arguments = new List<CallArgument> { new(null, query), new(null, value) };
        if (key is not null) arguments.Add(new CallArgument(KeyRole, key));
        if (attentionMask is not null) arguments.Add(new CallArgument(MaskRole, attentionMask));
        arguments.AddRange(AttentionLayer.Flags(useCausalMask, returnAttentionScores));
        return AddCall(arguments);
    }

    internal override (Regularizer? Regularizer, Constraint? Constraint) RestrictionsOf(string weight) => weight.EndsWith("kernel", StringComparison.Ordinal)
        ? (KernelRegularizer, KernelConstraint)
        : (BiasRegularizer, BiasConstraint);

    internal override IEnumerable<(string Name, int[] Shape, Initializer Initializer)> DescribeWeights(CallInputs inputs)
    {
        (IReadOnlyList<int?> value, IReadOnlyList<int?> key) = ValueAndKey(inputs);
        int features = Features(inputs.First);
        foreach ((string part, int size, int width) in new[] { ("query", features, KeyDim), ("key", Features(key), KeyDim), ("value", Features(value), ValueSize) })
        {
            yield return ($"{part}/kernel", [size, NumHeads, width], KernelInitializer);
            if (UseBias) yield return ($"{part}/bias", [NumHeads, width], BiasInitializer);
        }

        int outputs = OutputFeatures ?? features;
        yield return ("output/kernel", [NumHeads, ValueSize, outputs], KernelInitializer);
        if (UseBias) yield return ("output/bias", [outputs], BiasInitializer);
    }

    internal override IReadOnlyList<IReadOnlyList<int?>> InferOutputShapes(CallInputs inputs)
    {
        (IReadOnlyList<int?> value, _) = ValueAndKey(inputs);
        int features = Features(inputs.First);
        IReadOnlyList<int?> output = [inputs.First[0], OutputFeatures ?? features];
        return inputs.Flags.Contains(AttentionLayer.ScoresFlag) ? [output, [NumHeads, inputs.First[0], value[0]]] : [output];
    }

    // Keras' summary has as many keys as queries, whatever their number.
    internal override IReadOnlyList<IReadOnlyList<int?>> ShownShapes(IReadOnlyList<IReadOnlyList<int?>> shapes) =>
        shapes is [_, [var heads, var queries, _]] ? [shapes[0], [heads, queries, queries]] : shapes;

    internal override Graph? InnerGraph(CallInputs inputs)
    {
        string name = string.Join(' ', inputs.Roles.Concat(inputs.Flags));
        if (_inner.TryGetValue(name, out Graph? known)) return known;
        bool scores = inputs.Flags.Contains(AttentionLayer.ScoresFlag);
        var rule = new AttentionRule(
            NumHeads, (float)(1 / Math.Sqrt(KeyDim)), scores || Dropout > 0 ? AttentionMasking.Zero : AttentionMasking.Lowest,
            inputs.Flags.Contains(AttentionLayer.CausalFlag), scores, HasHeadAxis: true, Dropout, Seed);
        Dense[] products = _products!;
        Symbol[] symbols = [.. inputs.Shapes.Select((shape, i) => Input.Features(inputs.Roles[i] == MaskRole ? shape : [null, shape[1]], $"input_{i}"))];
        int key = KeyIndex(inputs);
        List<Symbol> parts = [products[0].Call(symbols[0]), products[2].Call(symbols[1]), products[1].Call(symbols[key])];
        if (inputs.Find(MaskRole) is { } mask) parts.Add(symbols[mask]);
        Symbols core = new AttentionCore(rule) { Name = $"{Name}_core" }.Call(Symbols.Create([.. parts]));
        Symbol output = products[3].Call(core[0]);
        Graph inner = Graph.Between(Symbols.Create(symbols), scores ? Symbols.Create([output, core[1]]) : output);
        _inner.Add(name, inner);
        return inner;
    }

    internal override LayerProgram CreateProgram(ProgramContext context) => throw new NotSupportedException("The layer is taken apart before it runs.");

    private protected override void OnBuilt(IReadOnlyList<int?> inputShape)
    {
        if (_products is not null) return;
        int each = UseBias ? 2 : 1;
        int[] units = [NumHeads * KeyDim, NumHeads * KeyDim, NumHeads * ValueSize, Parameters[3 * each].Sizes[2]];
        int[] sizes = [Parameters[0].Sizes[0], Parameters[each].Sizes[0], Parameters[2 * each].Sizes[0], NumHeads * ValueSize];
        _products = new Dense[4];
        for (int i = 0; i < 4; i++)
        {
            // The heads' matrices side by side are the matrix of one product.
            _products[i] = new Dense(units[i]) { Name = $"{Name}_{i}", UseBias = UseBias };
            _products[i].Adopt(Parameters.Skip(i * each).Take(each), [null, sizes[i]]);
        }
    }

    private static int KeyIndex(CallInputs inputs) => inputs.Find(KeyRole) ?? (inputs.Shapes.Count > 2 && inputs.Roles[2] is null ? 2 : 1);

    private (IReadOnlyList<int?> Value, IReadOnlyList<int?> Key) ValueAndKey(CallInputs inputs) => inputs.Shapes.Count >= 2
        ? (inputs.Shapes[1], inputs.Shapes[KeyIndex(inputs)])
        : throw new ArgumentException($"MultiHeadAttention '{Name}' takes a query and a value, Call(x, x) for self-attention, but one input was given.");

    private int Features(IReadOnlyList<int?> shape) => shape.Count == 2 && shape[1] is { } features
        ? features
        : throw WrongInput(shape, "[batch, time, features] with a known number of features");
}
