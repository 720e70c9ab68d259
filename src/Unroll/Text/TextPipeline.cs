namespace Unroll.Text;

/// <summary>
/// How texts become the ids that a model was trained on. A model that has one takes it into its <c>.keras</c> file, so that
/// whoever loads it can feed it text.
/// </summary>
public sealed class TextPipeline
{
    /// <summary>The characters between words: a blank and what Keras' Tokenizer takes out by default. The apostrophe stays, and
    /// so does the carriage return.</summary>
    public const string Separators = " " + TextPreprocessing.DefaultFilters;

    private static readonly WordSplitter Splitter = new(TextPreprocessing.DefaultFilters, lower: true, " ");

    internal const int MostIds = 1 << 20; // of a text: a number from a file, which would be allocated for every text

    private readonly Dictionary<string, int> _ids;

    /// <summary>Creates a pipeline.</summary>
    /// <param name="words">Words and their ids, as the model is to see them.</param>
    /// <param name="maxLen">Ids per text after padding and cutting; 1 or more.</param>
    /// <param name="startId">Put in front of each text; null for none.</param>
    /// <param name="oovId">Replaces words that have no id; null to leave them out.</param>
    /// <param name="padding">The end where short texts are filled up with 0.</param>
    /// <param name="truncating">The end where long texts are cut.</param>
    /// <exception cref="ArgumentException">There are no words, or an id is negative.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The length is not positive, or larger than 1,048,576.</exception>
    public TextPipeline(
        IEnumerable<KeyValuePair<string, int>> words, int maxLen, int? startId = null, int? oovId = null,
        Padding padding = Padding.Pre, Padding truncating = Padding.Pre)
    {
        ArgumentNullException.ThrowIfNull(words);
        RequireLength(maxLen);
        _ids = new Dictionary<string, int>(words, StringComparer.Ordinal);
        if (_ids.Count == 0) throw new ArgumentException("A text pipeline needs words; none were given.", nameof(words));
        if (_ids.Values.Append(startId ?? 0).Append(oovId ?? 0).Min() < 0) throw new ArgumentException("An id is negative; ids begin with 0.", nameof(words));
        (MaxLen, StartId, OovId, Padding, Truncating) = (maxLen, startId, oovId, padding, truncating);
    }

    /// <summary>Creates a pipeline that numbers words as a tokenizer does.</summary>
    /// <param name="tokenizer">Fitted; what it learns later counts, too.</param>
    /// <param name="maxLen">Ids per text after padding and cutting; 1 or more.</param>
    /// <param name="padding">The end where short texts are filled up with 0.</param>
    /// <param name="truncating">The end where long texts are cut.</param>
    /// <exception cref="ArgumentException">The tokenizer knows no words.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The length is not positive, or larger than 1,048,576.</exception>
    public TextPipeline(Tokenizer tokenizer, int maxLen, Padding padding = Padding.Pre, Padding truncating = Padding.Pre)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        RequireLength(maxLen);
        if (tokenizer.WordIndex.Count == 0) throw new ArgumentException("The tokenizer knows no words; call FitOnTexts first.", nameof(tokenizer));
        _ids = new Dictionary<string, int>(tokenizer.WordIndex.Where(word => tokenizer.NumWords is not > 0 || word.Value < tokenizer.NumWords), StringComparer.Ordinal);
        OovId = tokenizer.OovToken is { } oov && tokenizer.WordIndex.TryGetValue(oov, out int id) ? id : null;
        (Tokenizer, MaxLen, Padding, Truncating) = (tokenizer, maxLen, padding, truncating);
    }

    /// <summary>What is done to a text first; null: nothing.</summary>
    public TextCleaning? Cleaning { get; init; }

    /// <summary>What cuts texts into words and numbers them; null: <see cref="Words"/> and <see cref="Separators"/> do.</summary>
    public Tokenizer? Tokenizer { get; }

    /// <summary>Words and their ids.</summary>
    public IReadOnlyDictionary<string, int> Words => _ids;

    /// <summary>Ids per text.</summary>
    public int MaxLen { get; }

    /// <summary>Put in front of each text; null for none.</summary>
    public int? StartId { get; }

    /// <summary>Replaces words that have no id; null if they are left out.</summary>
    public int? OovId { get; }

    /// <summary>The end where short texts are filled up with 0.</summary>
    public Padding Padding { get; }

    /// <summary>The end where long texts are cut.</summary>
    public Padding Truncating { get; }

    /// <summary>One more than the largest id: the least <c>input_dim</c> of an embedding.</summary>
    public int VocabularySize => 1 + Math.Max(_ids.Values.Max(), Math.Max(StartId ?? 0, OovId ?? 0));

    /// <summary>The pipeline of Keras' review data: id = rank + 3, 1 in front of each text, 2 for words outside the vocabulary.</summary>
    /// <param name="wordIndex">Ranks of words, 1 for the most frequent.</param>
    /// <param name="numWords">Ids from here on are out of vocabulary.</param>
    /// <param name="maxLen">Ids per text.</param>
    /// <param name="padding">The end where short texts are filled up with 0.</param>
    /// <param name="truncating">The end where long texts are cut.</param>
    /// <exception cref="ArgumentException">No word has an id below <paramref name="numWords"/>.</exception>
    public static TextPipeline ForReviews(
        IReadOnlyDictionary<string, int> wordIndex, int numWords, int maxLen, Padding padding = Padding.Pre, Padding truncating = Padding.Pre)
    {
        const int IndexFrom = 3;
        ArgumentNullException.ThrowIfNull(wordIndex);
        var kept = wordIndex.Where(word => word.Value < numWords - IndexFrom).Select(word => KeyValuePair.Create(word.Key, word.Value + IndexFrom));
        return new TextPipeline(kept, maxLen, startId: 1, oovId: 2, padding, truncating);
    }

    /// <summary>The ids of texts, <c>[texts, MaxLen]</c>: cleaned, in lower case, split where Keras' Tokenizer splits (or as the tokenizer says), looked up, padded and cut.</summary>
    public int[,] Encode(params IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        IEnumerable<string> clean = Cleaning is null ? texts : Cleaning.Apply(texts);
        return Sequences.Pad(Tokenizer is null ? [.. clean.Select(Ids)] : Tokenizer.TextsToSequences(clean), MaxLen, Padding, Truncating);
    }

    private static void RequireLength(int maxLen)
    {
        if (maxLen is < 1 or > MostIds)
            throw new ArgumentOutOfRangeException(nameof(maxLen), maxLen, $"maxLen is {maxLen:N0}; a text can have 1 to {MostIds:N0} ids.");
    }

    private int[] Ids(string text)
    {
        var ids = new List<int>();
        if (StartId is { } start) ids.Add(start);
        var lookup = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        var words = new List<ReadOnlyMemory<char>>();
        Splitter.Split(text, words);
        foreach (ReadOnlyMemory<char> word in words)
        {
            if (lookup.TryGetValue(word.Span, out int id)) ids.Add(id);
            else if (OovId is { } oov) ids.Add(oov);
        }

        return [.. ids];
    }
}
