using Unroll.Text;

namespace Unroll.Datasets;

/// <summary>What to load, by name.</summary>
public sealed record DatasetOptions
{
    /// <summary><c>imdb</c>, <c>synthetic</c>, or <c>auto</c>: IMDB if it can be had, else synthetic reviews.</summary>
    public string Name { get; init; } = "auto";

    /// <summary>Ids from here on are out of vocabulary; null for the whole vocabulary.</summary>
    public int? NumWords { get; init; } = 10000;

    /// <summary>Length of the rows in tokens; null for the longest sample.</summary>
    public int? MaxLen { get; init; } = 80;

    /// <summary>The end where short samples are filled up with 0.</summary>
    public Padding Padding { get; init; } = Padding.Pre;

    /// <summary>The end where long samples are cut.</summary>
    public Padding Truncating { get; init; } = Padding.Pre;

    /// <summary>Ids below this are out of vocabulary.</summary>
    public int SkipTop { get; init; }

    /// <summary>Seed of the data set's order (IMDB: NumPy's shuffle) or of the generator.</summary>
    public int Seed { get; init; } = 113;

    /// <summary>Takes only the first samples of the training set, no more than there are; null for all (synthetic: 25,000).</summary>
    public int? TrainCount { get; init; }

    /// <summary>Takes only the first samples of the test set, no more than there are; null for all (synthetic: 25,000).</summary>
    public int? TestCount { get; init; }

    /// <summary>The one place to look for files, and where a download goes; null for the usual places (see <see cref="Imdb"/>).</summary>
    public string? Directory { get; init; }
}

/// <summary>A data set ready for a model: padded ids, labels, and what the padding cost.</summary>
public sealed record Dataset
{
    /// <summary>What was loaded: <c>imdb</c> or <c>synthetic</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Name for titles.</summary>
    public required string DisplayName { get; init; }

    /// <summary>Whether synthetic reviews stand in for IMDB, which was asked for and could not be had.</summary>
    public bool IsFallback { get; init; }

    /// <summary>What must be shown to the user when <see cref="IsFallback"/> is set.</summary>
    public string? Notice { get; init; }

    /// <summary>The file used; null for synthetic reviews.</summary>
    public string? File { get; init; }

    /// <summary>Number of ids, 0 included: the <c>input_dim</c> of an embedding.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Training rows <c>[samples, MaxLen]</c>.</summary>
    public required int[,] XTrain { get; init; }

    /// <summary>Training labels.</summary>
    public required int[] YTrain { get; init; }

    /// <summary>Test rows <c>[samples, MaxLen]</c>.</summary>
    public required int[,] XTest { get; init; }

    /// <summary>Test labels.</summary>
    public required int[] YTest { get; init; }

    /// <summary>Training samples before padding.</summary>
    public required LabeledSequences Train { get; init; }

    /// <summary>Test samples before padding.</summary>
    public required LabeledSequences Test { get; init; }

    /// <summary>Share of the training samples that were longer than the rows, 0 to 1.</summary>
    public required double CutShare { get; init; }

    /// <summary>Share of the training tokens that are out of vocabulary (start ids not counted), 0 to 1.</summary>
    public required double OovShare { get; init; }

    /// <summary>Accuracy that no model can be expected to exceed, where it is known (synthetic reviews).</summary>
    public double? BestAccuracy { get; init; }

    /// <summary>Unroll's own cache directory, where downloads are kept.</summary>
    public static string CacheDirectory => DatasetLocations.Current.CacheDirectory;

    /// <summary>Loads a data set by name, cuts and pads it.</summary>
    /// <exception cref="ArgumentException">The name is unknown or an option is out of range.</exception>
    /// <exception cref="DatasetUnavailableException"><c>imdb</c> is not here and cannot be downloaded; of <c>auto</c> only if a directory was given.</exception>
    /// <exception cref="InvalidDataException">A file is damaged. <c>auto</c> does not hide that.</exception>
    public static Dataset Load(
        DatasetOptions options, IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Load(options, DatasetStore.Default, DatasetStore.Hasty, progress, cancellationToken);

    /// <summary>The word index that belongs to a data set's name.</summary>
    /// <exception cref="ArgumentException">The name is neither <c>imdb</c> nor <c>synthetic</c>.</exception>
    /// <exception cref="DatasetUnavailableException">IMDB's index is not here and cannot be downloaded.</exception>
    public static IReadOnlyDictionary<string, int> GetWordIndex(string name, string? directory = null) => name switch
    {
        "imdb" => Imdb.GetWordIndex(directory),
        "synthetic" => SyntheticReviews.GetWordIndex(),
        _ => throw UnknownName(name, "imdb, synthetic"),
    };

    internal static Dataset Load(
        DatasetOptions options, DatasetStore store, DatasetStore hasty, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Seed);
        if (options.MaxLen is { } maxLen) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxLen, nameof(DatasetOptions.MaxLen));
        if (options.TrainCount is { } trainCount) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(trainCount, nameof(DatasetOptions.TrainCount));
        if (options.TestCount is { } testCount) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(testCount, nameof(DatasetOptions.TestCount));

        switch (options.Name)
        {
            case "imdb":
                return LoadImdb(options, store.Get(RemoteFile.Imdb, options.Directory, progress, cancellationToken), store.Locations.CacheDirectory);
            case "synthetic":
                return LoadSynthetic(options);
            case "auto":
                string path;
                try
                {
                    path = hasty.Get(RemoteFile.Imdb, options.Directory, progress, cancellationToken);
                }
                catch (DatasetUnavailableException e) when (string.IsNullOrEmpty(options.Directory)) // whoever names one wants what is there
                {
                    return LoadSynthetic(options) with
                    {
                        IsFallback = true,
                        Notice = $"""
                            IMDB REVIEWS NOT FOUND: these results are on SYNTHETIC reviews (made-up text, best possible accuracy {SyntheticReviews.BestAccuracy:P0}).
                            They cannot be compared with results on IMDB.
                            {e.Message}
                            """,
                    };
                }

                return LoadImdb(options, path, hasty.Locations.CacheDirectory);
            default:
                throw UnknownName(options.Name, "auto, imdb, synthetic");
        }
    }

    private static Dataset LoadImdb(DatasetOptions options, string path, string cacheDirectory)
    {
        var (train, test) = Imdb.LoadFile(path, (uint)options.Seed, Rules(options), cacheDirectory);
        return Prepare("imdb", "IMDB movie reviews", options, train, test) with { File = path };
    }

    private static Dataset LoadSynthetic(DatasetOptions options)
    {
        var (train, test) = SyntheticReviews.Load(
            options.TrainCount ?? 25000, options.TestCount ?? 25000, options.Seed, options.NumWords, options.SkipTop);
        return Prepare("synthetic", "synthetic reviews", options, train, test) with { BestAccuracy = SyntheticReviews.BestAccuracy };
    }

    private static WordIdRules Rules(DatasetOptions options) => new(options.NumWords, options.SkipTop, null, 1, 2, 3);

    private static Dataset Prepare(string name, string display, DatasetOptions options, LabeledSequences train, LabeledSequences test)
    {
        train = First(train, options.TrainCount, nameof(DatasetOptions.TrainCount), $"training reviews in {display}");
        test = First(test, options.TestCount, nameof(DatasetOptions.TestCount), $"test reviews in {display}");
        int longest = Math.Max(train.Sequences.Max(s => s.Length), test.Sequences.Max(s => s.Length));
        int width = options.MaxLen ?? longest;
        long tokens = train.Sequences.Sum(s => s.Length - 1L);
        long oov = train.Sequences.Sum(s => (long)s.AsSpan(1).Count(2));
        return new Dataset
        {
            Name = name,
            DisplayName = display,
            VocabularySize = options.NumWords is { } numWords and > 0 ? Math.Max(numWords, 3) : 1 + Largest(train, test),
            XTrain = Sequences.Pad(train.Sequences, width, options.Padding, options.Truncating),
            YTrain = train.Labels,
            XTest = Sequences.Pad(test.Sequences, width, options.Padding, options.Truncating),
            YTest = test.Labels,
            Train = train,
            Test = test,
            CutShare = train.Sequences.Count(s => s.Length > width) / (double)train.Count,
            OovShare = tokens == 0 ? 0 : oov / (double)tokens,
        };
    }

    private static LabeledSequences First(LabeledSequences data, int? count, string option, string what)
    {
        if (count is not { } n || n == data.Count) return data;
        if (n > data.Count) throw new ArgumentOutOfRangeException(option, n, $"{option} is {n:N0}, but there are {data.Count:N0} {what}. Leave it out to take them all.");
        return new LabeledSequences(data.Sequences[..n], data.Labels[..n]);
    }

    private static int Largest(LabeledSequences train, LabeledSequences test) =>
        Math.Max(train.Sequences.Max(s => s.Max()), test.Sequences.Max(s => s.Max()));

    private static ArgumentException UnknownName(string name, string known) =>
        new($"There is no data set named '{name}'. Known names: {known}.", nameof(name));
}
