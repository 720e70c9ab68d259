namespace Unroll.Formats.Hdf5;

/// <summary>
/// Reads HDF5 files as h5py writes them by default: superblock 0 or 1, groups with symbol tables, contiguous or compact
/// data, attributes with texts. The structure is read at once, numbers when they are asked for. What else the format
/// knows is refused by name.
/// </summary>
internal static class Hdf5File
{
    private const int MaxDepth = 32; // of groups; Keras nests below 10
    private const int ObjectBytes = 400; // of memory for a group or a dataset

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'H', (byte)'D', (byte)'F', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Reads a file's structure.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or uses something that is not supported.</exception>
    public static Hdf5Group Open(string path)
    {
        byte[] bytes = RegularFile.ReadAllBytes(path, Array.MaxLength);
        var budget = new ReadBudget(bytes.Length, path);
        budget.Take(bytes.Length, "the file itself");
        return Parse(bytes, path, budget);
    }

    /// <summary>Reads the structure of a file in memory.</summary>
    /// <param name="bytes">The file; kept, not copied.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="budget">What its content may take; null: as much as that of a file of this length.</param>
    /// <exception cref="InvalidDataException">The file is damaged or uses something that is not supported.</exception>
    public static Hdf5Group Parse(ReadOnlyMemory<byte> bytes, string name, ReadBudget? budget = null)
    {
        var input = new Hdf5Input(bytes, name, budget ?? new ReadBudget(bytes.Length, name));
        ulong header = ReadSuperblock(input);
        return new TreeReader(input).Read(header, "/", depth: 0) as Hdf5Group
            ?? throw input.Bad(header, "the root is no group");
    }

    /// <summary>True if a file with this begin is HDF5: it has the signature, at once or after a user block.</summary>
    public static bool IsOne(ReadOnlySpan<byte> begin)
    {
        for (int at = 0; at + Signature.Length <= begin.Length; at = Math.Max(512, 2 * at))
            if (begin[at..].StartsWith(Signature)) return true;
        return false;
    }

    /// <summary>The address of the root's object header.</summary>
    private static ulong ReadSuperblock(Hdf5Input input)
    {
        if (input.Length < Signature.Length || !input.Part(0, 8, "signature").SequenceEqual(Signature))
        {
            for (ulong at = 512; at + 8 <= (ulong)input.Length; at *= 2)
            {
                if (input.Part(at, 8, "signature").SequenceEqual(Signature))
                    throw input.Bad(at, "HDF5 begins here: user blocks are not supported");
            }

            throw input.Bad(0, "does not begin like an HDF5 file");
        }

        byte version = input.Byte(8, "superblock");
        if (version is 2 or 3)
            throw input.Bad(8, $"superblock version {version} is not supported (libver='latest'); write the file with h5py's defaults");
        if (version > 3) throw input.Bad(8, $"superblock version {version} is unknown");
        byte offsets = input.Byte(13, "superblock"), lengths = input.Byte(14, "superblock");
        if (offsets != 8 || lengths != 8) throw input.Bad(13, $"offsets of {offsets} and lengths of {lengths} bytes are not supported; 8 and 8 are");
        ulong addresses = version == 0 ? 24UL : 28UL;
        ulong origin = input.UInt64(addresses, "superblock");
        if (origin != 0) throw input.Bad(addresses, $"the base address {origin} is not supported; 0 is");
        ulong end = input.UInt64(addresses + 16, "superblock");
        if (end > (ulong)input.Length) throw input.Bad(addresses + 16, $"the file should have {end} bytes, but ends after {input.Length}");
        return input.UInt64(addresses + 32 + 8, "superblock");
    }

    private sealed class TreeReader(Hdf5Input input)
    {
        private readonly GlobalHeap _heap = new(input);

        public Hdf5Object Read(ulong address, string path, int depth)
        {
            if (depth > MaxDepth) throw input.Bad(address, $"groups are nested more than {MaxDepth} deep");
            input.Budget.Take(ObjectBytes + 2L * path.Length, "its list of groups and datasets");
            ObjectHeader header = ObjectHeader.Read(input, address);
            var attributes = header.Attributes.ConvertAll(ReadAttribute);
            if (header.SymbolTable is { } table) return ReadGroup(header, table, path, attributes, depth);
            if (header.Layout is null)
                throw input.Bad(address, $"'{path}' is neither a group nor a dataset: {header.Unsupported ?? "objects of this kind"} are not supported");
            return ReadDataset(header, path, attributes);
        }

        private Hdf5Group ReadGroup(ObjectHeader header, ObjectHeader.Message table, string path, List<Hdf5Attribute> attributes, int depth)
        {
            var members = new Dictionary<string, Hdf5Object>(StringComparer.Ordinal);
            foreach ((string name, ulong member) in GroupLinks.Read(input, table))
            {
                if (name.Length == 0 || name.Contains('/', StringComparison.Ordinal))
                    throw input.Bad(header.Address, $"'{path}' has a member with the impossible name '{name}'");
                if (!members.TryAdd(name, Read(member, path == "/" ? $"/{name}" : $"{path}/{name}", depth + 1)))
                    throw input.Bad(header.Address, $"'{path}' has two members '{name}'");
            }

            return new Hdf5Group(input, path, attributes, members);
        }

        private Hdf5Dataset ReadDataset(ObjectHeader header, string path, List<Hdf5Attribute> attributes)
        {
            if (header.Dataspace is not { } space || header.Datatype is not { } type)
            {
                throw input.Bad(header.Address, header.Unsupported is { } feature
                    ? $"'{path}': {feature} are not supported"
                    : $"'{path}' lacks its type or its shape");
            }

            int[] shape = Hdf5Shape.Read(input, space.At, space.Size);
            Hdf5Type elements = Hdf5Type.Read(input, type.At, type.Size);
            string? unsupported = header.Unsupported;
            ReadOnlyMemory<byte> data = unsupported is null ? ReadLayout(header.Layout!.Value, path, shape, elements, ref unsupported) : default;
            return new Hdf5Dataset(input, path, attributes, elements, shape, data, unsupported);
        }

        private ReadOnlyMemory<byte> ReadLayout(
            ObjectHeader.Message layout, string path, int[] shape, Hdf5Type type, ref string? unsupported)
        {
            if (layout.Size < 4) throw input.Bad(layout.At, "layout is cut off");
            byte version = input.Byte(layout.At, "layout"), kind = input.Byte(layout.At + 1, "layout");
            if (version is < 1 or > 5) throw input.Bad(layout.At, $"layout version {version} is unknown");
            ulong needed = (ulong)Hdf5Shape.Count(shape) * (ulong)type.Size;
            (ulong at, ulong size) = (0, 0);
            switch (version, kind)
            {
                case (3, 0):
                    (at, size) = (layout.At + 4, input.UInt16(layout.At + 2, "layout"));
                    if (size > layout.Size - 4) throw input.Bad(layout.At, "compact data reach beyond their message");
                    break;
                case (3, 1) when layout.Size >= 18:
                    (at, size) = (input.UInt64(layout.At + 2, "layout"), input.UInt64(layout.At + 10, "layout"));
                    break;
                case (3, 1):
                    throw input.Bad(layout.At, "layout is cut off");
                case (3 or 4, 2):
                    unsupported = "chunked data";
                    return default;
                default:
                    unsupported = $"data of the layout version {version}, class {kind},";
                    return default;
            }

            if (needed == 0) return default;
            if (Hdf5Input.IsUndefined(at)) throw input.Bad(layout.At, $"'{path}' has no data stored");
            if (size != needed)
                throw input.Bad(layout.At, $"'{path}' of shape {Hdf5Shape.Text(shape)} needs {needed} bytes, but {size} are declared");
            return input.Keep(at, size, $"'{path}'");
        }

        private Hdf5Attribute ReadAttribute(ObjectHeader.Message message)
        {
            if (message.Size < 8) throw input.Bad(message.At, "attribute is cut off");
            byte version = input.Byte(message.At, "attribute"), flags = input.Byte(message.At + 1, "attribute");
            if (version is < 1 or > 3) throw input.Bad(message.At, $"attribute version {version} is unknown");
            if (version > 1 && flags != 0) throw input.Bad(message.At, "attributes with shared types are not supported");
            ulong nameSize = input.UInt16(message.At + 2, "attribute");
            ulong typeSize = input.UInt16(message.At + 4, "attribute");
            ulong spaceSize = input.UInt16(message.At + 6, "attribute");

            // Version 1 pads each part to eight bytes; version 3 names the character set.
            ulong name = message.At + (version == 3 ? 9UL : 8UL), end = message.At + message.Size;
            ulong type = name + Padded(nameSize), space = type + Padded(typeSize), data = space + Padded(spaceSize);
            if (data > end) throw input.Bad(message.At, "attribute is cut off");
            string text = input.TerminatedName(name, name + nameSize, "an attribute's name");
            input.Budget.Take(ObjectBytes + 2L * text.Length, "its list of attributes");
            Hdf5Type elements = Hdf5Type.Read(input, type, typeSize);
            int[] shape = Hdf5Shape.Read(input, space, spaceSize);
            ulong needed = (ulong)Hdf5Shape.Count(shape) * (ulong)elements.Size;
            if (needed > end - data) throw input.Bad(message.At, $"attribute '{text}' needs {needed} bytes, but {end - data} are there");
            return new Hdf5Attribute(input, _heap, text, elements, shape, data);

            ulong Padded(ulong size) => version == 1 ? (size + 7) & ~7UL : size;
        }
    }
}
