using Unroll.Random;

namespace Unroll.Datasets;

/// <summary>
/// Made-up film reviews, generated on the spot: the same shape and ids as <see cref="Imdb"/>, for machines without the
/// data and for experiments where the best possible accuracy must be known.
/// </summary>
/// <remarks>
/// <para>The grammar, in words:</para>
/// <code>
/// review   = statement plot statement plot
/// statement = [ concession "but" ] verdict
/// verdict  = 1 to 3 clauses with 0 to 3 words of plot between them
/// concession = 1 or 2 clauses, 60 % of them of the opposite opinion; half of the statements have one
/// clause   = "the" subject copula [negator] [intensifier] opinion        "the plot was not very good"
/// plot     = sentences of made-up nouns and verbs with Zipf-distributed frequencies
/// </code>
/// <para>
/// The verdict decides: each opinion word counts +1 (20 positive words) or −1 (20 negative words); a negator (<c>not</c>,
/// <c>never</c>, <c>hardly</c>; 30 % of the clauses) turns its sign, an intensifier (<c>very</c>, <c>really</c>,
/// <c>extremely</c>; 30 %) doubles it; what stands before the last <c>but</c> does not count. The label is 1 when the sum
/// is positive, 0 when it is negative; it is never zero. Both statements agree, so that networks that read the first
/// words and networks that read the last can learn.
/// </para>
/// <para>
/// So word counts say little, order says all. From the first word of the last verdict to the end of the review there
/// are at most 60 tokens, mostly fewer than 30: rows of 80 tokens that keep the end lose next to nothing, while in rows of
/// 30 the rule fails in about one review in eight for want of the verdict. Both labels are equally frequent. 5 % of the
/// labels of each class are flipped after writing, in the training and the test set: no model can be expected to exceed
/// <see cref="BestAccuracy"/>.
/// </para>
/// </remarks>
public static class SyntheticReviews
{
    private const double NoiseShare = 0.05;
    private const int CalibrationReviews = 4000;

    /// <summary>Rank of each word number of the vocabulary, by frequency in a fixed sample.</summary>
    private static readonly Lazy<int[]> Ranks = new(CountRanks);

    private static readonly Lazy<Dictionary<string, int>> WordIndex = new(BuildIndex);

    /// <summary>Word number of each rank.</summary>
    private static readonly Lazy<int[]> WordsByRank = new(InvertRanks);

    /// <summary>Accuracy of the rule that wrote the labels, and so of the best possible model: 0.95.</summary>
    public static double BestAccuracy => 1 - NoiseShare;

    /// <summary>Generates reviews: the same ones for the same arguments, on every machine.</summary>
    /// <param name="trainCount">Number of training reviews.</param>
    /// <param name="testCount">Number of test reviews.</param>
    /// <param name="seed">Seed of the generator.</param>
    /// <param name="numWords">Ids from here on become <paramref name="oovChar"/>; null or 0 as in <see cref="Imdb.Load"/>.</param>
    /// <param name="skipTop">Ids below this become <paramref name="oovChar"/>.</param>
    /// <param name="maxLen">Keeps only reviews strictly shorter than this; null or 0: all.</param>
    /// <param name="startChar">Id in front of each review; null for none.</param>
    /// <param name="oovChar">Id for words outside the vocabulary; null drops them.</param>
    /// <param name="indexFrom">Added to each word's rank.</param>
    /// <returns>Training and test reviews.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A count is not positive.</exception>
    /// <exception cref="ArgumentException">No review is shorter than <paramref name="maxLen"/>.</exception>
    public static (LabeledSequences Train, LabeledSequences Test) Load(
        int trainCount = 25000,
        int testCount = 25000,
        int seed = 113,
        int? numWords = null,
        int skipTop = 0,
        int? maxLen = null,
        int? startChar = 1,
        int? oovChar = 2,
        int indexFrom = 3)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(trainCount);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(testCount);
        var rules = new WordIdRules(numWords, skipTop, maxLen, startChar, oovChar, indexFrom);
        return rules.Apply(Generate(trainCount, seed, 0, WordIdRules.Lead), Generate(testCount, seed, 1, WordIdRules.Lead));
    }

    /// <summary>Rank of each word, 1 for the most frequent. An id is the rank plus <c>indexFrom</c>.</summary>
    public static IReadOnlyDictionary<string, int> GetWordIndex() => WordIndex.Value;

    /// <summary>Sizes, balance, lengths and vocabulary of the reviews that <see cref="Load"/> generates.</summary>
    public static DatasetInfo GetInfo(int trainCount = 25000, int testCount = 25000, int seed = 113) =>
        DatasetInfo.Describe("synthetic", null, null, Generate(trainCount, seed, 0, 0), Generate(testCount, seed, 1, 0));

    /// <summary>What the rule says about a review of ids: 1, 0, or null when the ids hold no verdict.</summary>
    internal static int? Judge(IEnumerable<int> ids, int indexFrom = 3)
    {
        int[] words = WordsByRank.Value;
        return SyntheticGrammar.Judge(ids.Select(id => id > indexFrom && id - indexFrom < words.Length ? words[id - indexFrom] : int.MaxValue));
    }

    /// <summary>Ranks behind <paramref name="lead"/> free elements.</summary>
    private static LabeledSequences Generate(int count, int seed, int split, int lead)
    {
        int[] ranks = Ranks.Value;
        var (written, shown) = DrawLabels(count, seed, split);
        var sequences = new int[count][];
        Parallel.For(0, count, i =>
        {
            // One stream per review: neither threads nor other reviews matter.
            var words = SyntheticGrammar.Write(written[i], new Philox(seed, RandomPurpose.SyntheticReviews, split, i));
            var sequence = new int[words.Count + lead];
            for (int t = 0; t < words.Count; t++) sequence[t + lead] = ranks[words[t]];
            sequences[i] = sequence;
        });
        return new LabeledSequences(sequences, shown);
    }

    /// <summary>Half of each label in random order, and the labels to show: 5 % of each class flipped.</summary>
    private static (int[] Written, int[] Shown) DrawLabels(int count, int seed, int split)
    {
        var order = new int[count];
        for (int i = 0; i < count; i++) order[i] = i;
        new Philox(seed, RandomPurpose.SyntheticReviews, split, -1).Shuffle<int>(order);

        var written = new int[count];
        var shown = new int[count];
        int positives = count / 2;
        for (int k = 0; k < count; k++)
        {
            int label = k < positives ? 1 : 0;
            int place = label == 1 ? k : k - positives;
            bool flipped = place < (int)(NoiseShare * positives + 0.5); // as many of either class: the balance stays
            written[order[k]] = label;
            shown[order[k]] = flipped ? 1 - label : label;
        }

        return (written, shown);
    }

    private static int[] CountRanks()
    {
        var vocabulary = SyntheticVocabulary.Instance;
        var counts = new int[vocabulary.Count];
        for (int i = 0; i < CalibrationReviews; i++)
        {
            foreach (int word in SyntheticGrammar.Write(i & 1, new Philox(0, RandomPurpose.SyntheticReviews, -2, i))) counts[word]++;
        }

        var order = Enumerable.Range(0, counts.Length).OrderByDescending(word => counts[word]).ThenBy(word => word).ToArray();
        var ranks = new int[counts.Length];
        for (int rank = 1; rank <= order.Length; rank++) ranks[order[rank - 1]] = rank;
        return ranks;
    }

    private static int[] InvertRanks()
    {
        int[] ranks = Ranks.Value;
        var words = new int[ranks.Length + 1];
        for (int word = 0; word < ranks.Length; word++) words[ranks[word]] = word;
        return words;
    }

    private static Dictionary<string, int> BuildIndex()
    {
        int[] ranks = Ranks.Value;
        var index = new Dictionary<string, int>(ranks.Length, StringComparer.Ordinal);
        for (int word = 0; word < ranks.Length; word++) index.Add(SyntheticVocabulary.Instance[word], ranks[word]);
        return index;
    }
}
