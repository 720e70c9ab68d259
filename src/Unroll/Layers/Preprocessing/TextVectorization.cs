using Unroll.Configuration;

namespace Unroll.Layers;

/// <summary>
/// Texts to ids or rows of counts: standardised, split, looked up. <c>[B, 1]</c> texts → <c>[B, T]</c> ids, or
/// <c>[B, vocabulary]</c>.
/// <code>
/// var vectorize = new TextVectorization { MaxTokens = 10_000, OutputSequenceLength = 200 };
/// vectorize.Adapt(texts);
/// var model = new Sequential { vectorize, new Embedding(10_000, 16), new LSTM(32), new Dense(1, "sigmoid") };
/// model.Fit(texts, y);
/// </code>
/// Ids: 0 is padding, 1 an unknown token. Without <see cref="OutputSequenceLength"/> ids are padded to the longest text of a call
/// of Fit, Evaluate or Predict; Keras pads to that of the batch.
/// </summary>
public sealed class TextVectorization : VocabularyLayer<string>
{
    private const string Unknown = "[UNK]";

    private const int LongestText = 1 << 20;

    private static readonly Argument<TextStandardization> StandardizeArgument = PreprocessingArguments.ChoiceOrNone(
        "standardize", TextStandardization.LowerAndStripPunctuation, TextStandardization.None,
        ("lower_and_strip_punctuation", TextStandardization.LowerAndStripPunctuation), ("lower", TextStandardization.Lower), ("strip_punctuation", TextStandardization.StripPunctuation));

    private static readonly Argument<TextSplitting> SplitArgument = PreprocessingArguments.ChoiceOrNone(
        "split", TextSplitting.Whitespace, TextSplitting.None, ("whitespace", TextSplitting.Whitespace), ("character", TextSplitting.Character));

    private static readonly Argument<IReadOnlyList<int>?> NgramsArgument = PreprocessingArguments.Ngrams("ngrams");

    private static readonly Argument<TokenOutput> OutputModeArgument =
        BinEncoding.Output(TokenOutput.Int, TokenOutput.OneHot, TokenOutput.MultiHot, TokenOutput.Count, TokenOutput.TfIdf);

    private static readonly Argument<int?> OutputSequenceLengthArgument =
        Argument.OptionalWhole("output_sequence_length").AtLeast(1).Require(length => length is not > LongestText, $"at most {LongestText:N0}").KeywordOnly();

    private static readonly Argument<IReadOnlyList<string>?> VocabularyArgument = PreprocessingArguments.OptionalTexts("vocabulary").KeywordOnly();

    /// <summary>Creates the layer.</summary>
    /// <param name="maxTokens">Most entries of the vocabulary, the special ones included; null: any number.</param>
    /// <exception cref="ArgumentOutOfRangeException">Below 2.</exception>
    public TextVectorization(int? maxTokens = null) => MaxTokens = maxTokens;

    /// <inheritdoc/>
    public override string ClassName => "TextVectorization";

    /// <summary>How texts are made alike before they are split.</summary>
    public TextStandardization Standardize { get => Get(StandardizeArgument); init => Set(StandardizeArgument, value); }

    /// <summary>A function of your own instead of <see cref="Standardize"/>; a model that has one can't be saved.</summary>
    public Func<string, string>? StandardizeBy { get; init; }

    /// <summary>What texts are split into.</summary>
    public TextSplitting Split { get => Get(SplitArgument); init => Set(SplitArgument, value); }

    /// <summary>A function of your own instead of <see cref="Split"/>; a model that has one can't be saved.</summary>
    public Func<string, IEnumerable<string>>? SplitBy { get; init; }

    /// <summary>Widths of groups of neighbours that become tokens, joined by a blank: <c>[1, 2]</c> for words and pairs, Keras' <c>ngrams=2</c>. Null: words alone.</summary>
    public IReadOnlyList<int>? Ngrams { get => Get(NgramsArgument); init => Set(NgramsArgument, value); }

    /// <inheritdoc/>
    public override TokenOutput OutputMode { get => Get(OutputModeArgument); init => Set(OutputModeArgument, value); }

    /// <summary>Ids of a text: cut off or padded with 0 at the end. Null: as many as the longest text has.</summary>
    public int? OutputSequenceLength { get => Get(OutputSequenceLengthArgument); init => Set(OutputSequenceLengthArgument, value); }

    /// <inheritdoc/>
    public override IReadOnlyList<string>? Vocabulary { get => Get(VocabularyArgument); init => Set(VocabularyArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, TextVectorization>("TextVectorization")
    {
        Arguments =
        [
            .. CommonArguments, MaxTokensArgument, StandardizeArgument, SplitArgument, NgramsArgument, OutputModeArgument, OutputSequenceLengthArgument,
            PadToMaxTokensArgument, Argument.Fixed("sparse", false), Argument.Fixed("ragged", false), VocabularyArgument, IdfWeightsArgument,
            Argument.Fixed("encoding", "utf-8"), VocabularySizeArgument,
        ],
        Make = _ => new TextVectorization(),
    };

    internal override InputKind Takes => InputKind.Texts;

    internal override IReadOnlyList<int?>? OwnInputShape => [1];

    internal override TokenOptions<string> Options => new(
        Label, MaxTokens, 1, Unknown, "", HasMask: true, OutputMode, PadToMaxTokens && OutputMode != TokenOutput.Int, IsInverse: false, _ => 0, Utf8Order.Instance);

    /// <summary>Learns the vocabulary of texts; what was learned before is forgotten.</summary>
    /// <param name="texts">The training texts.</param>
    /// <exception cref="ArgumentException">There is no token in them, or <see cref="VocabularyLayer{T}.MaxTokens"/> leaves no room for one.</exception>
    /// <exception cref="InvalidOperationException">The vocabulary was given with the layer.</exception>
    public void Adapt(IEnumerable<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        Learn(texts.Select(TokensOf));
    }

    internal override Encoded Run(IReadOnlyList<Encoded> inputs)
    {
        Encoded x = Only(inputs);
        if (x.Texts is null) throw new ArgumentException($"{Label} takes texts, but {x.Kind} were given.");
        if (x.Shape.Count != 1 && x.Shape is not [_, 1])
            throw new ArgumentException($"{Label} takes one text for each sample, but the array has the shape ({string.Join(", ", x.Shape)}).");
        CheckOptions();
        TokenTable<string> table = RequireTable();
        var numbers = new long[x.Texts.Length][];
        for (int i = 0; i < numbers.Length; i++) numbers[i] = [.. TokensOf(x.Texts[i]).Take(OutputSequenceLength ?? int.MaxValue).Select(table.NumberOf)];
        int steps = Math.Max(1, OutputSequenceLength ?? (numbers.Length == 0 ? 0 : numbers.Max(row => row.Length)));
        long padding = OutputMode == TokenOutput.Int ? 0 : -1;
        var all = new long[checked(numbers.Length * steps)];
        for (int i = 0; i < numbers.Length; i++)
        {
            Span<long> row = all.AsSpan(i * steps, steps);
            numbers[i].CopyTo(row);
            row[numbers[i].Length..].Fill(padding);
        }

        return table.Encode(all, [numbers.Length, steps]);
    }

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape)
    {
        if (inputShape is not [1]) throw WrongInput(inputShape, "texts [batch, 1]: Input.Texts()");
        CheckOptions();
        return [OutputMode == TokenOutput.Int ? OutputSequenceLength : Width];
    }

    internal override object? ValueOf<TValue>(Argument<TValue> argument)
    {
        string? own = StandardizeBy is not null && argument.Name == StandardizeArgument.Name ? nameof(StandardizeBy)
            : SplitBy is not null && argument.Name == SplitArgument.Name ? nameof(SplitBy) : null;
        return own is null ? base.ValueOf(argument) : throw new InvalidOperationException(
            $"{Label} has a function of its own, {own}, which a file can't hold. Use the function on the texts before they come to the model.");
    }

    private protected override IReadOnlyList<string> Places(string name) => ["_lookup_layer/" + name, name];

    private protected override string Line(string token) => token;

    private protected override string Token(string line) => line;

    private protected override TokenOptions<string> CheckedOptions()
    {
        CheckOptions();
        return base.CheckedOptions();
    }

    private void CheckOptions()
    {
        if (OutputMode != TokenOutput.Int && OutputSequenceLength is { } length)
            throw new ArgumentException($"{Label}: output_sequence_length {length} is for output_mode int; here it is {BinEncoding.Word(OutputMode)}.");
        if (OutputMode == TokenOutput.OneHot && Split != TextSplitting.None)
            throw new ArgumentException($"{Label}: output_mode one_hot needs texts that are not split; use multi_hot, or Split = TextSplitting.None.");
    }

    private IEnumerable<string> TokensOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string standard = StandardizeBy is null ? TextTokens.Standardize(text, Standardize) : StandardizeBy(text);
        IEnumerable<string> tokens = SplitBy is null ? TextTokens.Split(standard, Split) : SplitBy(standard);
        return Ngrams is { } widths ? TextTokens.Ngrams(tokens, widths) : tokens;
    }
}
