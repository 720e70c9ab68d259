using Unroll.Formats.Zip;

namespace Unroll.Formats.Npy;

/// <summary>
/// A NumPy <c>.npz</c> archive: a ZIP file with one <c>.npy</c> array per member, stored or deflated.
/// Reading members from several threads is safe.
/// </summary>
internal sealed class NpzFile
{
    private readonly BoundedZip _zip;
    private readonly NpzLimits _limits;

    private NpzFile(BoundedZip zip, NpzLimits limits)
    {
        (_zip, _limits) = (zip, limits);
        Members = [.. zip.Members.Select(name => name.EndsWith(".npy", StringComparison.Ordinal) ? name[..^4] : name)];
        if (Members.Distinct(StringComparer.Ordinal).Count() != Members.Count)
            throw new InvalidDataException($"{Name}: two members have the same name.");
    }

    /// <summary>The file, as errors name it.</summary>
    public string Name => _zip.Name;

    /// <summary>Names of the arrays, without <c>.npy</c>, in the order of the archive.</summary>
    public IReadOnlyList<string> Members { get; }

    /// <summary>Reads the directory of an archive.</summary>
    /// <exception cref="InvalidDataException">The file is not a complete ZIP archive.</exception>
    public static NpzFile Open(string path, NpzLimits? limits = null) => new(BoundedZip.Open(path), limits ?? NpzLimits.Default);

    /// <summary>Reads the directory of an archive in memory.</summary>
    public static NpzFile Parse(byte[] bytes, string name, NpzLimits? limits = null) =>
        new(BoundedZip.Parse(bytes, name), limits ?? NpzLimits.Default);

    /// <summary>Inflates one array and checks its checksum.</summary>
    /// <exception cref="InvalidDataException">The member is missing, damaged, too large or not an array.</exception>
    public NpyArray Read(string member)
    {
        int at = Members.ToList().IndexOf(member);
        byte[] data = _zip.Read(at < 0 ? member + ".npy" : _zip.Members[at], _limits.MaxMemberBytes);
        return NpyArray.Parse(data, $"{Name}: member {member}.npy", _limits, _zip.Budget);
    }
}
