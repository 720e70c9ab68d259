using Unroll.Formats.WordVectors;

namespace Unroll.Text;

/// <summary>How many words of a vocabulary have a vector.</summary>
/// <param name="Words">Words looked for.</param>
/// <param name="Missing">Those that have none, in the order of their numbers.</param>
public sealed record VectorCoverage(int Words, IReadOnlyList<string> Missing)
{
    /// <summary>Words that have a vector.</summary>
    public int Found => Words - Missing.Count;

    /// <summary>Share of the words that have a vector, 0 to 1.</summary>
    public double Share => Words == 0 ? 0 : (double)Found / Words;
}

/// <summary>
/// Pre-trained vectors of words, and the matrix that they make for an <c>Embedding</c>.
/// <code>
/// var vectors = WordVectors.LoadGloVe("glove.6B.100d.txt", tokenizer.WordIndex.Keys);
/// float[,] matrix = vectors.MatrixFor(tokenizer.WordIndex, numWords: 10_000);
/// Console.WriteLine($"{vectors.CoverageOf(tokenizer.WordIndex, 10_000).Share:P1} of the words have a vector");
/// </code>
/// </summary>
/// <remarks>
/// Files are read line by line; only the words asked for stay in memory. Without such a list all words do: 400,000 of 300
/// numbers take about half a gigabyte. Files packed with gzip are read as they are.
/// </remarks>
public sealed class WordVectors
{
    private const long MaxNumbers = 4L << 30; // 16 GB

    private readonly Dictionary<string, float[]> _vectors;

    private WordVectors(Dictionary<string, float[]> vectors, int dimension) => (_vectors, Dimension) = (vectors, dimension);

    private delegate int Reader(VectorStream file, int? limit, VectorSink sink);

    /// <summary>Numbers per word.</summary>
    public int Dimension { get; }

    /// <summary>Words that were kept.</summary>
    public int Count => _vectors.Count;

    /// <summary>The vector of a word.</summary>
    /// <exception cref="KeyNotFoundException">It has none.</exception>
    public ReadOnlyMemory<float> this[string word] =>
        _vectors.TryGetValue(word, out float[]? vector) ? vector : throw new KeyNotFoundException($"There is no vector of '{word}'.");

    /// <summary>True if the word has a vector.</summary>
    public bool Contains(string word) => _vectors.ContainsKey(word);

    /// <summary>Reads GloVe's text: a word and its numbers on each line (<c>glove.6B.100d.txt</c>). Of a word that occurs
    /// twice the last counts, as in the loop that Keras' examples use.</summary>
    /// <param name="path">The file.</param>
    /// <param name="only">The words to keep; null for all.</param>
    /// <param name="limit">Lines to read, from the first; null for all. Files begin with the most frequent words.</param>
    /// <exception cref="InvalidDataException">The file is something else or damaged; the message names the line.</exception>
    public static WordVectors LoadGloVe(string path, IEnumerable<string>? only = null, int? limit = null) =>
        Load(path, only, limit, keepFirst: false, VectorFileReader.ReadGloVe);

    /// <summary>Reads word2vec's binary form (<c>GoogleNews-vectors-negative300.bin</c>). Of a word that occurs twice the
    /// first counts, as in gensim.</summary>
    /// <param name="path">The file.</param>
    /// <param name="only">The words to keep; null for all.</param>
    /// <param name="limit">Words to read, from the first; null for all.</param>
    /// <exception cref="InvalidDataException">The file is something else or damaged; the message names the offset.</exception>
    public static WordVectors LoadWord2Vec(string path, IEnumerable<string>? only = null, int? limit = null) =>
        Load(path, only, limit, keepFirst: true, VectorFileReader.ReadBinary);

    /// <summary>Reads fastText's text (<c>wiki-news-300d-1M.vec</c>), which is also word2vec's text form: a first line with
    /// the number of words and of numbers per word. Of a word that occurs twice the first counts, as in gensim.</summary>
    /// <inheritdoc cref="LoadGloVe"/>
    public static WordVectors LoadFastText(string path, IEnumerable<string>? only = null, int? limit = null) =>
        Load(path, only, limit, keepFirst: true, VectorFileReader.ReadText);

    /// <summary>The rows of an <c>Embedding</c>: row i is the vector of the word with number i, zeros if there is none.</summary>
    /// <param name="wordIndex">Words and their numbers.</param>
    /// <param name="numWords">Number of rows; null for one more than the largest number.</param>
    /// <param name="indexFrom">Added to each number, such as 3 for the ids of <c>Imdb.Load</c>.</param>
    /// <returns><c>[rows, Dimension]</c>.</returns>
    /// <exception cref="ArgumentException">A number is negative, or the matrix would be too large for an array.</exception>
    public float[,] MatrixFor(IReadOnlyDictionary<string, int> wordIndex, int? numWords = null, int indexFrom = 0)
    {
        ArgumentNullException.ThrowIfNull(wordIndex);
        if (numWords is { } given) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(given, nameof(numWords));
        long rows = numWords ?? (wordIndex.Count == 0 ? 0 : wordIndex.Values.Max() + (long)indexFrom) + 1;
        if (rows * Dimension > Array.MaxLength)
            throw new ArgumentException($"A matrix of {rows} rows with {Dimension} numbers is too large; give numWords.", nameof(wordIndex));
        var matrix = new float[rows, Dimension];
        foreach (var (word, number) in Numbered(wordIndex, rows, indexFrom))
        {
            if (_vectors.TryGetValue(word, out float[]? vector)) vector.CopyTo(Preprocessing.Rows.Flat(matrix)[(number * Dimension)..]);
        }

        return matrix;
    }

    /// <summary>How many of the words that get a row have a vector.</summary>
    /// <inheritdoc cref="MatrixFor"/>
    /// <returns>The words and those that are missing.</returns>
    public VectorCoverage CoverageOf(IReadOnlyDictionary<string, int> wordIndex, int? numWords = null, int indexFrom = 0)
    {
        ArgumentNullException.ThrowIfNull(wordIndex);
        (string Word, int Number)[] words = [.. Numbered(wordIndex, numWords ?? long.MaxValue, indexFrom).OrderBy(entry => entry.Number)];
        return new VectorCoverage(words.Length, [.. words.Where(entry => !Contains(entry.Word)).Select(entry => entry.Word)]);
    }

    private static IEnumerable<(string Word, int Number)> Numbered(IReadOnlyDictionary<string, int> wordIndex, long rows, int indexFrom)
    {
        foreach (var (word, index) in wordIndex)
        {
            long number = index + (long)indexFrom;
            if (number < 0) throw new ArgumentException($"The word '{word}' has the number {number}; rows are counted from 0.", nameof(wordIndex));
            if (number < rows) yield return (word, (int)number);
        }
    }

    private static WordVectors Load(string path, IEnumerable<string>? only, int? limit, bool keepFirst, Reader read)
    {
        if (limit is { } lines) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(lines, nameof(limit));
        HashSet<string>? wanted = only is null ? null : new HashSet<string>(only, StringComparer.Ordinal);
        var vectors = new Dictionary<string, float[]>(StringComparer.Ordinal);
        using VectorStream file = VectorStream.Open(path);
        int dimension = read(file, limit, (word, size) =>
        {
            if (wanted?.Contains(word) == false || (keepFirst && vectors.ContainsKey(word))) return null;
            if ((vectors.Count + 1L) * size > MaxNumbers)
                throw new InvalidDataException($"{path}: more than {MaxNumbers} numbers; give the words to keep, or a limit.");
            return vectors[word] = new float[size];
        });
        return new WordVectors(vectors, dimension);
    }
}
