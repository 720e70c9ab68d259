using Unroll.Layers;
using Unroll.Reports;

namespace Unroll.Classification;

/// <summary>The words of the training texts: what becomes the vocabulary, and how long texts are.</summary>
internal sealed class WordCounts
{
    private readonly LengthHistogram _lengths;

    private WordCounts(string[] vocabulary, LengthHistogram lengths) => (Vocabulary, _lengths) = (vocabulary, lengths);

    /// <summary>The most frequent words, without the special entries, in the order that adapting a TextVectorization gives them.</summary>
    public string[] Vocabulary { get; }

    /// <summary>Words that suffice for a percentage of the texts, 1 to <paramref name="longest"/>.</summary>
    public int Length(double percentage, int longest) => Math.Clamp((int)Math.Ceiling(_lengths.Percentile(percentage)), 1, longest);

    /// <exception cref="ArgumentException">There are no words.</exception>
    public static WordCounts Of(string[] texts, TextClassifierOptions options)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var lengths = new int[texts.Length];
        for (int i = 0; i < texts.Length; i++)
        {
            foreach (string word in TextTokens.Split(TextTokens.Standardize(texts[i], options.Standardize), options.Split))
            {
                lengths[i]++;
                counts[word] = counts.GetValueOrDefault(word) + 1;
            }
        }

        // A word with a line break inside, as Unicode has more of than one sees, can't stand in a file of a word per line.
        foreach (string broken in counts.Keys.Where(word => word.AsSpan().ContainsAny(PreprocessingArguments.LineEnds)).ToArray()) counts.Remove(broken);
        if (counts.Count == 0) throw new ArgumentException("The training texts hold no words: nothing but punctuation is left of them.", nameof(texts));
        int least = counts.Values.Any(count => count >= options.MinCount) ? options.MinCount : 1;
        return new WordCounts(
            [.. counts.Where(entry => entry.Value >= least)
                .OrderByDescending(entry => entry.Value).ThenByDescending(entry => entry.Key, Utf8Order.Instance) // Adapt's order
                .Take(options.MaxWords - 2).Select(entry => entry.Key)],
            LengthHistogram.Of(lengths));
    }
}
