using System.IO.Compression;

namespace Unroll.Tests.Support;

/// <summary>Files that Keras 3.4.1 and 3.15 wrote, with the numbers recorded beside them; <c>index.json</c> explains them.</summary>
public static class KerasFiles
{
    /// <summary>The folder of the copies beside the test's program.</summary>
    public static string Directory { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "Fixtures", "Keras");

    /// <summary>The folder of functional models, and of layers beyond the first ones.</summary>
    public static string GraphDirectory { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "Fixtures", "KerasGraph");

    /// <summary>The folder of small files in the form of what many public repositories hold.</summary>
    public static string PublicModelsDirectory { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "Fixtures", "PublicModels");

    /// <summary>Full path of a file.</summary>
    public static string Path(string name) => System.IO.Path.Combine(Directory, name);

    /// <summary>Names of the files with one of these endings, sorted.</summary>
    public static IReadOnlyList<string> Names(params IEnumerable<string> endings) => NamesIn(Directory, endings);

    /// <summary>Names of the files of a folder with one of these endings, sorted.</summary>
    public static IReadOnlyList<string> NamesIn(string directory, params IEnumerable<string> endings) =>
    [
        .. System.IO.Directory.EnumerateFiles(directory).Select(path => System.IO.Path.GetFileName(path)!)
            .Where(name => endings.Any(ending => name.EndsWith(ending, StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The bytes of an HDF5 file, or of the weights within a <c>.keras</c> archive.</summary>
    public static byte[] Hdf5Bytes(string name)
    {
        if (!name.EndsWith(".keras", StringComparison.Ordinal)) return File.ReadAllBytes(Path(name));
        using ZipArchive archive = ZipFile.OpenRead(Path(name));
        using Stream member = archive.GetEntry("model.weights.h5")!.Open();
        using var bytes = new MemoryStream();
        member.CopyTo(bytes);
        return bytes.ToArray();
    }
}
