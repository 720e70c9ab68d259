namespace Unroll.Tests.Support;

/// <summary>Finds the data that tests need and that is too large for the repository.</summary>
public static class TestData
{
    private static readonly Lazy<string?> Directory = new(FindDirectory);

    /// <summary>The folder that holds Unroll.slnx, or null when the tests run elsewhere.</summary>
    public static string? RepositoryRoot
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "Unroll.slnx"))) return folder.FullName;
            }

            return null;
        }
    }

    /// <summary>The folder with imdb.npz and imdb_word_index.json, or null.</summary>
    public static string? ImdbDirectory => Directory.Value;

    /// <summary>Why a test that needs the IMDB files was skipped.</summary>
    public const string NoImdb =
        "imdb.npz and imdb_word_index.json were not found: set UNROLL_DATA_DIR, or put them into ../shared/data beside the repository.";

    /// <summary>The 50,000 raw reviews as published (Maas et al., 2011), aclImdb.tar.gz, beside the IMDB files; or null.</summary>
    public static string? RawImdb =>
        ImdbDirectory is { } folder && Path.Combine(folder, "aclImdb.tar.gz") is var path && File.Exists(path) ? path : null;

    /// <summary>Why a test that needs the raw reviews was skipped.</summary>
    public const string NoRawImdb =
        "aclImdb.tar.gz was not found beside imdb.npz: set UNROLL_DATA_DIR, or put it into ../shared/data beside the repository.";

    private static string? FindDirectory()
    {
        string?[] places =
        [
            Environment.GetEnvironmentVariable("UNROLL_DATA_DIR"),
            RepositoryRoot is { } root ? Path.Combine(root, "..", "shared", "data") : null,
        ];
        return places.FirstOrDefault(place =>
            !string.IsNullOrEmpty(place)
            && File.Exists(Path.Combine(place, "imdb.npz"))
            && File.Exists(Path.Combine(place, "imdb_word_index.json")));
    }
}
