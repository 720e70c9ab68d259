using System.Formats.Tar;
using System.IO.Compression;
using Unroll.Formats.Csv;

namespace Unroll.Text;

/// <summary>
/// Reads texts from a folder for each class, in a directory or packed as <c>.tar.gz</c> or <c>.tar</c>, such as the reviews of Maas
/// et al. (2011): <c>aclImdb.tar.gz</c> with <c>train/pos/0_9.txt</c>.
/// <code>LabeledTexts train = TextArchive.Read("aclImdb.tar.gz", part: "train");</code>
/// </summary>
public static class TextArchive
{
    private const long MaxTextBytes = 1 << 26, MaxAllBytes = 1L << 31;

    private const int MaxMembers = 10_000_000;

    /// <summary>Reads all texts, in order of their places. A text's label is the folder that it lies in; folders <c>unsup</c>, texts without a class, are passed over.</summary>
    /// <param name="path">A directory, or a file that ends in .tar.gz, .tgz or .tar.</param>
    /// <param name="part">Only what lies below a folder of this name, such as train or test; null: everything.</param>
    /// <returns>Texts and labels. A text has no line of its own in a file; its number, from 1, stands for it.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such directory.</exception>
    /// <exception cref="ArgumentException">There are no texts in such a part.</exception>
    /// <exception cref="InvalidDataException">The archive is damaged or too large, or a text is no UTF-8.</exception>
    public static LabeledTexts Read(string path, string? part = null)
    {
        (string Place, string Label, string Text)[] found = [.. Members(path)
            .Select(member => (member.Place, Folders: FoldersOf(member.Place), member.Read))
            .Where(member => member.Folders.Length > 0 && member.Folders[^1] != "unsup" && (part is null || IsIn(part, member.Folders)))
            .Select(member => (member.Place, member.Folders[^1], member.Read()))
            .OrderBy(member => member.Place, StringComparer.Ordinal)];
        if (found.Length == 0)
        {
            throw new ArgumentException(
                $"{path} has no texts{(part is null ? "" : $" below a folder '{part}'")}: files .txt are looked for, each in a folder with the name of its class, such as {(part is null ? "" : part + "/")}positive/1.txt.", nameof(path));
        }

        return new LabeledTexts([.. found.Select(text => text.Text)], [.. found.Select(text => text.Label)], [.. Enumerable.Range(1, found.Length)]);
    }

    /// <summary>True if texts lie below folders of these names.</summary>
    internal static bool HasParts(string path, params ReadOnlySpan<string> parts)
    {
        string[][] folders = [.. Members(path).Select(member => FoldersOf(member.Place)).DistinctBy(names => string.Join('/', names))];
        foreach (string part in parts)
            if (!folders.Any(names => IsIn(part, names))) return false;
        return true;
    }

    private static string[] FoldersOf(string place) => [.. place.Split('/', StringSplitOptions.RemoveEmptyEntries).SkipLast(1)];

    /// <summary>The last folder names a class, not a part.</summary>
    private static bool IsIn(string part, string[] folders) => folders.SkipLast(1).Contains(part, StringComparer.Ordinal);

    /// <summary>Places of the texts and what reads one, which works until the next is asked for.</summary>
    private static IEnumerable<(string Place, Func<string> Read)> Members(string path)
    {
        if (!path.EndsWith("gz", StringComparison.OrdinalIgnoreCase) && !path.EndsWith(".tar", StringComparison.OrdinalIgnoreCase)) return InDirectory(path);
        return InTar(path);
    }

    private static IEnumerable<(string Place, Func<string> Read)> InDirectory(string path)
    {
        if (!Directory.Exists(path)) throw new DirectoryNotFoundException($"The directory {Path.GetFullPath(path)} does not exist.");
        foreach (string file in Directory.EnumerateFiles(path, "*.txt", SearchOption.AllDirectories))
            yield return (Path.GetRelativePath(path, file).Replace('\\', '/'), () => TextBytes.Read(file, null));
    }

    private static IEnumerable<(string Place, Func<string> Read)> InTar(string path)
    {
        using FileStream file = File.OpenRead(path);
        using Stream stream = path.EndsWith("gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var tar = new TarReader(stream);
        long bytes = 0;
        for (int count = 0; Next(path, tar) is { } entry; count++)
        {
            if (count > MaxMembers || (bytes += entry.Length) > MaxAllBytes) throw new InvalidDataException($"{path}: holds more than {MaxAllBytes} bytes or {MaxMembers} files.");
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || !entry.Name.EndsWith(".txt", StringComparison.OrdinalIgnoreCase)) continue;
            if (entry.Length > MaxTextBytes) throw new InvalidDataException($"{path}: {entry.Name}: {entry.Length} bytes are too many for one text; the limit is {MaxTextBytes}.");
            yield return (entry.Name, () => Text(path, entry));
        }
    }

    private static TarEntry? Next(string path, TarReader tar)
    {
        try
        {
            return tar.GetNextEntry();
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new InvalidDataException($"{path}: is no whole tar archive: {e.Message}", e);
        }
    }

    private static string Text(string path, TarEntry entry)
    {
        if (entry.DataStream is not { } data) return "";
        using var bytes = new MemoryStream();
        try
        {
            data.CopyTo(bytes);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new InvalidDataException($"{path}: {entry.Name}: ends too early: {e.Message}", e);
        }

        return TextBytes.Decode($"{path}: {entry.Name}", bytes.ToArray(), null);
    }
}
