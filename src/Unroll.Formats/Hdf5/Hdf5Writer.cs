using System.Buffers.Binary;
using System.Text;

namespace Unroll.Formats.Hdf5;

/// <summary>
/// Writes the oldest form of HDF5, which every reader takes: superblock 0, groups with symbol tables, contiguous data. The
/// bytes depend on the content alone. All addresses are settled first, then the file is written from front to back, so
/// the stream need not be able to seek.
/// </summary>
internal sealed class Hdf5Writer
{
    private const int InternalK = 16;               // a node of a group's tree holds up to 2·16 symbol nodes
    private const int DefaultLeafK = 4;             // a symbol node holds up to 2·4 links
    private const ulong Undefined = ulong.MaxValue;

    private readonly List<(byte[] Bytes, ReadOnlyMemory<float> Values)> _parts = [];
    private readonly int _leafK;
    private ulong _end;

    private Hdf5Writer(int leafK) => _leafK = leafK;

    private int NodeCapacity => 2 * _leafK;

    /// <summary>Writes a file.</summary>
    /// <exception cref="ArgumentException">A group has more than four million members.</exception>
    public static void Write(Stream stream, Hdf5Content root)
    {
        // One level of tree nodes is enough if symbol nodes are as large as the largest group asks for.
        int largest = LargestGroup(root), capacity = 2 * 2 * InternalK;
        int leafK = Math.Max(DefaultLeafK, (largest + capacity - 1) / capacity);
        if (leafK > ushort.MaxValue) throw new ArgumentException($"A group has {largest} members; at most {ushort.MaxValue * capacity} are possible.", nameof(root));

        var writer = new Hdf5Writer(leafK);
        var superblock = new Fields(96);
        writer.Append(superblock.Bytes);
        ulong header = writer.AddGroup(root);
        writer.FillSuperblock(superblock, header);
        writer.Emit(stream);
    }

    private static int LargestGroup(Hdf5Content group) =>
        group.Members.Values.OfType<Hdf5Content>().Select(LargestGroup).Append(group.Members.Count).Max();

    private void FillSuperblock(Fields fields, ulong rootHeader)
    {
        fields.Add([0x89, (byte)'H', (byte)'D', (byte)'F', 0x0D, 0x0A, 0x1A, 0x0A]);
        fields.Add([0, 0, 0, 0, 0, 8, 8, 0]); // versions, then the sizes of offsets and lengths
        fields.Add16(_leafK).Add16(InternalK).Add32(0);
        fields.Add64(0).Add64(Undefined).Add64(_end).Add64(Undefined); // origin, free space, end, driver
        fields.Add64(0).Add64(rootHeader).Add64(0).Add64(0).Add64(0);  // the root's link
    }

    /// <summary>Adds a group and all below it; returns the address of its header.</summary>
    private ulong AddGroup(Hdf5Content group)
    {
        // HDF5 compares names byte by byte.
        var links = group.Members
            .Select(member => (Name: Encoding.UTF8.GetBytes(member.Key), Member: member.Value))
            .OrderBy(link => link.Name, ByteOrder.Instance)
            .Select(link => (link.Name, Header: link.Member is Hdf5Content inner ? AddGroup(inner) : AddArray((Hdf5Content.Array)link.Member)))
            .ToList();

        int[] nameOffsets = new int[links.Count];
        int heapSize = 8; // the empty name
        for (int i = 0; i < links.Count; i++)
        {
            nameOffsets[i] = heapSize;
            heapSize += (links[i].Name.Length + 8) & ~7;
        }

        var names = new byte[heapSize];
        for (int i = 0; i < links.Count; i++) links[i].Name.CopyTo(names, nameOffsets[i]);
        ulong segment = Append(names);
        ulong heap = Append(new Fields(32).Add("HEAP"u8).Add32(0).Add64((ulong)heapSize).Add64(1).Add64(segment).Bytes);

        var tree = new Fields(24 + 8 * 2 * InternalK + 8 * (2 * InternalK + 1));
        int nodes = (links.Count + NodeCapacity - 1) / NodeCapacity;
        tree.Add("TREE"u8).Add16(0).Add16(nodes).Add64(Undefined).Add64(Undefined).Add64(0);
        for (int first = 0; first < links.Count; first += NodeCapacity)
        {
            int count = Math.Min(NodeCapacity, links.Count - first);
            var node = new Fields(8 + 40 * NodeCapacity).Add("SNOD"u8).Add16(1).Add16(count);
            for (int i = first; i < first + count; i++)
                node.Add64((ulong)nameOffsets[i]).Add64(links[i].Header).Add64(0).Add64(0).Add64(0);
            tree.Add64(Append(node.Bytes)).Add64((ulong)nameOffsets[first + count - 1]);
        }

        ulong treeAddress = Append(tree.Bytes);
        return AddHeader([(0x11, 0, new Fields(16).Add64(treeAddress).Add64(heap).Bytes)]);
    }

    private ulong AddArray(Hdf5Content.Array array)
    {
        long size = array.Whole is null ? 4L * array.Values.Length : 8;
        ulong data = size == 0 ? Undefined : array.Whole is { } whole
            ? Append(new Fields(8).Add64((ulong)whole).Bytes)
            : Append(array.Values);
        var space = new Fields(8 + 8 * array.Shape.Length).Add([1, (byte)array.Shape.Length, 0, 0, 0, 0, 0, 0]);
        foreach (int dimension in array.Shape) space.Add64((ulong)dimension);
        byte[] type = array.Whole is null
            ? [0x11, 0x20, 0x1F, 0, 4, 0, 0, 0, 0, 0, 0x20, 0, 0x17, 8, 0, 0x17, 0x7F, 0, 0, 0, 0, 0, 0, 0]
            : [0x10, 8, 0, 0, 8, 0, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0];
        return AddHeader(
        [
            (0x01, 0, space.Bytes),
            (0x03, 1, type),
            (0x05, 1, [2, 2, 2, 1, 0, 0, 0, 0]), // fill value: none
            (0x08, 0, new Fields(24).Add([3, 1]).Add64(data).Add64((ulong)size).Bytes),
        ]);
    }

    private ulong AddHeader((int Type, byte Flags, byte[] Data)[] messages)
    {
        int size = messages.Sum(message => 8 + message.Data.Length);
        var header = new Fields(16 + size).Add([1, 0]).Add16(messages.Length).Add32(1).Add32((uint)size).Add32(0);
        foreach ((int type, byte flags, byte[] data) in messages)
            header.Add16(type).Add16(data.Length).Add([flags, 0, 0, 0]).Add(data);
        return Append(header.Bytes);
    }

    private ulong Append(byte[] bytes) => Append(bytes, default, bytes.Length);

    private ulong Append(ReadOnlyMemory<float> values) => Append([], values, 4L * values.Length);

    private ulong Append(byte[] bytes, ReadOnlyMemory<float> values, long size)
    {
        ulong at = _end;
        _parts.Add((bytes, values));
        _end += (ulong)((size + 7) & ~7L);
        return at;
    }

    private void Emit(Stream stream)
    {
        Span<byte> buffer = stackalloc byte[8192];
        foreach ((byte[] bytes, ReadOnlyMemory<float> values) in _parts)
        {
            stream.Write(bytes);
            for (int first = 0; first < values.Length; first += buffer.Length / 4)
            {
                ReadOnlySpan<float> some = values.Span.Slice(first, Math.Min(buffer.Length / 4, values.Length - first));
                for (int i = 0; i < some.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(buffer[(4 * i)..], some[i]);
                stream.Write(buffer[..(4 * some.Length)]);
            }

            long size = bytes.Length + 4L * values.Length;
            buffer[..8].Clear();
            stream.Write(buffer[..(int)(-size & 7)]);
        }
    }

    /// <summary>Little-endian fields one after the other; what is not written stays zero.</summary>
    private sealed class Fields(int size)
    {
        private int _at;

        public byte[] Bytes { get; } = new byte[size];

        public Fields Add(ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(Bytes.AsSpan(_at));
            _at += bytes.Length;
            return this;
        }

        public Fields Add16(int value)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(Bytes.AsSpan(_at), checked((ushort)value));
            _at += 2;
            return this;
        }

        public Fields Add32(uint value)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(Bytes.AsSpan(_at), value);
            _at += 4;
            return this;
        }

        public Fields Add64(ulong value)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(Bytes.AsSpan(_at), value);
            _at += 8;
            return this;
        }
    }

    private sealed class ByteOrder : IComparer<byte[]>
    {
        public static ByteOrder Instance { get; } = new();

        public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
    }
}
