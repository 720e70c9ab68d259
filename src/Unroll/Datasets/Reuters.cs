using Unroll.Formats.Npy;
using Unroll.Random;

namespace Unroll.Datasets;

/// <summary>
/// The Reuters newswires in Keras' form: 11,228 of them as sequences of word ids, each with one of 46 topics.
/// </summary>
/// <remarks>
/// The files <c>reuters.npz</c> and <c>reuters_word_index.json</c> are looked for, and downloaded, as those of
/// <see cref="Imdb"/> are.
/// </remarks>
public static class Reuters
{
    /// <summary>The topics; the label of a newswire is the place in this list.</summary>
    public static IReadOnlyList<string> LabelNames { get; } =
    [
        "cocoa", "grain", "veg-oil", "earn", "acq", "wheat", "copper", "housing", "money-supply", "coffee", "sugar", "trade",
        "reserves", "ship", "cotton", "carcass", "crude", "nat-gas", "cpi", "money-fx", "interest", "gnp", "meal-feed", "alum",
        "oilseed", "gold", "tin", "strategic-metal", "livestock", "retail", "ipi", "iron-steel", "rubber", "heat", "jobs", "lei",
        "bop", "zinc", "orange", "pet-chem", "dlr", "gas", "silver", "wpi", "hog", "lead",
    ];

    /// <summary>Loads the newswires, with the defaults, order and ids of Keras 3's <c>reuters.load_data</c>.</summary>
    /// <param name="numWords">Ids from here on become <paramref name="oovChar"/>. Null or 0: the largest id that occurs,
    /// which is therefore itself replaced, as in Keras.</param>
    /// <param name="skipTop">Ids below this become <paramref name="oovChar"/> (the start id too).</param>
    /// <param name="maxLen">Keeps only newswires strictly shorter than this, the start id counted. Null or 0: all.</param>
    /// <param name="testSplit">Share of the newswires that are for testing, 0 to 1.</param>
    /// <param name="seed">Seed of NumPy's legacy shuffle, 0 to 2^32 − 1.</param>
    /// <param name="startChar">Id in front of each newswire; null for none.</param>
    /// <param name="oovChar">Id for words outside the vocabulary; null drops them.</param>
    /// <param name="indexFrom">Added to each word's rank.</param>
    /// <param name="directory">Where to look, and where a download goes; null for the usual places.</param>
    /// <param name="progress">Told how far a download is.</param>
    /// <param name="cancellationToken">Stops a download.</param>
    /// <exception cref="ArgumentException">No newswire is shorter than <paramref name="maxLen"/> (Keras returns nothing then).</exception>
    /// <exception cref="DatasetUnavailableException">The file is not here and cannot be downloaded.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or holds something else.</exception>
    public static (LabeledSequences Train, LabeledSequences Test) Load(
        int? numWords = null,
        int skipTop = 0,
        int? maxLen = null,
        double testSplit = 0.2,
        long seed = 113,
        int? startChar = 1,
        int? oovChar = 2,
        int indexFrom = 3,
        string? directory = null,
        IProgress<DownloadProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(seed);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(seed, uint.MaxValue);
        if (testSplit is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(testSplit), testSplit, "The share of the test set must be 0 to 1.");
        NpzFile file = NpzFile.Open(DatasetStore.Default.Get(RemoteFile.Reuters, directory, progress, cancellationToken));
        LabeledSequences all = RankFile.ReadPair(file, "x", "y", WordIdRules.Lead, LabelNames.Count, "newswire");
        all = RankFile.Reorder(all, new Mt19937((uint)seed));
        all = new WordIdRules(numWords, skipTop, maxLen, startChar, oovChar, indexFrom).Apply(all);
        int train = (int)(all.Count * (1 - testSplit));
        return (
            new LabeledSequences(all.Sequences[..train], all.Labels[..train]),
            new LabeledSequences(all.Sequences[train..], all.Labels[train..]));
    }

    /// <summary>
    /// Rank of each word, 1 for the most frequent. An id of <see cref="Load"/> is the rank plus <c>indexFrom</c>.
    /// </summary>
    /// <exception cref="DatasetUnavailableException">The file is not here and cannot be downloaded.</exception>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static IReadOnlyDictionary<string, int> GetWordIndex(
        string? directory = null, IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default) =>
        WordIndexFile.Read(DatasetStore.Default.Get(RemoteFile.ReutersWordIndex, directory, progress, cancellationToken));
}
