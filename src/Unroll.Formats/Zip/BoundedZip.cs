using System.IO.Compression;

namespace Unroll.Formats.Zip;

/// <summary>
/// A ZIP archive in memory whose members are read with bounds: a declared size is believed only as far as the compressed
/// bytes can hold it, and the checksum must be right. Reading members from several threads is safe.
/// </summary>
internal sealed class BoundedZip
{
    /// <summary>No deflate stream expands further than this (RFC 1951: 258 bytes from two bits).</summary>
    private const int MaxDeflateRatio = 1032;

    private readonly byte[] _bytes;

    private BoundedZip(byte[] bytes, string name)
    {
        _bytes = bytes;
        Name = name;
        Budget = new ReadBudget(bytes.Length, name);
        Budget.Take(bytes.Length, "the file itself");
        Members = Guard(null, archive =>
        {
            var names = new List<string>(Math.Min(archive.Entries.Count, 64));
            foreach (var entry in archive.Entries) names.Add(entry.FullName);
            if (names.Distinct(StringComparer.Ordinal).Count() != names.Count)
                throw new InvalidDataException($"{Name}: two members have the same name.");
            return names;
        });
    }

    /// <summary>The file, as errors name it.</summary>
    public string Name { get; }

    /// <summary>What the archive's content may take; whoever makes something of a member asks it.</summary>
    public ReadBudget Budget { get; }

    /// <summary>Names of the members, in the order of the archive.</summary>
    public IReadOnlyList<string> Members { get; }

    /// <summary>Reads the directory of an archive.</summary>
    /// <exception cref="InvalidDataException">The file is not a complete ZIP archive.</exception>
    public static BoundedZip Open(string path)
    {
        return new BoundedZip(RegularFile.ReadAllBytes(path, Array.MaxLength), path);
    }

    /// <summary>Reads the directory of an archive in memory.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a complete ZIP archive.</exception>
    public static BoundedZip Parse(byte[] bytes, string name) => new(bytes, name);

    /// <summary>Inflates one member and checks its checksum.</summary>
    /// <param name="member">Its name.</param>
    /// <param name="maxBytes">Largest size that is accepted.</param>
    /// <param name="maxRatio">How many bytes one compressed byte may become.</param>
    /// <exception cref="InvalidDataException">The member is missing, damaged or too large.</exception>
    public byte[] Read(string member, int maxBytes, int maxRatio = MaxDeflateRatio) =>
        Guard(member, archive => Inflate(archive, member, maxBytes, maxRatio));

    private byte[] Inflate(ZipArchive archive, string member, int maxBytes, int maxRatio)
    {
        var entry = archive.Entries.FirstOrDefault(e => e.FullName == member)
            ?? throw new InvalidDataException($"{Name}: has no member {member}; it holds {string.Join(", ", Members.Take(10))}.");
        long length = entry.Length;
        if (length < 0 || length > maxBytes)
            throw Bad(member, $"declares {length} bytes; at most {maxBytes} are accepted");
        if (entry.CompressedLength > _bytes.Length || length > entry.CompressedLength * maxRatio + 64)
            throw Bad(member, $"declares {length} bytes, which its {entry.CompressedLength} compressed bytes cannot hold");
        Budget.Take(length, $"member {member}");

        var data = new byte[length];
        using (var stream = entry.Open())
        {
            int read = stream.ReadAtLeast(data, data.Length, throwOnEndOfStream: false);
            if (read < data.Length) throw Bad(member, $"ends after {read} of {length} bytes");
            if (stream.ReadByte() >= 0) throw Bad(member, $"holds more than the {length} bytes it declares");
        }

        uint crc = Crc32.Of(data);
        if (crc != entry.Crc32) throw Bad(member, $"checksum is {crc:x8}, the archive says {entry.Crc32:x8}");
        return data;
    }

    private InvalidDataException Bad(string member, string cause) => new($"{Name}: member {member} {cause}.");

    /// <summary>
    /// Runs on an archive of its own (which makes concurrent reads safe). The bytes are in memory, so whatever the ZIP
    /// reader throws is the file's fault.
    /// </summary>
    private T Guard<T>(string? member, Func<ZipArchive, T> action)
    {
        try
        {
            using var archive = new ZipArchive(new MemoryStream(_bytes, writable: false), ZipArchiveMode.Read);
            return action(archive);
        }
        catch (InvalidDataException e) when (e.Message.StartsWith(Name, StringComparison.Ordinal))
        {
            throw; // said by this class, with its place
        }
        catch (Exception e) when (e is InvalidDataException or IOException or NotSupportedException or ArgumentException
            or OverflowException or IndexOutOfRangeException)
        {
            string where = member is null ? Name : $"{Name}: member {member}";
            throw new InvalidDataException($"{where}: not a readable ZIP archive ({_bytes.Length} bytes): {e.Message}", e);
        }
    }
}
