using System.Runtime.InteropServices;
using Unroll.Datasets;
using Xunit;

namespace Unroll.Tests.Datasets;

public sealed class DatasetLocationsTests
{
    private const string Home = "home";

    private static DatasetLocations Make(OSPlatform platform, params (string Name, string Value)[] variables) =>
        new(name => variables.FirstOrDefault(v => v.Name == name).Value, Home, platform);

    [Fact]
    public void Cache_directory_by_platform()
    {
        Assert.Equal(Path.Combine(Home, ".cache", "unroll"), Make(OSPlatform.Linux).CacheDirectory);
        Assert.Equal(Path.Combine("x", "unroll"), Make(OSPlatform.Linux, ("XDG_CACHE_HOME", "x")).CacheDirectory);
        Assert.Equal(Path.Combine(Home, "Library", "Caches", "unroll"), Make(OSPlatform.OSX, ("XDG_CACHE_HOME", "x")).CacheDirectory);
        Assert.Equal(Path.Combine("l", "unroll"), Make(OSPlatform.Windows, ("LOCALAPPDATA", "l")).CacheDirectory);
        foreach (var platform in new[] { OSPlatform.Linux, OSPlatform.OSX, OSPlatform.Windows })
            Assert.Equal("own", Make(platform, ("UNROLL_CACHE_DIR", "own"), ("XDG_CACHE_HOME", "x")).CacheDirectory);
    }

    [Fact]
    public void Search_order()
    {
        var locations = Make(OSPlatform.Linux, ("UNROLL_DATA_DIR", "data"), ("UNROLL_CACHE_DIR", "cache"));
        Assert.Equal(
            ["given", "data", Path.Combine("cache", "datasets"), Path.Combine(Home, ".keras", "datasets")],
            locations.SearchPath("given"));
        Assert.Equal("data", locations.SearchPath(null).First());
        Assert.Equal(Path.Combine(Home, ".cache", "unroll", "datasets"), Make(OSPlatform.Linux, ("UNROLL_DATA_DIR", "")).SearchPath("").First());
    }

    [Fact]
    public void First_place_with_the_file_wins()
    {
        using var near = new TemporaryDirectory();
        using var far = new TemporaryDirectory();
        var locations = Make(OSPlatform.Linux, ("UNROLL_DATA_DIR", far.Path), ("UNROLL_CACHE_DIR", "none"));
        Assert.Null(locations.Find("imdb.npz", near.Path));
        File.WriteAllText(far.File("imdb.npz"), "");
        Assert.Equal(far.File("imdb.npz"), locations.Find("imdb.npz", near.Path));
        File.WriteAllText(near.File("imdb.npz"), "");
        Assert.Equal(near.File("imdb.npz"), locations.Find("imdb.npz", near.Path));
        Assert.Equal(far.File("imdb.npz"), locations.Find("imdb.npz", null));
    }

    [Fact]
    public void Downloads_go_to_the_directory_given_or_the_cache()
    {
        var locations = Make(OSPlatform.Linux, ("UNROLL_DATA_DIR", "data"), ("UNROLL_CACHE_DIR", "cache"));
        Assert.Equal(Path.GetFullPath("given"), locations.DownloadDirectory("given"));
        Assert.Equal(Path.GetFullPath(Path.Combine("cache", "datasets")), locations.DownloadDirectory(null));
    }
}
