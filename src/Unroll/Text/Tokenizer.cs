namespace Unroll.Text;

/// <summary>
/// Keras' <c>Tokenizer</c>: counts the words of texts, numbers them by frequency, and turns texts into numbers.
/// <code>
/// var tokenizer = new Tokenizer(numWords: 10_000) { OovToken = "&lt;OOV&gt;" };
/// tokenizer.FitOnTexts(texts);
/// int[,] x = Sequences.Pad(tokenizer.TextsToSequences(texts), maxLen: 100);
/// </code>
/// </summary>
/// <remarks>
/// Number 0 is kept for padding; 1 is the word for unknown words, if there is one, then come the words by falling count,
/// of equal counts the one seen first. Texts that are cut into words already are given as lists of words; of the options
/// only <see cref="Lower"/> then applies. Not safe to fit from several threads.
/// </remarks>
public sealed partial class Tokenizer
{
    private readonly Dictionary<string, Tally> _tallies = new(StringComparer.Ordinal);
    private readonly List<Tally> _seen = []; // in order of first sight
    private OrderedDictionary<string, int> _wordIndex = new(StringComparer.Ordinal);
    private Dictionary<int, string> _indexWord = [];
    private readonly Dictionary<int, int> _indexDocs = [];
    private WordSplitter? _splitter;

    /// <summary>Creates a tokenizer that has seen nothing.</summary>
    /// <param name="numWords">Only numbers below this one are used: the <c>numWords − 1</c> most frequent words, the word for
    /// unknown words among them. Null or 0 for all. <see cref="WordIndex"/> keeps all words anyway.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public Tokenizer(int? numWords = null)
    {
        if (numWords is { } number) ArgumentOutOfRangeException.ThrowIfNegative(number, nameof(numWords));
        NumWords = numWords;
    }

    /// <summary>Numbers from here on are not used; null or 0 for no limit.</summary>
    public int? NumWords { get; }

    /// <summary>Characters that separate words.</summary>
    public string Filters { get; init; } = TextPreprocessing.DefaultFilters;

    /// <summary>True for lower case, by Python's rules.</summary>
    public bool Lower { get; init; } = true;

    /// <summary>The separator of words.</summary>
    public string Split { get; init; } = " ";

    /// <summary>True if every character (code point) is a word; nothing is filtered then.</summary>
    public bool CharLevel { get; init; }

    /// <summary>Stands for words outside the vocabulary and gets number 1; null to leave them out.</summary>
    public string? OovToken { get; init; }

    /// <summary>Cuts a text into words in place of filters, lower case and separator; null for those.</summary>
    public Func<string, IEnumerable<string>>? Analyzer { get; init; }

    /// <summary>Numbers of all words, in ascending order.</summary>
    public IReadOnlyDictionary<string, int> WordIndex => _wordIndex;

    /// <summary>Words by number.</summary>
    public IReadOnlyDictionary<int, string> IndexWord => _indexWord;

    /// <summary>How often each word was seen, in order of first sight.</summary>
    public IReadOnlyDictionary<string, int> WordCounts { get; private set; } = new OrderedDictionary<string, int>();

    /// <summary>In how many texts each word was seen.</summary>
    public IReadOnlyDictionary<string, int> WordDocs { get; private set; } = new OrderedDictionary<string, int>();

    /// <summary>In how many texts each number was seen.</summary>
    public IReadOnlyDictionary<int, int> IndexDocs => _indexDocs;

    /// <summary>How many texts were seen.</summary>
    public int DocumentCount { get; private set; }

    /// <summary>A tokenizer that applies a given numbering, such as that of <c>Imdb.GetWordIndex</c>. It has no counts.</summary>
    /// <param name="wordIndex">Words and their numbers, from 1.</param>
    /// <param name="tokenizer">The options; by default those of Keras. It must not have been fitted.</param>
    /// <exception cref="ArgumentException">A number is below 1 or occurs twice, or the tokenizer has a numbering.</exception>
    public static Tokenizer FromWordIndex(IReadOnlyDictionary<string, int> wordIndex, Tokenizer? tokenizer = null)
    {
        ArgumentNullException.ThrowIfNull(wordIndex);
        tokenizer ??= new Tokenizer();
        if (tokenizer._wordIndex.Count > 0) throw new ArgumentException("The tokenizer has a word index already.", nameof(tokenizer));
        foreach (var (word, number) in wordIndex.OrderBy(entry => entry.Value))
        {
            if (number < 1) throw new ArgumentException($"The word '{word}' has number {number}; numbers begin with 1.", nameof(wordIndex));
            if (!tokenizer._indexWord.TryAdd(number, word))
                throw new ArgumentException($"The words '{tokenizer._indexWord[number]}' and '{word}' share number {number}.", nameof(wordIndex));
            tokenizer._wordIndex.Add(word, number);
        }

        return tokenizer;
    }

    /// <summary>Counts the words of texts and numbers all words seen so far.</summary>
    /// <exception cref="ArgumentException">A text is null.</exception>
    public void FitOnTexts(IEnumerable<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        Fit(Tokens(texts));
    }

    /// <summary>Counts the words of texts that are lists of words, and numbers all words seen so far.</summary>
    /// <exception cref="ArgumentException">A text or a word is null.</exception>
    public void FitOnTexts(IEnumerable<IReadOnlyList<string>> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        Fit(Tokens(texts));
    }

    /// <summary>
    /// Counts in how many sequences each number occurs, which <c>tfidf</c> needs where the texts themselves were never seen.
    /// </summary>
    public void FitOnSequences(IEnumerable<IReadOnlyList<int>> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        foreach (IReadOnlyList<int> sequence in sequences)
        {
            DocumentCount++;
            foreach (int number in sequence.Distinct()) _indexDocs[number] = _indexDocs.GetValueOrDefault(number) + 1;
        }
    }

    /// <summary>The numbers of the words of each text. Unknown words become <see cref="OovToken"/>'s number or are left out.</summary>
    /// <exception cref="ArgumentException">A text is null.</exception>
    /// <exception cref="InvalidOperationException">There is a token for unknown words, but nothing was fitted yet.</exception>
    public int[][] TextsToSequences(IEnumerable<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return Numbers(Tokens(texts));
    }

    /// <summary>The numbers of the words of texts that are lists of words.</summary>
    /// <inheritdoc cref="TextsToSequences(IEnumerable{string})"/>
    public int[][] TextsToSequences(IEnumerable<IReadOnlyList<string>> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return Numbers(Tokens(texts));
    }

    /// <summary>The words of each sequence, joined by blanks. Numbers without a word, and those from <see cref="NumWords"/>
    /// on, become <see cref="OovToken"/> or are left out.</summary>
    public string[] SequencesToTexts(IEnumerable<IReadOnlyList<int>> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        int? oov = OovIndex();
        return [.. sequences.Select(sequence => string.Join(' ', sequence
            .Select(number => _indexWord.TryGetValue(number, out string? word) && IsUsed(number) ? word : oov is { } index ? _indexWord[index] : null)
            .OfType<string>()))];
    }

    private bool IsUsed(int number) => NumWords is null or 0 || number < NumWords;

    private int? OovIndex() => OovToken is not null && _wordIndex.TryGetValue(OovToken, out int index) ? index : null;

    private void Fit(IEnumerable<List<ReadOnlyMemory<char>>> texts)
    {
        var lookup = _tallies.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (List<ReadOnlyMemory<char>> words in texts)
        {
            DocumentCount++;
            foreach (ReadOnlyMemory<char> word in words)
            {
                if (!lookup.TryGetValue(word.Span, out Tally? tally)) tally = AddTally(word.ToString(), 0, 0);
                tally.Count++;
                if (tally.LastDocument == DocumentCount) continue;
                tally.LastDocument = DocumentCount;
                tally.Documents++;
            }
        }

        Number();
    }

    private Tally AddTally(string word, int count, int documents)
    {
        var tally = new Tally(word) { Count = count, Documents = documents };
        _tallies.Add(word, tally);
        _seen.Add(tally);
        return tally;
    }

    private void Number()
    {
        _wordIndex = new OrderedDictionary<string, int>(_seen.Count + 1, StringComparer.Ordinal);
        int number = 1;
        if (OovToken is not null) _wordIndex[OovToken] = number++;
        foreach (Tally tally in _seen.OrderByDescending(tally => tally.Count)) _wordIndex[tally.Word] = number++; // stable; a word that is the token moves
        _indexWord = _wordIndex.ToDictionary(entry => entry.Value, entry => entry.Key);
        foreach (Tally tally in _seen) _indexDocs[_wordIndex[tally.Word]] = tally.Documents;
        PublishCounts();
    }

    private void PublishCounts()
    {
        WordCounts = new OrderedDictionary<string, int>(_seen.Select(tally => KeyValuePair.Create(tally.Word, tally.Count)), StringComparer.Ordinal);
        WordDocs = new OrderedDictionary<string, int>(_seen.Select(tally => KeyValuePair.Create(tally.Word, tally.Documents)), StringComparer.Ordinal);
    }

    private int[][] Numbers(IEnumerable<List<ReadOnlyMemory<char>>> texts)
    {
        int? oov = OovIndex();
        if (OovToken is not null && oov is null)
            throw new InvalidOperationException($"The tokenizer has seen no texts, so '{OovToken}' has no number. Call FitOnTexts first.");
        var index = new Dictionary<string, int>(_wordIndex, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        var result = new List<int[]>();
        var row = new List<int>();
        foreach (List<ReadOnlyMemory<char>> words in texts)
        {
            row.Clear();
            foreach (ReadOnlyMemory<char> word in words)
            {
                if (index.TryGetValue(word.Span, out int number) && IsUsed(number)) row.Add(number);
                else if (oov is { } unknown) row.Add(unknown);
            }

            result.Add([.. row]);
        }

        return [.. result];
    }

    /// <summary>The words of each text, in a list that the next text takes over.</summary>
    private IEnumerable<List<ReadOnlyMemory<char>>> Tokens(IEnumerable<string> texts)
    {
        var words = new List<ReadOnlyMemory<char>>();
        _splitter ??= new WordSplitter(Filters, Lower, Split);
        int number = 0;
        foreach (string text in texts)
        {
            if (text is null) throw new ArgumentException($"The text at position {number} is null.", nameof(texts));
            number++;
            words.Clear();
            if (CharLevel) AddCharacters(Lower ? LowerCase.Python(text) : text, words);
            else if (Analyzer is not null) words.AddRange(Analyzer(text).Select(word => word.AsMemory()));
            else _splitter.Split(text, words);
            yield return words;
        }
    }

    private IEnumerable<List<ReadOnlyMemory<char>>> Tokens(IEnumerable<IReadOnlyList<string>> texts)
    {
        var words = new List<ReadOnlyMemory<char>>();
        int number = 0;
        foreach (IReadOnlyList<string> text in texts)
        {
            if (text is null || text.Contains(null!)) throw new ArgumentException($"The text at position {number} is null or has a word that is.", nameof(texts));
            number++;
            words.Clear();
            foreach (string word in text) words.Add((Lower ? LowerCase.Python(word) : word).AsMemory());
            yield return words;
        }
    }

    private static void AddCharacters(string text, List<ReadOnlyMemory<char>> words)
    {
        for (int i = 0; i < text.Length;)
        {
            int length = i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]) ? 2 : 1;
            words.Add(text.AsMemory(i, length));
            i += length;
        }
    }

    private sealed class Tally(string word)
    {
        public string Word { get; } = word;

        public int Count { get; set; }

        public int Documents { get; set; }

        public int LastDocument { get; set; }
    }
}
