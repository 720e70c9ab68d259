namespace Unroll.Formats.Hdf5;

/// <summary>Texts of variable length, kept in collections of numbered objects. Each collection is walked through once.</summary>
internal sealed class GlobalHeap(Hdf5Input input)
{
    private readonly Dictionary<ulong, Dictionary<int, (ulong At, ulong Size)>> _collections = [];

    /// <summary>The text that an element of 16 bytes at <paramref name="at"/> refers to.</summary>
    public string ReadText(ulong at)
    {
        uint length = input.UInt32(at, "variable-length string");
        ulong collection = input.UInt64(at + 4, "variable-length string");
        uint index = input.UInt32(at + 12, "variable-length string");
        if (length == 0) return "";
        if (!_collections.TryGetValue(collection, out var objects))
            _collections.Add(collection, objects = ReadCollection(collection));
        if (!objects.TryGetValue((int)Math.Min(index, int.MaxValue), out (ulong At, ulong Size) found))
            throw input.Bad(at, $"the global heap at {collection} has no object {index}");
        if (length > found.Size) throw input.Bad(at, $"a text of {length} bytes is kept in an object of {found.Size}");
        ReadOnlySpan<byte> text = input.Part(found.At, length, "text");
        return input.Text(text.TrimEnd((byte)0), found.At, "a text");
    }

    private Dictionary<int, (ulong At, ulong Size)> ReadCollection(ulong at)
    {
        _ = input.Signed(at, 16, "GCOL", "global heap");
        ulong size = input.UInt64(at + 8, "global heap");
        if (size < 16 || size > (ulong)input.Length - at)
            throw input.Bad(at, $"global heap of {size} bytes reaches beyond the end of the file ({input.Length} bytes)");
        var objects = new Dictionary<int, (ulong, ulong)>();
        ulong next = at + 16, end = at + size;
        while (end - next >= 16)
        {
            int index = input.UInt16(next, "global heap object");
            ulong length = input.UInt64(next + 8, "global heap object");
            if (index == 0) break; // the free space, which ends the collection
            if (length > end - next - 16) throw input.Bad(next, $"global heap object of {length} bytes reaches beyond its heap");
            objects[index] = (next + 16, length);
            next += Math.Min((16 + length + 7) & ~7UL, end - next);
        }

        return objects;
    }
}
