using Unroll.Formats.Npy;
using Unroll.Random;

namespace Unroll.Datasets;

/// <summary>
/// The IMDB movie reviews (Maas et al., "Learning word vectors for sentiment analysis", 2011) in Keras' form: 25,000
/// training and 25,000 test reviews as sequences of word ids, label 1 for a positive review, half of each.
/// </summary>
/// <remarks>
/// The files <c>imdb.npz</c> and <c>imdb_word_index.json</c> are looked for in the directory given and nowhere else; if none
/// is given, in the one that the environment variable <c>UNROLL_DATA_DIR</c> names, in the user's Unroll cache
/// (<c>UNROLL_CACHE_DIR</c>, else the platform's cache folder) and in <c>~/.keras/datasets</c>. If they are not there, they are
/// downloaded from Keras' public store into the directory given or the cache, and checked. A file found on this machine is used as it is. The first load
/// leaves a copy in the cache that later ones read in milliseconds, as long as the file does not change.
/// </remarks>
public static class Imdb
{
    /// <summary>Loads the reviews, with the defaults, order and ids of Keras 3's <c>imdb.load_data</c>.</summary>
    /// <param name="numWords">Ids from here on become <paramref name="oovChar"/>. Null or 0: the largest id that occurs,
    /// which is therefore itself replaced, as in Keras.</param>
    /// <param name="skipTop">Ids below this become <paramref name="oovChar"/> (the start id too).</param>
    /// <param name="maxLen">Keeps only reviews strictly shorter than this, the start id counted. Null or 0: all.</param>
    /// <param name="seed">Seed of NumPy's legacy shuffle, 0 to 2^32 − 1.</param>
    /// <param name="startChar">Id in front of each review; null for none.</param>
    /// <param name="oovChar">Id for words outside the vocabulary; null drops them.</param>
    /// <param name="indexFrom">Added to each word's rank.</param>
    /// <param name="directory">Where to look, and where a download goes; null for the usual places.</param>
    /// <param name="progress">Told how far a download is.</param>
    /// <param name="cancellationToken">Stops a download.</param>
    /// <returns>Training and test reviews.</returns>
    /// <exception cref="ArgumentException">No review is shorter than <paramref name="maxLen"/>.</exception>
    /// <exception cref="DatasetUnavailableException">The file is not here and cannot be downloaded.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or holds something else.</exception>
    public static (LabeledSequences Train, LabeledSequences Test) Load(
        int? numWords = null,
        int skipTop = 0,
        int? maxLen = null,
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
        string path = DatasetStore.Default.Get(RemoteFile.Imdb, directory, progress, cancellationToken);
        var rules = new WordIdRules(numWords, skipTop, maxLen, startChar, oovChar, indexFrom);
        return LoadFile(path, (uint)seed, rules, DatasetStore.Default.Locations.CacheDirectory);
    }

    /// <summary>The <c>imdb.npz</c> that <see cref="Load"/> would use, or null when it would have to download one.</summary>
    public static string? Find(string? directory = null) => DatasetStore.Default.Find(RemoteFile.Imdb, directory);

    /// <summary>Finds or downloads <c>imdb.npz</c> and <c>imdb_word_index.json</c> and returns the path of the former.</summary>
    /// <exception cref="DatasetUnavailableException">A file is not here and cannot be downloaded.</exception>
    public static string Get(
        string? directory = null, IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        string path = DatasetStore.Default.Get(RemoteFile.Imdb, directory, progress, cancellationToken);
        DatasetStore.Default.Get(RemoteFile.ImdbWordIndex, directory, progress, cancellationToken);
        return path;
    }

    /// <summary>
    /// Rank of each word, 1 for the most frequent. An id of <see cref="Load"/> is the rank plus <c>indexFrom</c>.
    /// </summary>
    /// <exception cref="DatasetUnavailableException">The file is not here and cannot be downloaded.</exception>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static IReadOnlyDictionary<string, int> GetWordIndex(
        string? directory = null, IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default) =>
        WordIndexFile.Read(DatasetStore.Default.Get(RemoteFile.ImdbWordIndex, directory, progress, cancellationToken));

    /// <summary>
    /// The text of a review: words joined by spaces, <c>[START]</c>, <c>[OOV]</c>, <c>?</c> for an unknown id; padding is
    /// skipped. For many reviews, keep one <see cref="WordDecoder"/>.
    /// </summary>
    public static string Decode(
        ReadOnlySpan<int> ids, IReadOnlyDictionary<string, int> wordIndex, int indexFrom = 3, int? startChar = 1, int? oovChar = 2) =>
        new WordDecoder(wordIndex, indexFrom, startChar, oovChar).Decode(ids);

    /// <summary>What the file holds: sizes, balance, lengths, vocabulary.</summary>
    /// <exception cref="DatasetUnavailableException">The file is not here and cannot be downloaded.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or holds something else.</exception>
    public static DatasetInfo GetInfo(string? directory = null)
    {
        string path = DatasetStore.Default.Get(RemoteFile.Imdb, directory, null, CancellationToken.None);
        var (train, test) = ReadRanks(path, lead: 0);
        return DatasetInfo.Describe("imdb", path, RemoteFile.Imdb, train, test);
    }

    /// <param name="path">The archive.</param>
    /// <param name="seed">Seed of NumPy's shuffle.</param>
    /// <param name="rules">From ranks to ids.</param>
    /// <param name="cacheDirectory">Where a copy that loads faster may be kept; null for none.</param>
    internal static (LabeledSequences Train, LabeledSequences Test) LoadFile(string path, uint seed, WordIdRules rules, string? cacheDirectory = null)
    {
        var (train, test) = cacheDirectory is null || new FileInfo(path).Length < PreparedRanks.MinSourceBytes
            ? ReadRanks(path, WordIdRules.Lead)
            : ReadRanksOnce(path, PreparedRanks.PathIn(cacheDirectory, "imdb"), WordIdRules.Lead);
        var random = new Mt19937(seed); // one generator: the test order depends on the number of training reviews
        return rules.Apply(RankFile.Reorder(train, random), RankFile.Reorder(test, random));
    }

    /// <summary>As <see cref="ReadRanks"/>, from the copy that the first call leaves.</summary>
    private static (LabeledSequences Train, LabeledSequences Test) ReadRanksOnce(string path, string copy, int lead)
    {
        if (PreparedRanks.TryRead(copy, path, lead) is { } prepared) return prepared;
        (long Length, ulong Sum) source = PreparedRanks.Identify(path);
        var (train, test) = ReadRanks(path, lead);
        if (PreparedRanks.Identify(path) == source) PreparedRanks.TryWrite(copy, source, train, test, lead); // else it changed while it was read
        return (train, test);
    }

    /// <summary>The word ranks in the order of the file, behind <paramref name="lead"/> free elements.</summary>
    private static (LabeledSequences Train, LabeledSequences Test) ReadRanks(string path, int lead)
    {
        var file = NpzFile.Open(path);
        LabeledSequences? test = null;
        var reading = Task.Run(() => test = RankFile.ReadPair(file, "x_test", "y_test", lead, classes: 2, "review"));
        LabeledSequences train;
        try
        {
            train = RankFile.ReadPair(file, "x_train", "y_train", lead, classes: 2, "review");
        }
        finally
        {
            reading.ContinueWith(static _ => { }, TaskScheduler.Default).Wait(); // never leave a reader behind
        }

        reading.GetAwaiter().GetResult();
        return (train, test!);
    }
}
