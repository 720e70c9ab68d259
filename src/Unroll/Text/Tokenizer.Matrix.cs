using Unroll.Kernels.Math;

namespace Unroll.Text;

public sealed partial class Tokenizer
{
    /// <summary>A bag of words for each text, <c>[texts, columns]</c>.</summary>
    /// <inheritdoc cref="SequencesToMatrix"/>
    public float[,] TextsToMatrix(IEnumerable<string> texts, string mode = "binary") => SequencesToMatrix(TextsToSequences(texts), mode);

    /// <summary>A bag of words for each text that is a list of words, <c>[texts, columns]</c>.</summary>
    /// <inheritdoc cref="SequencesToMatrix"/>
    public float[,] TextsToMatrix(IEnumerable<IReadOnlyList<string>> texts, string mode = "binary") =>
        SequencesToMatrix(TextsToSequences(texts), mode);

    /// <summary>
    /// A bag of words for each sequence, <c>[sequences, columns]</c>, with one column per number: <see cref="NumWords"/>
    /// of them, or one more than there are words. Larger numbers are left out.
    /// </summary>
    /// <param name="sequences">Numbers of words.</param>
    /// <param name="mode"><c>binary</c>: 1 if the word occurs; <c>count</c>: how often; <c>freq</c>: count ÷ length of the
    /// sequence; <c>tfidf</c>: (1 + ln count) · ln(1 + texts ÷ (1 + texts with the word)).</param>
    /// <exception cref="ArgumentException">The mode is another one, or a number is negative.</exception>
    /// <exception cref="InvalidOperationException">Nothing was fitted, and the width or <c>tfidf</c> needs that.</exception>
    public float[,] SequencesToMatrix(IReadOnlyList<IReadOnlyList<int>> sequences, string mode = "binary")
    {
        ArgumentNullException.ThrowIfNull(sequences);
        if (mode is not ("binary" or "count" or "freq" or "tfidf"))
            throw new ArgumentException($"Unknown vectorization mode '{mode}'. Known modes: binary, count, freq, tfidf.", nameof(mode));
        int width = NumWords is { } limit and not 0 ? limit
            : _wordIndex.Count > 0 ? _wordIndex.Count + 1
            : throw new InvalidOperationException("The matrix has no width: give numWords, or fit on some texts first.");
        if (mode == "tfidf" && DocumentCount == 0) throw new InvalidOperationException("Fit the tokenizer on some texts before using mode tfidf.");

        var result = new float[sequences.Count, width];
        var counts = new Dictionary<int, int>();
        for (int i = 0; i < sequences.Count; i++)
        {
            counts.Clear();
            foreach (int number in sequences[i])
            {
                if (number < 0) throw new ArgumentException($"Sequence {i} has the number {number}; numbers of words are not negative.", nameof(sequences));
                if (number < width) counts[number] = counts.GetValueOrDefault(number) + 1;
            }

            foreach (var (number, count) in counts)
            {
                result[i, number] = mode switch
                {
                    "count" => count,
                    "freq" => (float)((double)count / sequences[i].Count),
                    "tfidf" => (float)((1 + Portable.Log(count)) * Portable.Log(1 + (double)DocumentCount / (1 + _indexDocs.GetValueOrDefault(number)))),
                    _ => 1,
                };
            }
        }

        return result;
    }
}
