using System.Text;
using Unroll.Random;

namespace Unroll.Text;

/// <summary>Texts and their class numbers, read from a directory with one folder per class.</summary>
/// <param name="Texts">The texts.</param>
/// <param name="Labels">The place of each text's class among the names.</param>
/// <param name="ClassNames">The classes.</param>
/// <param name="Files">Where each text comes from.</param>
public sealed record TextDataset(string[] Texts, int[] Labels, IReadOnlyList<string> ClassNames, string[] Files)
{
    private const long MaxFileBytes = 1 << 28;

    /// <summary>
    /// Keras' <c>text_dataset_from_directory</c>, all batches in one: each folder of the directory is a class, each file
    /// <c>.txt</c> below it a text.
    /// <code>var (train, validation) = TextDataset.FromDirectory("aclImdb/train", validationSplit: 0.2, seed: 42);</code>
    /// </summary>
    /// <param name="directory">The directory. Folders whose names begin with a dot are passed over.</param>
    /// <param name="validationSplit">Share of the last texts, after shuffling, that become the second part, 0 to below 1.</param>
    /// <param name="classNames">The folders to use, in the order of their numbers; null for all in alphabetical order.</param>
    /// <param name="shuffle">True for the order of NumPy's <c>RandomState(seed)</c>, false for that of the file names. (Keras
    /// shuffles once more, within a buffer, in an order that can't be reproduced; the parts are the same.)</param>
    /// <param name="seed">Seed of the order, 0 to 2^32 − 1.</param>
    /// <param name="maxLength">Bytes of each text to read, as in Keras; null for all. A letter cut in half becomes U+FFFD.</param>
    /// <returns>Training and validation texts; without a split the second part is empty.</returns>
    /// <exception cref="DirectoryNotFoundException">The directory does not exist.</exception>
    /// <exception cref="ArgumentException">An argument is out of range, or a class has no folder.</exception>
    /// <exception cref="InvalidDataException">A file is no UTF-8 or too large.</exception>
    public static (TextDataset Train, TextDataset Validation) FromDirectory(
        string directory, double validationSplit, IReadOnlyList<string>? classNames = null, bool shuffle = true, long seed = 0, int? maxLength = null)
    {
        if (validationSplit is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(validationSplit), validationSplit, "`validation_split` must be between 0 and 1: at least 0 and below 1.");
        ArgumentOutOfRangeException.ThrowIfNegative(seed);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(seed, uint.MaxValue);
        if (maxLength is { } bytes) ArgumentOutOfRangeException.ThrowIfNegative(bytes, nameof(maxLength));
        if (!Directory.Exists(directory)) throw new DirectoryNotFoundException($"The directory {Path.GetFullPath(directory)} does not exist.");

        string[] names = ClassesIn(directory, classNames);
        var files = new List<string>();
        var labels = new List<int>();
        for (int label = 0; label < names.Length; label++)
        {
            foreach (string file in TextFiles(Path.Combine(directory, names[label])))
            {
                files.Add(file);
                labels.Add(label);
            }
        }

        int[] order = [.. Enumerable.Range(0, files.Count)];
        if (shuffle) new Mt19937((uint)seed).Shuffle<int>(order);
        int validation = (int)(validationSplit * order.Length);
        return (Read(order.AsSpan(..^validation)), Read(order.AsSpan(^validation..)));

        TextDataset Read(ReadOnlySpan<int> part)
        {
            string[] paths = Preprocessing.Rows.Take([.. files], part);
            return new TextDataset(Array.ConvertAll(paths, path => ReadText(path, maxLength)), Preprocessing.Rows.Take([.. labels], part), names, paths);
        }
    }

    /// <summary>All texts of a directory with one folder per class.</summary>
    /// <inheritdoc cref="FromDirectory(string, double, IReadOnlyList{string}, bool, long, int?)"/>
    public static TextDataset FromDirectory(
        string directory, IReadOnlyList<string>? classNames = null, bool shuffle = true, long seed = 0, int? maxLength = null) =>
        FromDirectory(directory, 0, classNames, shuffle, seed, maxLength).Train;

    private static string[] ClassesIn(string directory, IReadOnlyList<string>? wanted)
    {
        string[] all = [.. Directory.GetDirectories(directory).Select(path => Path.GetFileName(path)!).Where(name => !name.StartsWith('.')).Order(StringComparer.Ordinal)];
        if (wanted is null) return all;
        if (wanted.Distinct(StringComparer.Ordinal).Count() == wanted.Count && !wanted.Except(all, StringComparer.Ordinal).Any()) return [.. wanted];
        throw new ArgumentException(
            $"The class names {string.Join(", ", wanted)} are not folders of {directory}, or one occurs twice. There are: {string.Join(", ", all)}.", nameof(wanted));
    }

    /// <summary>Files of a folder, then those of the folders below it, each in order of their names.</summary>
    private static IEnumerable<string> TextFiles(string folder)
    {
        IEnumerable<string> below = Directory.GetDirectories(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal);
        return below.Prepend(folder).SelectMany(place => Directory.GetFiles(place)
            .Where(file => file.EndsWith(".txt", StringComparison.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal));
    }

    private static string ReadText(string path, int? maxLength)
    {
        if (new FileInfo(path).Length == 0) return ""; // or a pipe, which would wait for a writer
        using FileStream stream = File.OpenRead(path);
        long length = Math.Min(stream.Length, maxLength ?? long.MaxValue);
        if (length > MaxFileBytes) throw new InvalidDataException($"{path}: {length} bytes are too many for one text; the limit is {MaxFileBytes}.");
        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        bool isCut = length < stream.Length;
        try
        {
            return isCut ? Encoding.UTF8.GetString(bytes) : new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException($"{path}: the byte at offset {e.Index} is not UTF-8.", e);
        }
    }
}
