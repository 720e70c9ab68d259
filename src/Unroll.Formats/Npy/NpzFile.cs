using System.IO.Compression;

namespace Unroll.Formats.Npy;

/// <summary>
/// A NumPy <c>.npz</c> archive: a ZIP file with one <c>.npy</c> array per member, stored or deflated.
/// Reading members from several threads is safe.
/// </summary>
internal sealed class NpzFile
{
    /// <summary>No deflate stream expands further than this (RFC 1951: 258 bytes from two bits).</summary>
    private const int MaxDeflateRatio = 1032;

    private readonly byte[] _bytes;
    private readonly NpzLimits _limits;

    private NpzFile(byte[] bytes, string name, NpzLimits limits)
    {
        _bytes = bytes;
        _limits = limits;
        Name = name;
        Members = Guard(null, archive =>
        {
            var names = new List<string>(Math.Min(archive.Entries.Count, 64));
            foreach (var entry in archive.Entries) names.Add(MemberName(entry));
            if (names.Distinct(StringComparer.Ordinal).Count() != names.Count)
                throw new InvalidDataException($"{Name}: two members have the same name.");
            return names;
        });
    }

    /// <summary>The file, as errors name it.</summary>
    public string Name { get; }

    /// <summary>Names of the arrays, without <c>.npy</c>, in the order of the archive.</summary>
    public IReadOnlyList<string> Members { get; }

    /// <summary>Reads the directory of an archive.</summary>
    /// <exception cref="InvalidDataException">The file is not a complete ZIP archive.</exception>
    public static NpzFile Open(string path, NpzLimits? limits = null)
    {
        long length = new FileInfo(path).Length;
        if (length > Array.MaxLength) throw new InvalidDataException($"{path}: {length} bytes are more than the 2 GB this reader takes.");
        return new NpzFile(File.ReadAllBytes(path), path, limits ?? NpzLimits.Default);
    }

    /// <summary>Reads the directory of an archive in memory.</summary>
    public static NpzFile Parse(byte[] bytes, string name, NpzLimits? limits = null) =>
        new(bytes, name, limits ?? NpzLimits.Default);

    /// <summary>Inflates one array and checks its checksum.</summary>
    /// <exception cref="InvalidDataException">The member is missing, damaged, too large or not an array.</exception>
    public NpyArray Read(string member)
    {
        byte[] data = Guard(member, archive => Inflate(archive, member));
        return NpyArray.Parse(data, $"{Name}: member {member}.npy", _limits);
    }

    private byte[] Inflate(ZipArchive archive, string member)
    {
        var entry = archive.Entries.FirstOrDefault(e => MemberName(e) == member)
            ?? throw new InvalidDataException($"{Name}: has no member {member}.npy; it holds {string.Join(", ", Members.Take(10))}.");
        long length = entry.Length;
        if (length < 0 || length > _limits.MaxMemberBytes)
            throw Bad(member, $"declares {length} bytes; at most {_limits.MaxMemberBytes} are accepted");
        if (entry.CompressedLength > _bytes.Length || length > entry.CompressedLength * MaxDeflateRatio + 64)
            throw Bad(member, $"declares {length} bytes, which its {entry.CompressedLength} compressed bytes cannot hold");

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

    private InvalidDataException Bad(string member, string cause) => new($"{Name}: member {member}.npy {cause}.");

    private static string MemberName(ZipArchiveEntry entry) =>
        entry.FullName.EndsWith(".npy", StringComparison.Ordinal) ? entry.FullName[..^4] : entry.FullName;

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
            string where = member is null ? Name : $"{Name}: member {member}.npy";
            throw new InvalidDataException($"{where}: not a readable ZIP archive ({_bytes.Length} bytes): {e.Message}", e);
        }
    }
}
