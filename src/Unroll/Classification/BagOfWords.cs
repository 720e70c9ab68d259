using Unroll.Kernels.Math;

namespace Unroll.Classification;

/// <summary>
/// What a network must beat: which words a text has, whatever their order. Counts times how rare the words are, rows of length 1,
/// as scikit-learn's <c>TfidfVectorizer()</c> weights them, and a logistic regression on them.
/// </summary>
internal sealed class BagOfWords
{
    private readonly WordReader _reader;

    private readonly Dictionary<string, int> _words;

    private readonly float[] _idf;

    private readonly LogisticRegression[] _regressions;

    /// <param name="texts">The training texts.</param>
    /// <param name="classes">Their classes.</param>
    /// <param name="reader">Makes words of texts; those that it knows count.</param>
    /// <param name="classCount">Number of classes.</param>
    /// <param name="cancellation">Ends it with an exception.</param>
    public BagOfWords(IReadOnlyList<string> texts, int[] classes, WordReader reader, int classCount, CancellationToken cancellation)
        : this(texts, reader) => _regressions = [LogisticRegression.Fit([.. texts.Select(Row)], classes, _words.Count, classCount, cancellation)];

    /// <summary>One regression for each label: it against the rest.</summary>
    /// <param name="texts">The training texts.</param>
    /// <param name="sets">Which labels each of them has.</param>
    /// <param name="reader">Makes words of texts; those that it knows count.</param>
    /// <param name="cancellation">Ends it with an exception.</param>
    public BagOfWords(IReadOnlyList<string> texts, bool[][] sets, WordReader reader, CancellationToken cancellation)
        : this(texts, reader)
    {
        SparseRow[] rows = [.. texts.Select(Row)];
        _regressions = [.. Enumerable.Range(0, sets[0].Length).Select(k => LogisticRegression.Fit(rows, [.. sets.Select(set => set[k] ? 1 : 0)], _words.Count, 2, cancellation))];
    }

    private BagOfWords(IReadOnlyList<string> texts, WordReader reader)
    {
        _regressions = [];
        _reader = reader;
        _words = reader.Known.Order(StringComparer.Ordinal).Select((word, place) => (word, place)).ToDictionary(entry => entry.word, entry => entry.place, StringComparer.Ordinal);
        var documents = new int[_words.Count];
        foreach (string text in texts)
            foreach (string word in reader.Words(text).Distinct(StringComparer.Ordinal))
                if (_words.TryGetValue(word, out int place)) documents[place]++;
        _idf = Array.ConvertAll(documents, count => (float)(Portable.Log((1.0 + texts.Count) / (1 + count)) + 1));
    }

    /// <summary>The likeliest class of a text.</summary>
    public int Predict(string text) => _regressions[0].Predict(Row(text));

    /// <summary>The labels of a text that are more likely than not.</summary>
    public bool[] PredictSet(string text)
    {
        SparseRow row = Row(text);
        return Array.ConvertAll(_regressions, regression => regression.Predict(row) == 1);
    }

    internal SparseRow Row(string text)
    {
        var counts = new SortedDictionary<int, int>();
        foreach (string word in _reader.Words(text))
            if (_words.TryGetValue(word, out int place)) counts[place] = counts.GetValueOrDefault(place) + 1;
        float[] values = [.. counts.Select(entry => entry.Value * _idf[entry.Key])];
        double length = Math.Sqrt(values.Sum(value => (double)value * value));
        return new SparseRow([.. counts.Keys], Array.ConvertAll(values, value => (float)(value / length)));
    }
}
