using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Unroll.Saving;

namespace Unroll.Datasets;

/// <summary>
/// A copy of a data set's word ranks that loads many times faster than the archive they come from, kept in the user's
/// cache. It belongs to one content of the archive: all of the archive is read and summed at every load (a few
/// milliseconds), so a changed one is noticed whatever its date says. A copy that is stale, damaged, cut off or of
/// another version counts as absent; a folder that can't be written to means that there is none.
/// </summary>
/// <remarks>
/// Little-endian. Header of 64 bytes: 8 of magic and version, length and checksum of the archive (two u64), then for
/// training and test set each the number of samples (u32), the number of escapes (u32) and of ranks (u64), and the checksum of
/// these 56 bytes. A section per set: its checksum (u64, over what follows), lengths (u32 per sample), ranks of 65,535 and
/// more, which are rare (u32), all ranks (u16, 65,535 for an escape), labels (u8), zeros up to a multiple of 8.
/// </remarks>
internal static class PreparedRanks
{
    /// <summary>Archives below this size load fast enough; they leave nothing in the cache.</summary>
    public const int MinSourceBytes = 1 << 20;

    private const ulong Magic = 0x01_4B_4E_52_4C_52_4E_55; // "UNRLRNK", version 1
    private const int MaxRank = 1 << 30;
    private const int MaxBytes = 1 << 28; // IMDB takes 24 MB
    private const int HeaderBytes = 64;
    private const ushort Escape = ushort.MaxValue;

    /// <summary>Where the copy of a data set lies.</summary>
    public static string PathIn(string cacheDirectory, string name) => Path.Combine(cacheDirectory, "prepared", name + ".ranks");

    /// <summary>Length and checksum of an archive.</summary>
    /// <exception cref="IOException">It can't be read.</exception>
    public static (long Length, ulong Sum) Identify(string source)
    {
        using SafeFileHandle file = File.OpenHandle(source, options: FileOptions.SequentialScan);
        var checksum = new Checksum64();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 18);
        long at = 0;
        while (ReadFully(file, buffer.AsSpan(0, 1 << 18), at) is var count and > 0)
        {
            checksum.Add(buffer.AsSpan(0, count));
            at += count;
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return (at, checksum.Value);
    }

    /// <summary>The ranks of the archive, behind <paramref name="lead"/> free elements; null if there is no good copy.</summary>
    public static (LabeledSequences Train, LabeledSequences Test)? TryRead(string path, string source, int lead)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(path);
            if (ReadHeader(file) is not { } header) return null;
            var other = Task.Run(() => ReadSection(file, HeaderBytes + header.Train.Bytes, header.Test, lead));
            LabeledSequences? train = null;
            (long, ulong) identity = default;
            try
            {
                identity = Identify(source);
                train = ReadSection(file, HeaderBytes, header.Train, lead);
            }
            finally
            {
                other.ContinueWith(static _ => { }, TaskScheduler.Default).Wait(); // never leave a reader behind
            }

            return identity == (header.SourceLength, header.SourceSum) && train is not null && other.Result is { } test ? (train, test) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or AggregateException { InnerException: IOException })
        {
            return null; // the archive is there in any case
        }
    }

    /// <summary>Keeps a copy; does nothing if that is impossible.</summary>
    /// <param name="path">Where.</param>
    /// <param name="source">What <see cref="Identify"/> said of the archive before it was read.</param>
    /// <param name="train">Ranks behind <paramref name="lead"/> free elements, none negative.</param>
    /// <param name="test">As <paramref name="train"/>.</param>
    /// <param name="lead">Elements that are not kept.</param>
    public static void TryWrite(string path, (long Length, ulong Sum) source, LabeledSequences train, LabeledSequences test, int lead)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            AtomicFile.Write(path, stream =>
            {
                Span<byte> header = stackalloc byte[HeaderBytes];
                BinaryPrimitives.WriteUInt64LittleEndian(header, Magic);
                BinaryPrimitives.WriteInt64LittleEndian(header[8..], source.Length);
                BinaryPrimitives.WriteUInt64LittleEndian(header[16..], source.Sum);
                Section.Of(train, lead).Write(header[24..]);
                Section.Of(test, lead).Write(header[40..]);
                BinaryPrimitives.WriteUInt64LittleEndian(header[56..], Checksum64.Of(header[..56]));
                stream.Write(header);
                stream.Write(SectionBytes(train, lead));
                stream.Write(SectionBytes(test, lead));
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A cache is a convenience.
        }
    }

    private static (long SourceLength, ulong SourceSum, Section Train, Section Test)? ReadHeader(SafeFileHandle file)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (ReadFully(file, header, 0) < HeaderBytes || BinaryPrimitives.ReadUInt64LittleEndian(header) != Magic
            || BinaryPrimitives.ReadUInt64LittleEndian(header[56..]) != Checksum64.Of(header[..56]))
        {
            return null;
        }

        Section train = Section.Read(header[24..]), test = Section.Read(header[40..]);
        long length = RandomAccess.GetLength(file);
        if (!train.FitsInto(length) || !test.FitsInto(length) || HeaderBytes + train.Bytes + test.Bytes != length) return null;
        return (BinaryPrimitives.ReadInt64LittleEndian(header[8..]), BinaryPrimitives.ReadUInt64LittleEndian(header[16..]), train, test);
    }

    /// <summary>Null if the bytes are not those that were written.</summary>
    private static LabeledSequences? ReadSection(SafeFileHandle file, long at, Section section, int lead)
    {
        // Not more than the file is long, which is bounded.
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)section.Bytes);
        if (ReadFully(file, bytes, at) < bytes.Length || Checksum64.Of(bytes.AsSpan(8)) != BinaryPrimitives.ReadUInt64LittleEndian(bytes)) return null;
        return Decode(bytes, section, lead);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static LabeledSequences? Decode(byte[] bytes, Section section, int lead)
    {
        ReadOnlySpan<uint> lengths = MemoryMarshal.Cast<byte, uint>(bytes.AsSpan(8, 4 * section.Samples));
        ReadOnlySpan<uint> escapes = MemoryMarshal.Cast<byte, uint>(bytes.AsSpan(section.EscapesAt, 4 * section.Escapes));
        ReadOnlySpan<ushort> ranks = MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan(section.RanksAt, 2 * (int)section.Ranks));
        ReadOnlySpan<byte> classes = bytes.AsSpan(section.LabelsAt, section.Samples);
        if (escapes.ContainsAnyExceptInRange(Escape, (uint)MaxRank) || classes.ContainsAnyExceptInRange((byte)0, (byte)1)) return null;
        var sequences = new int[section.Samples][];
        var labels = new int[section.Samples];
        for (int i = 0; i < sequences.Length; i++)
        {
            if (lengths[i] > (uint)ranks.Length) return null;
            int length = (int)lengths[i];
            int[] row = GC.AllocateUninitializedArray<int>(lead + length);
            row.AsSpan(0, lead).Clear();
            Widen(ranks[..length], row.AsSpan(lead));
            ranks = ranks[length..];
            for (Span<int> left = row.AsSpan(lead); left.IndexOf(Escape) is var at and >= 0; left = left[(at + 1)..])
            {
                if (escapes.Length == 0) return null;
                left[at] = (int)escapes[0];
                escapes = escapes[1..];
            }

            sequences[i] = row;
            labels[i] = classes[i];
        }

        return new LabeledSequences(sequences, labels);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen(ReadOnlySpan<ushort> source, Span<int> target)
    {
        ReadOnlySpan<Vector<ushort>> vectors = MemoryMarshal.Cast<ushort, Vector<ushort>>(source);
        Span<Vector<uint>> wide = MemoryMarshal.Cast<int, Vector<uint>>(target);
        for (int i = 0; i < vectors.Length; i++) Vector.Widen(vectors[i], out wide[2 * i], out wide[2 * i + 1]);
        for (int i = vectors.Length * Vector<ushort>.Count; i < source.Length; i++) target[i] = source[i];
    }

    private static byte[] SectionBytes(LabeledSequences data, int lead)
    {
        Section section = Section.Of(data, lead);
        var bytes = new byte[section.Bytes];
        Span<uint> lengths = MemoryMarshal.Cast<byte, uint>(bytes.AsSpan(8, 4 * section.Samples));
        Span<uint> escapes = MemoryMarshal.Cast<byte, uint>(bytes.AsSpan(section.EscapesAt, 4 * section.Escapes));
        Span<ushort> ranks = MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan(section.RanksAt, 2 * (int)section.Ranks));
        int at = 0, escape = 0;
        for (int i = 0; i < data.Count; i++)
        {
            ReadOnlySpan<int> row = data.Sequences[i].AsSpan(lead);
            lengths[i] = (uint)row.Length;
            bytes[section.LabelsAt + i] = (byte)data.Labels[i];
            foreach (int rank in row)
            {
                if (rank >= Escape) escapes[escape++] = (uint)rank;
                ranks[at++] = (ushort)Math.Min(rank, Escape);
            }
        }

        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Checksum64.Of(bytes.AsSpan(8)));
        return bytes;
    }

    private static int ReadFully(SafeFileHandle file, Span<byte> target, long at)
    {
        int count = 0;
        while (count < target.Length && RandomAccess.Read(file, target[count..], at + count) is var read and > 0) count += read;
        return count;
    }

    /// <summary>Sizes of one set; positions count from the beginning of its section.</summary>
    private readonly record struct Section(int Samples, int Escapes, long Ranks)
    {
        public int EscapesAt => 8 + 4 * Samples;

        public int RanksAt => EscapesAt + 4 * Escapes;

        public int LabelsAt => RanksAt + 2 * (int)Ranks;

        public long Bytes => (8 + 4L * Samples + 4L * Escapes + 2 * Ranks + Samples + 7) / 8 * 8;

        public static Section Of(LabeledSequences data, int lead)
        {
            long ranks = 0;
            int escapes = 0;
            foreach (int[] row in data.Sequences)
            {
                ranks += row.Length - lead;
                foreach (int rank in row.AsSpan(lead))
                {
                    if (rank >= Escape) escapes++;
                }
            }

            return new Section(data.Count, escapes, ranks);
        }

        public static Section Read(ReadOnlySpan<byte> header) => new(
            BinaryPrimitives.ReadInt32LittleEndian(header), BinaryPrimitives.ReadInt32LittleEndian(header[4..]),
            BinaryPrimitives.ReadInt64LittleEndian(header[8..]));

        public void Write(Span<byte> header)
        {
            BinaryPrimitives.WriteInt32LittleEndian(header, Samples);
            BinaryPrimitives.WriteInt32LittleEndian(header[4..], Escapes);
            BinaryPrimitives.WriteInt64LittleEndian(header[8..], Ranks);
        }

        /// <summary>Whether the numbers make sense in a file of that length, so that no sum of them overflows.</summary>
        public bool FitsInto(long length) =>
            length <= MaxBytes && Samples >= 0 && Escapes >= 0 && Ranks >= 0 && Samples <= length && Escapes <= length && Ranks <= length;
    }
}
