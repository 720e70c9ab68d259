using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Unroll.Datasets;

/// <summary>Facts about a data set, counted on the stored word ranks (no start id, no vocabulary limit).</summary>
public sealed record DatasetInfo
{
    /// <summary>Short name, such as <c>imdb</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The file used; null for built-in data.</summary>
    public string? File { get; init; }

    /// <summary>Size of the file in bytes; null for built-in data.</summary>
    public long? FileSize { get; init; }

    /// <summary>SHA-256 of the file in lower-case hexadecimal; null for built-in data.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Whether the file is byte for byte the one that Keras publishes; null for built-in data.</summary>
    public bool? IsPublishedFile { get; init; }

    /// <summary>
    /// Whether the file has the reviews and labels of the one that Keras publishes, in its order, however they are packed: then
    /// results are the same. Null for built-in data.
    /// </summary>
    public bool? HasPublishedContents { get; init; }

    /// <summary>Number of distinct words.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>The training set.</summary>
    public required SplitInfo Train { get; init; }

    /// <summary>The test set.</summary>
    public required SplitInfo Test { get; init; }

    internal static DatasetInfo Describe(string name, string? file, RemoteFile? published, LabeledSequences train, LabeledSequences test)
    {
        string? hash = null;
        if (file is not null)
        {
            using var stream = System.IO.File.OpenRead(file);
            hash = Convert.ToHexStringLower(SHA256.HashData(stream));
        }

        var words = new HashSet<int>();
        foreach (int[] sequence in train.Sequences) words.UnionWith(sequence);
        foreach (int[] sequence in test.Sequences) words.UnionWith(sequence);
        return new DatasetInfo
        {
            Name = name,
            File = file,
            FileSize = file is null ? null : new FileInfo(file).Length,
            Sha256 = hash,
            IsPublishedFile = hash is null ? null : hash == published?.Hash,
            HasPublishedContents = hash is null ? null : hash == published?.Hash || ContentHash(train, test) == published?.ContentHash,
            VocabularySize = words.Count,
            Train = SplitInfo.Describe(train),
            Test = SplitInfo.Describe(test),
        };
    }

    // Of each set the number of samples, then of each sample its label, its length and its ranks, as 32-bit numbers, the least byte first.
    private static string ContentHash(params ReadOnlySpan<LabeledSequences> sets)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (LabeledSequences set in sets)
        {
            Append(hash, [set.Count]);
            for (int i = 0; i < set.Count; i++)
            {
                Append(hash, [set.Labels[i], set.Sequences[i].Length]);
                Append(hash, set.Sequences[i]);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, ReadOnlySpan<int> values)
    {
        if (BitConverter.IsLittleEndian)
        {
            hash.AppendData(MemoryMarshal.AsBytes(values));
            return;
        }

        var swapped = new int[values.Length];
        BinaryPrimitives.ReverseEndianness(values, swapped);
        hash.AppendData(MemoryMarshal.AsBytes<int>(swapped));
    }
}

/// <summary>Facts about a training or test set.</summary>
/// <param name="Count">Number of samples.</param>
/// <param name="LabelCounts">Number of samples of each label, from label 0.</param>
/// <param name="TokenCount">Number of tokens of all samples.</param>
/// <param name="Lengths">Quantiles of the length.</param>
public sealed record SplitInfo(int Count, IReadOnlyList<int> LabelCounts, long TokenCount, LengthQuantiles Lengths)
{
    internal static SplitInfo Describe(LabeledSequences data)
    {
        var labels = new int[data.Count == 0 ? 0 : data.Labels.Max() + 1];
        foreach (int label in data.Labels) labels[label]++;
        var lengths = data.Sequences.Select(s => s.Length).Order().ToArray();
        return new SplitInfo(data.Count, labels, lengths.Sum(n => (long)n), LengthQuantiles.Of(lengths));
    }
}

/// <summary>Quantiles of the lengths of samples in tokens, interpolated linearly as NumPy does.</summary>
/// <param name="Min">Shortest.</param>
/// <param name="P25">A quarter is shorter.</param>
/// <param name="Median">Half is shorter.</param>
/// <param name="P75">Three quarters are shorter.</param>
/// <param name="P90">Nine tenths are shorter.</param>
/// <param name="P95">95 % are shorter.</param>
/// <param name="Max">Longest.</param>
/// <param name="Mean">Mean.</param>
public sealed record LengthQuantiles(int Min, double P25, double Median, double P75, double P90, double P95, int Max, double Mean)
{
    /// <param name="sorted">Lengths in ascending order.</param>
    internal static LengthQuantiles Of(int[] sorted)
    {
        if (sorted.Length == 0) return new LengthQuantiles(0, 0, 0, 0, 0, 0, 0, 0);
        double At(double q)
        {
            double position = q * (sorted.Length - 1);
            int below = (int)position;
            int above = Math.Min(below + 1, sorted.Length - 1);
            return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
        }

        return new LengthQuantiles(
            sorted[0], At(0.25), At(0.5), At(0.75), At(0.9), At(0.95), sorted[^1], sorted.Average());
    }
}
