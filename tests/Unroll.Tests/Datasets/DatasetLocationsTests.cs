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
        Assert.Equal(["given"], locations.SearchPath("given"));
        Assert.Equal(["data", Path.Combine("cache", "datasets"), Path.Combine(Home, ".keras", "datasets")], locations.SearchPath(null));
        Assert.Equal(Path.Combine(Home, ".cache", "unroll", "datasets"), Make(OSPlatform.Linux, ("UNROLL_DATA_DIR", "")).SearchPath("").First());
    }

    [Fact]
    public void First_place_with_the_file_wins()
    {
        using var near = new TemporaryDirectory();
        using var far = new TemporaryDirectory();
        string cached = Path.Combine(Directory.CreateDirectory(far.File("datasets")).FullName, "imdb.npz");
        var locations = Make(OSPlatform.Linux, ("UNROLL_DATA_DIR", near.Path), ("UNROLL_CACHE_DIR", far.Path));
        Assert.Null(locations.Find("imdb.npz", null));
        File.WriteAllText(cached, "");
        Assert.Equal(cached, locations.Find("imdb.npz", null));
        Assert.Null(locations.Find("imdb.npz", near.Path)); // given, so that nothing else will do
        File.WriteAllText(near.File("imdb.npz"), "");
        Assert.Equal(near.File("imdb.npz"), locations.Find("imdb.npz", near.Path));
        Assert.Equal(near.File("imdb.npz"), locations.Find("imdb.npz", null));
    }

    [Fact]
    public void A_directory_that_is_named_and_not_there_is_an_error()
    {
        using var folder = new TemporaryDirectory();
        var locations = Make(OSPlatform.Linux, ("UNROLL_DATA_DIR", folder.File("none")), ("UNROLL_CACHE_DIR", folder.Path));
        Assert.Contains("UNROLL_DATA_DIR is", Assert.Throws<DirectoryNotFoundException>(() => locations.Find("imdb.npz", null)).Message);
        Assert.Null(locations.Find("imdb.npz", folder.Path)); // the variable does not matter then
        File.WriteAllText(folder.File("file"), "");
        Assert.Contains("is a file", Assert.Throws<DirectoryNotFoundException>(() => locations.Find("imdb.npz", folder.File("file"))).Message);
    }

    [Fact]
    public void Downloads_go_to_the_directory_given_or_the_cache()
    {
        var locations = Make(OSPlatform.Linux, ("UNROLL_DATA_DIR", "data"), ("UNROLL_CACHE_DIR", "cache"));
        Assert.Equal(Path.GetFullPath("given"), locations.DownloadDirectory("given"));
        Assert.Equal(Path.GetFullPath(Path.Combine("cache", "datasets")), locations.DownloadDirectory(null));
    }
}
