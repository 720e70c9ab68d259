using System.Runtime.InteropServices;

namespace Unroll.Datasets;

/// <summary>Where data sets are looked for and where downloads are kept. Reads the environment through one seam.</summary>
/// <param name="variable">Value of an environment variable, or null.</param>
/// <param name="home">The user's home directory.</param>
/// <param name="platform">The operating system.</param>
internal sealed class DatasetLocations(Func<string, string?> variable, string home, OSPlatform platform)
{
    /// <summary>Environment variable that names a directory with data sets.</summary>
    public const string DataVariable = "UNROLL_DATA_DIR";

    /// <summary>Environment variable that replaces the cache directory.</summary>
    public const string CacheVariable = "UNROLL_CACHE_DIR";

    /// <summary>The process's own environment.</summary>
    public static DatasetLocations Current { get; } = new(
        Environment.GetEnvironmentVariable,
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
        OperatingSystem.IsWindows() ? OSPlatform.Windows : OperatingSystem.IsMacOS() ? OSPlatform.OSX : OSPlatform.Linux);

    /// <summary>Unroll's cache of the user, by the platform's custom.</summary>
    public string CacheDirectory
    {
        get
        {
            if (Value(CacheVariable) is { } own) return own;
            if (platform == OSPlatform.Windows)
                return Path.Combine(Value("LOCALAPPDATA") ?? Path.Combine(home, "AppData", "Local"), "unroll");
            if (platform == OSPlatform.OSX) return Path.Combine(home, "Library", "Caches", "unroll");
            return Path.Combine(Value("XDG_CACHE_HOME") ?? Path.Combine(home, ".cache"), "unroll");
        }
    }

    /// <summary>Directories in the order of the search: the one given alone, else the usual places.</summary>
    public IEnumerable<string> SearchPath(string? directory)
    {
        if (!string.IsNullOrEmpty(directory))
        {
            yield return directory;
            yield break;
        }

        if (Value(DataVariable) is { } data) yield return data;
        yield return Path.Combine(CacheDirectory, "datasets");
        yield return Path.Combine(home, ".keras", "datasets");
    }

    /// <summary>The first directory of the search that holds a file, or null.</summary>
    /// <exception cref="DirectoryNotFoundException">The directory given is a file, or the environment names a directory that does not exist.</exception>
    public string? Find(string file, string? directory)
    {
        if (File.Exists(directory)) throw new DirectoryNotFoundException($"The directory for data sets, '{directory}', is a file.");
        if (string.IsNullOrEmpty(directory) && Value(DataVariable) is { } data && !Directory.Exists(data))
            throw new DirectoryNotFoundException($"The environment variable {DataVariable} is '{data}', but there is no such directory. Correct it, or unset it to search the usual places.");
        foreach (string place in SearchPath(directory))
        {
            string path = Path.GetFullPath(Path.Combine(place, file));
            if (File.Exists(path)) return path;
        }

        return null;
    }

    /// <summary>Where a downloaded file goes: the directory asked for, else the cache.</summary>
    public string DownloadDirectory(string? directory) =>
        Path.GetFullPath(string.IsNullOrEmpty(directory) ? Path.Combine(CacheDirectory, "datasets") : directory);

    private string? Value(string name) => variable(name) is { Length: > 0 } value ? value : null;
}
