namespace Unroll.Datasets;

/// <summary>Finds the files of data sets on this machine or downloads them.</summary>
internal sealed class DatasetStore(DatasetLocations locations, DatasetDownloader downloader)
{
    public static DatasetStore Default { get; } = new(DatasetLocations.Current, new DatasetDownloader());

    /// <summary>For callers with an alternative at hand: gives up after three seconds without an answer.</summary>
    public static DatasetStore Hasty { get; } =
        new(DatasetLocations.Current, new DatasetDownloader { ConnectTimeout = TimeSpan.FromSeconds(3), StallTimeout = TimeSpan.FromSeconds(10) });

    public DatasetLocations Locations => locations;

    public string? Find(RemoteFile file, string? directory) => locations.Find(file.Name, directory);

    /// <summary>Path of the file, after a download if it is nowhere on this machine.</summary>
    /// <exception cref="DatasetUnavailableException">The file can be had neither here nor from the network.</exception>
    public string Get(RemoteFile file, string? directory, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        if (Find(file, directory) is { } path) return path;
        try
        {
            // On the thread pool, so that a caller with a synchronization context cannot deadlock.
            return Task.Run(
                () => downloader.DownloadAsync(file, locations.DownloadDirectory(directory), progress, cancellationToken),
                cancellationToken).GetAwaiter().GetResult();
        }
        catch (DatasetUnavailableException e)
        {
            string places = string.Join(", ", locations.SearchPath(directory).Select(Path.GetFullPath).Distinct());
            string remedy = string.IsNullOrEmpty(directory)
                ? $"""
                Without a network: fetch {file.Address} elsewhere and put {file.Name} into one of these directories: {places}.
                Or set {DatasetLocations.DataVariable} to the directory that holds {file.Name}.
                """
                : $"{places} is the only place where it was looked for, as that directory was given."
                + (Find(file, null) is { } other ? $" There is one in {Path.GetDirectoryName(other)}." : $" Without a network: fetch {file.Address} elsewhere and put {file.Name} there.");
            throw new DatasetUnavailableException($"{e.Message}\n{remedy}", e.InnerException ?? e);
        }
    }
}
