using Unroll.Configuration;

namespace Unroll.Layers;

/// <summary>A layer with a vocabulary, as files see it.</summary>
internal interface IVocabularyLayer
{
    /// <summary>Where archives keep the vocabulary, below the layer's place.</summary>
    IReadOnlyList<string> VocabularyPaths { get; }

    /// <summary>Where files of weights keep how rare the tokens are, below the layer's place; empty: they don't.</summary>
    IReadOnlyList<string> IdfPaths { get; }

    /// <summary>How rare the tokens are; null: that is not known, or nobody asks.</summary>
    float[]? Idf { get; }

    /// <summary>The vocabulary that belongs into a file of its own, a line for each entry; null: there is none, or the configuration holds it.</summary>
    /// <exception cref="InvalidOperationException">An entry can't be a line.</exception>
    string? VocabularyLines();

    /// <summary>Takes a vocabulary from a file.</summary>
    /// <param name="lines">Its entries, the special ones in front.</param>
    /// <param name="idf">How rare the tokens are.</param>
    /// <exception cref="ArgumentException">It is no vocabulary of this layer, or not as large as the configuration says.</exception>
    void Restore(IReadOnlyList<string> lines, float[]? idf);
}

/// <summary>
/// Base of layers that look tokens up in a vocabulary, which is given, or learned by Adapt: the most frequent tokens first, of
/// equally frequent ones the greater first.
/// </summary>
/// <typeparam name="T">Tokens: texts or whole numbers.</typeparam>
public abstract class VocabularyLayer<T> : PreprocessingLayer, IVocabularyLayer
    where T : notnull
{
    // One entry is no vocabulary: unknown tokens have one.
    private protected static readonly Argument<int?> MaxTokensArgument = Argument.OptionalWhole("max_tokens").AtLeast(2);

    private protected static readonly Argument<bool> PadToMaxTokensArgument = Argument.Flag("pad_to_max_tokens").KeywordOnly();

    private protected static readonly Argument<IReadOnlyList<double>?> IdfWeightsArgument = PreprocessingArguments.OptionalNumbers("idf_weights").KeywordOnly();

    private protected static readonly Argument<int?> VocabularySizeArgument = Argument.OptionalWhole("vocabulary_size").AtLeast(1).KeywordOnly();

    private TokenTable<T>? _table;

    private protected VocabularyLayer()
    {
    }

    /// <summary>Most entries of the vocabulary, the special ones included; null: any number.</summary>
    public int? MaxTokens { get => Get(MaxTokensArgument); init => Set(MaxTokensArgument, value); }

    /// <summary>True: rows have <see cref="MaxTokens"/> columns, however many tokens there are. Whole numbers are not padded.</summary>
    public bool PadToMaxTokens { get => Get(PadToMaxTokensArgument); init => Set(PadToMaxTokensArgument, value); }

    /// <summary>What comes out.</summary>
    public abstract TokenOutput OutputMode { get; init; }

    /// <summary>The vocabulary if it was given with the layer, with or without the special entries; null: Adapt learns it.</summary>
    public abstract IReadOnlyList<T>? Vocabulary { get; init; }

    /// <summary>How rare the tokens of <see cref="Vocabulary"/> are, for the output tf_idf.</summary>
    public IReadOnlyList<double>? IdfWeights { get => Get(IdfWeightsArgument); init => Set(IdfWeightsArgument, value); }

    /// <summary>Entries of the vocabulary, the special ones included; 0 while there is none.</summary>
    public int VocabularySize => Table?.Count ?? Get(VocabularySizeArgument) ?? 0;

    float[]? IVocabularyLayer.Idf => OutputMode == TokenOutput.TfIdf ? Table?.Idf : null;

    IReadOnlyList<string> IVocabularyLayer.VocabularyPaths => Places("vocabulary.txt");

    IReadOnlyList<string> IVocabularyLayer.IdfPaths => OutputMode == TokenOutput.TfIdf && Vocabulary is null ? Places("vars/idf_weights") : [];

    internal override bool PutsOutIds => OutputMode == TokenOutput.Int;

    /// <summary>How the vocabulary is used.</summary>
    internal abstract TokenOptions<T> Options { get; }

    /// <summary>The vocabulary; null: there is none yet.</summary>
    internal TokenTable<T>? Table
    {
        get
        {
            if (_table is null && Vocabulary is { } given) _table = TokenTable<T>.Of(CheckedOptions(), given, IdfWeights);
            return _table;
        }
    }

    /// <summary>Columns of rows; null: not known yet.</summary>
    internal int? Width => PadToMaxTokens && MaxTokens is { } most ? most : Table?.Width ?? Get(VocabularySizeArgument);

    /// <summary>The vocabulary, special entries in front: a token's place is its number.</summary>
    /// <exception cref="InvalidOperationException">There is none yet.</exception>
    public IReadOnlyList<T> GetVocabulary() => RequireTable().Vocabulary;

    /// <summary>Replaces the vocabulary.</summary>
    /// <param name="vocabulary">Tokens, with or without the special entries in front.</param>
    /// <param name="idfWeights">How rare each of them is, for the output tf_idf.</param>
    /// <exception cref="ArgumentException">It is no vocabulary: a token comes twice, or there are more than <see cref="MaxTokens"/>.</exception>
    public void SetVocabulary(IReadOnlyList<T> vocabulary, IReadOnlyList<double>? idfWeights = null)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        if (Vocabulary is not null) throw Given("SetVocabulary");
        _table = TokenTable<T>.Of(CheckedOptions(), vocabulary, idfWeights);
    }

    string? IVocabularyLayer.VocabularyLines()
    {
        if (Vocabulary is not null || Table is not { } table) return null;
        string[] lines = [.. table.Vocabulary.Select(Line)];
        if (Array.Find(lines, line => line.AsSpan().ContainsAny(PreprocessingArguments.LineEnds)) is { } broken)
            throw new InvalidOperationException($"{Label}: the token '{broken}' holds a line break, which a file of a token per line can't keep. Give the vocabulary with the layer, Vocabulary = [...], instead.");
        if (lines is [.., ""] and not [""])
            throw new InvalidOperationException($"{Label}: the last token is empty, which a file of a token per line can't keep. Make it the mask token, or give the vocabulary with the layer.");
        return string.Join('\n', lines);
    }

    void IVocabularyLayer.Restore(IReadOnlyList<string> lines, float[]? idf)
    {
        if (Get(VocabularySizeArgument) is { } said && said != lines.Count)
            throw new ArgumentException($"{Label}: the vocabulary has {lines.Count:N0} entries, but the configuration says {said:N0}.");
        _table = TokenTable<T>.Restored(CheckedOptions(), [.. lines.Select(Token)], idf);
    }

    /// <summary>Learns the vocabulary of documents; what was learned before is forgotten.</summary>
    private protected void Learn(IEnumerable<IEnumerable<T>> documents)
    {
        if (Vocabulary is not null) throw Given("Adapt");
        _table = TokenTable<T>.Adapted(CheckedOptions(), documents);
    }

    private protected TokenTable<T> RequireTable() => Table
        ?? throw new InvalidOperationException($"{Label} has no vocabulary yet. Call Adapt with the training data, or give it one, before the layer is used.");

    internal override object? ValueOf<TValue>(Argument<TValue> argument) =>
        argument.Name == VocabularySizeArgument.Name ? (VocabularySize is > 0 and int size ? (int?)size : null) : base.ValueOf(argument);

    /// <summary>Below the layer's own place; TextVectorization also below that of the layer inside of it.</summary>
    private protected virtual IReadOnlyList<string> Places(string name) => [name];

    /// <summary>A token as a line of a file.</summary>
    private protected abstract string Line(T token);

    /// <summary>A line of a file as a token.</summary>
    private protected abstract T Token(string line);

    /// <summary>The options, after a look at how they go together.</summary>
    private protected virtual TokenOptions<T> CheckedOptions()
    {
        if (PadToMaxTokens && MaxTokens is null) throw new ArgumentException($"{Label}: pad_to_max_tokens needs max_tokens.");
        return Options;
    }

    private InvalidOperationException Given(string method) =>
        new($"{Label}: the vocabulary was given with the layer, so that {method} can't replace it. Leave Vocabulary out.");
}
