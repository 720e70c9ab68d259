using Unroll.Configuration;

namespace Unroll.Layers;

/// <summary>
/// Words to their places in a vocabulary, or back. Texts <c>[B, …]</c> → whole numbers of the same shape, or rows. The order is:
/// the mask token (among whole numbers), the places for unknown words, the vocabulary. Several places for unknown words are told
/// apart by a hash.
/// </summary>
public sealed class StringLookup : VocabularyLayer<string>
{
    private static readonly Argument<int> NumOovIndicesArgument = PreprocessingArguments.OovSlots("num_oov_indices");

    private static readonly Argument<string> OovTokenArgument = Argument.Text("oov_token", "[UNK]").KeywordOnly();

    private static readonly Argument<string?> MaskTokenArgument = Argument.OptionalText("mask_token").KeywordOnly();

    private static readonly Argument<IReadOnlyList<string>?> VocabularyArgument = PreprocessingArguments.OptionalTexts("vocabulary").KeywordOnly();

    private static readonly Argument<bool> InvertArgument = Argument.Flag("invert").KeywordOnly();

    private static readonly Argument<TokenOutput> OutputModeArgument =
        BinEncoding.Output(TokenOutput.Int, TokenOutput.OneHot, TokenOutput.MultiHot, TokenOutput.Count, TokenOutput.TfIdf);

    private static readonly Argument<IReadOnlyList<long>?> SaltArgument = PreprocessingArguments.Salt("salt");

    /// <summary>Creates the layer.</summary>
    /// <param name="maxTokens">Most entries of the vocabulary, the special ones included; null: any number.</param>
    /// <exception cref="ArgumentOutOfRangeException">Below 2.</exception>
    public StringLookup(int? maxTokens = null) => MaxTokens = maxTokens;

    /// <inheritdoc/>
    public override string ClassName => "StringLookup";

    /// <summary>Places for unknown words; 0: they are refused.</summary>
    public int NumOovIndices { get => Get(NumOovIndicesArgument); init => Set(NumOovIndicesArgument, value); }

    /// <summary>What an unknown word is called.</summary>
    public string OovToken { get => Get(OovTokenArgument); init => Set(OovTokenArgument, value); }

    /// <summary>The word that stands for nothing; it is number 0. Null: there is none.</summary>
    public string? MaskToken { get => Get(MaskTokenArgument); init => Set(MaskTokenArgument, value); }

    /// <inheritdoc/>
    public override IReadOnlyList<string>? Vocabulary { get => Get(VocabularyArgument); init => Set(VocabularyArgument, value); }

    /// <summary>True: numbers become words.</summary>
    public bool Invert { get => Get(InvertArgument); init => Set(InvertArgument, value); }

    /// <inheritdoc/>
    public override TokenOutput OutputMode { get => Get(OutputModeArgument); init => Set(OutputModeArgument, value); }

    /// <summary>The key of SipHash for unknown words: a number for both halves, or two. Null: FarmHash, which has no key.</summary>
    public IReadOnlyList<long>? Salt { get => Get(SaltArgument); init => Set(SaltArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, StringLookup>("StringLookup")
    {
        Arguments =
        [
            .. CommonArguments, InvertArgument, MaxTokensArgument, NumOovIndicesArgument, OovTokenArgument, MaskTokenArgument, OutputModeArgument,
            Argument.Fixed("sparse", false), PadToMaxTokensArgument, IdfWeightsArgument, VocabularyArgument, VocabularySizeArgument,
            Argument.Ignored("oov_method", "floormod"), SaltArgument, Argument.Fixed("encoding", "utf-8"),
        ],
        Make = _ => new StringLookup(),
    };

    internal override InputKind Takes => Invert ? InputKind.Ids : InputKind.Texts;

    internal override bool PutsOutIds => base.PutsOutIds && !Invert;

    internal override bool PutsOutTexts => Invert;

    internal override TokenOptions<string> Options => new(
        Label, MaxTokens, NumOovIndices, OovToken, MaskToken ?? "", MaskToken is not null, OutputMode, PadToMaxTokens && OutputMode != TokenOutput.Int, Invert,
        token => (int)(Fingerprints.Of(token, Salt) % (ulong)NumOovIndices), Utf8Order.Instance);

    /// <summary>Learns the vocabulary of words; what was learned before is forgotten.</summary>
    /// <param name="words">A document of a word for each.</param>
    /// <exception cref="ArgumentException">There is no word.</exception>
    /// <exception cref="InvalidOperationException">The vocabulary was given with the layer.</exception>
    public void Adapt(IEnumerable<string> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        Learn(words.Select(word => (IEnumerable<string>)[word]));
    }

    /// <summary>Learns the vocabulary of words; what was learned before is forgotten.</summary>
    /// <param name="words">The words of a document in each row.</param>
    /// <exception cref="ArgumentException">There is no word.</exception>
    /// <exception cref="InvalidOperationException">The vocabulary was given with the layer.</exception>
    public void Adapt(string[,] words)
    {
        ArgumentNullException.ThrowIfNull(words);
        Learn(Enumerable.Range(0, words.GetLength(0)).Select(row => Enumerable.Range(0, words.GetLength(1)).Select(column => words[row, column])));
    }

    internal override Encoded Run(IReadOnlyList<Encoded> inputs)
    {
        Encoded x = Only(inputs);
        TokenTable<string> table = RequireTable();
        if (Invert)
            return Encoded.OfTexts(Array.ConvertAll(x.Truncated() ?? throw Wrong("whole numbers"), table.TokenAt), x.Shape);
        return table.Encode(Array.ConvertAll(x.Texts ?? throw Wrong("texts"), table.NumberOf), x.Shape);

        ArgumentException Wrong(string wanted) => new($"{Label} takes {wanted}, but {x.Kind} were given.");
    }

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape) => BinEncoding.Shape(inputShape, OutputMode, Width, hasBatch: false);

    private protected override string Line(string token) => token;

    private protected override string Token(string line) => line;

    private protected override TokenOptions<string> CheckedOptions() => Invert && OutputMode != TokenOutput.Int
        ? throw new ArgumentException($"{Label}: with invert output_mode must be int; here it is {BinEncoding.Word(OutputMode)}.")
        : base.CheckedOptions();
}
