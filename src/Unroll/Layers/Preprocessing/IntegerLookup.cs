using System.Globalization;
using Unroll.Configuration;

namespace Unroll.Layers;

/// <summary>How one of several places for unknown numbers is chosen.</summary>
public enum OovMethod
{
    /// <summary>The remainder of the division by the number of places.</summary>
    FloorMod,

    /// <summary>The hash of the decimal text.</summary>
    FarmHash,
}

/// <summary>
/// Whole numbers, of categories for example, to their places in a vocabulary, or back. <c>[B, …]</c> → whole numbers of the same
/// shape, or rows. The order is: the mask (among whole numbers), the places for unknown numbers, the vocabulary.
/// </summary>
public sealed class IntegerLookup : VocabularyLayer<long>
{
    private static readonly Argument<int> NumOovIndicesArgument = PreprocessingArguments.OovSlots("num_oov_indices");

    private static readonly Argument<long> OovTokenArgument = Argument.Long("oov_token", -1).KeywordOnly();

    private static readonly Argument<long?> MaskTokenArgument = PreprocessingArguments.OptionalLong("mask_token").KeywordOnly();

    private static readonly Argument<IReadOnlyList<long>?> VocabularyArgument = PreprocessingArguments.OptionalLongs("vocabulary").KeywordOnly();

    private static readonly Argument<bool> InvertArgument = Argument.Flag("invert").KeywordOnly();

    private static readonly Argument<TokenOutput> OutputModeArgument =
        BinEncoding.Output(TokenOutput.Int, TokenOutput.OneHot, TokenOutput.MultiHot, TokenOutput.Count, TokenOutput.TfIdf);

    private static readonly Argument<OovMethod> OovMethodArgument =
        Argument.Choice("oov_method", OovMethod.FloorMod, ("floormod", OovMethod.FloorMod), ("farmhash", OovMethod.FarmHash)).KeywordOnly();

    private static readonly Argument<IReadOnlyList<long>?> SaltArgument = PreprocessingArguments.Salt("salt");

    /// <summary>Creates the layer.</summary>
    /// <param name="maxTokens">Most entries of the vocabulary, the special ones included; null: any number.</param>
    /// <exception cref="ArgumentOutOfRangeException">Below 2.</exception>
    public IntegerLookup(int? maxTokens = null) => MaxTokens = maxTokens;

    /// <inheritdoc/>
    public override string ClassName => "IntegerLookup";

    /// <summary>Places for unknown numbers; 0: they are refused.</summary>
    public int NumOovIndices { get => Get(NumOovIndicesArgument); init => Set(NumOovIndicesArgument, value); }

    /// <summary>What an unknown number is called.</summary>
    public long OovToken { get => Get(OovTokenArgument); init => Set(OovTokenArgument, value); }

    /// <summary>The number that stands for nothing; its place is 0. Null: there is none.</summary>
    public long? MaskToken { get => Get(MaskTokenArgument); init => Set(MaskTokenArgument, value); }

    /// <inheritdoc/>
    public override IReadOnlyList<long>? Vocabulary { get => Get(VocabularyArgument); init => Set(VocabularyArgument, value); }

    /// <summary>True: places become the numbers of the vocabulary.</summary>
    public bool Invert { get => Get(InvertArgument); init => Set(InvertArgument, value); }

    /// <inheritdoc/>
    public override TokenOutput OutputMode { get => Get(OutputModeArgument); init => Set(OutputModeArgument, value); }

    /// <summary>How one of several places for unknown numbers is chosen.</summary>
    public OovMethod OovMethod { get => Get(OovMethodArgument); init => Set(OovMethodArgument, value); }

    /// <summary>The key of SipHash for unknown numbers, with <see cref="OovMethod.FarmHash"/>: a number for both halves, or two. Null: FarmHash, which has no key.</summary>
    public IReadOnlyList<long>? Salt { get => Get(SaltArgument); init => Set(SaltArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, IntegerLookup>("IntegerLookup")
    {
        Arguments =
        [
            .. CommonArguments, InvertArgument, MaxTokensArgument, NumOovIndicesArgument, OovTokenArgument, MaskTokenArgument, OutputModeArgument,
            Argument.Fixed("sparse", false), PadToMaxTokensArgument, Argument.Ignored("vocabulary_dtype", "int64"), IdfWeightsArgument, VocabularyArgument,
            VocabularySizeArgument, OovMethodArgument, SaltArgument,
        ],
        Make = _ => new IntegerLookup(),
    };

    internal override InputKind Takes => InputKind.Ids;

    internal override TokenOptions<long> Options => new(
        Label, MaxTokens, NumOovIndices, OovToken, MaskToken ?? 0, MaskToken is not null, OutputMode, PadToMaxTokens && OutputMode != TokenOutput.Int, Invert,
        SlotOf, Comparer<long>.Default);

    /// <summary>Learns the vocabulary of numbers; what was learned before is forgotten.</summary>
    /// <param name="numbers">A document of a number for each.</param>
    /// <exception cref="ArgumentException">There is no number.</exception>
    /// <exception cref="InvalidOperationException">The vocabulary was given with the layer.</exception>
    public void Adapt(IEnumerable<long> numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        Learn(numbers.Select(number => (IEnumerable<long>)[number]));
    }

    /// <summary>Learns the vocabulary of numbers; what was learned before is forgotten.</summary>
    /// <param name="numbers">The numbers of a document in each row.</param>
    /// <exception cref="ArgumentException">There is no number.</exception>
    /// <exception cref="InvalidOperationException">The vocabulary was given with the layer.</exception>
    public void Adapt(int[,] numbers)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        Learn(Enumerable.Range(0, numbers.GetLength(0)).Select(row => Enumerable.Range(0, numbers.GetLength(1)).Select(column => (long)numbers[row, column])));
    }

    internal override Encoded Run(IReadOnlyList<Encoded> inputs)
    {
        Encoded x = Only(inputs);
        long[] numbers = x.Truncated() ?? throw new ArgumentException($"{Label} takes whole numbers, but texts were given.");
        TokenTable<long> table = RequireTable();
        return Invert
            ? Encoded.OfWholes(Array.ConvertAll(numbers, table.TokenAt), x.Shape)
            : table.Encode(Array.ConvertAll(numbers, table.NumberOf), x.Shape);
    }

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape) => BinEncoding.Shape(inputShape, OutputMode, Width, hasBatch: false);

    private protected override string Line(long token) => token.ToString(CultureInfo.InvariantCulture);

    private protected override long Token(string line) => long.TryParse(line, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long token)
        ? token
        : throw new ArgumentException($"{Label}: the vocabulary holds '{line}', which is no whole number.");

    private protected override TokenOptions<long> CheckedOptions()
    {
        if (Invert && OutputMode != TokenOutput.Int) throw new ArgumentException($"{Label}: with invert output_mode must be int; here it is {BinEncoding.Word(OutputMode)}.");
        if (Salt is not null && OovMethod != OovMethod.FarmHash) throw new ArgumentException($"{Label}: salt is for oov_method farmhash; here it is floormod.");
        return base.CheckedOptions();
    }

    private int SlotOf(long number) => OovMethod == OovMethod.FarmHash
        ? (int)(Fingerprints.Of(number.ToString(CultureInfo.InvariantCulture), Salt) % (ulong)NumOovIndices)
        : (int)((number % NumOovIndices + NumOovIndices) % NumOovIndices);
}
