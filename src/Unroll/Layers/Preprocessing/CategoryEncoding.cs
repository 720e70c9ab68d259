using Unroll.Configuration;

namespace Unroll.Layers;

/// <summary>
/// Numbers of categories to rows: <c>[B, T]</c> whole numbers → <c>[B, tokens]</c>, or <c>[B, T, tokens]</c> with a row for each.
/// </summary>
public sealed class CategoryEncoding : PreprocessingLayer
{
    private const string WeightsRole = "count_weights";

    private static readonly Argument<int> NumTokensArgument = Argument.Whole("num_tokens").Size();

    private static readonly Argument<TokenOutput> OutputModeArgument = BinEncoding.Output(TokenOutput.MultiHot, TokenOutput.OneHot, TokenOutput.Count);

    /// <summary>Creates the layer.</summary>
    /// <param name="numTokens">Number of categories: 0 … one less.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not positive, or larger than 1,048,576.</exception>
    public CategoryEncoding(int numTokens) => NumTokens = numTokens;

    /// <inheritdoc/>
    public override string ClassName => "CategoryEncoding";

    /// <summary>Number of categories.</summary>
    public int NumTokens { get => Get(NumTokensArgument); init => Set(NumTokensArgument, value); }

    /// <summary>What comes out; multi_hot, one_hot or count.</summary>
    public TokenOutput OutputMode { get => Get(OutputModeArgument); init => Set(OutputModeArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, CategoryEncoding>("CategoryEncoding")
    {
        Arguments = [.. CommonArguments, NumTokensArgument, OutputModeArgument, Argument.Fixed("sparse", false)],
        Make = a => new CategoryEncoding(a.Get(NumTokensArgument)),
    };

    internal override InputKind Takes => InputKind.Ids;

    /// <summary>Calls the layer with what each category counts for.</summary>
    /// <param name="inputs">The categories.</param>
    /// <param name="countWeights">As many real values; for the output count.</param>
    /// <returns>What it will put out.</returns>
    /// <exception cref="ArgumentException">The output is another.</exception>
    public Symbols Call(Symbol inputs, Symbol countWeights)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(countWeights);
        return AddCall([new CallArgument(null, inputs), new CallArgument(WeightsRole, countWeights)]);
    }

    internal override Encoded Run(IReadOnlyList<Encoded> inputs)
    {
        Encoded x = inputs[0];
        RequireCounts(inputs.Count);
        if (inputs.Count > 1 && !inputs[1].Shape.SequenceEqual(x.Shape))
            throw new ArgumentException($"{Label}: the categories have the shape ({string.Join(", ", x.Shape)}), their weights ({string.Join(", ", inputs[1].Shape)}); they must be the same.");
        long[] numbers = x.Truncated() ?? throw new ArgumentException($"{Label} takes whole numbers, but texts were given. Look them up first, with StringLookup.");
        int at = numbers.AsSpan().IndexOfAnyExceptInRange(0, NumTokens - 1);
        return at < 0
            ? BinEncoding.Encode(numbers, x.Shape, OutputMode, NumTokens, inputs.Count > 1 ? inputs[1].AsReals().Reals : null)
            : throw new ArgumentException($"{Label}: the number {numbers[at]} is none of the categories 0 … {NumTokens - 1}. Make num_tokens larger, or look the numbers up first, with IntegerLookup.");
    }

    internal override IReadOnlyList<IReadOnlyList<int?>> InferOutputShapes(CallInputs inputs)
    {
        RequireCounts(inputs.Shapes.Count);
        return [BinEncoding.Shape(inputs.First, OutputMode, NumTokens, hasBatch: false)];
    }

    private void RequireCounts(int arrays)
    {
        if (arrays > 2 || arrays == 2 && OutputMode != TokenOutput.Count)
            throw new ArgumentException($"{Label} takes one array, with output_mode count also the weights; {arrays} were given with output_mode {BinEncoding.Word(OutputMode)}.");
    }
}
