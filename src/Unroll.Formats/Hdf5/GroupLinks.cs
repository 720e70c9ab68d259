namespace Unroll.Formats.Hdf5;

/// <summary>The links of an old-style group: a B-tree of symbol nodes, with the names in a local heap.</summary>
internal sealed class GroupLinks
{
    private readonly Hdf5Input _input;
    private readonly ulong _names, _namesEnd;
    private readonly List<(string Name, ulong Header)> _links = [];

    private GroupLinks(Hdf5Input input, ulong heap)
    {
        _input = input;
        _ = input.Signed(heap, 32, "HEAP", "local heap");
        ulong size = input.UInt64(heap + 8, "local heap");
        _names = input.UInt64(heap + 24, "local heap");
        if (_names > (ulong)input.Length || size > (ulong)input.Length - _names)
            throw input.Bad(heap, $"local heap of {size} bytes at {_names} reaches beyond the end of the file ({input.Length} bytes)");
        _namesEnd = _names + size;
    }

    /// <summary>Names and object header addresses, in the order of the file.</summary>
    public static IReadOnlyList<(string Name, ulong Header)> Read(Hdf5Input input, ObjectHeader.Message symbolTable)
    {
        ulong tree = input.UInt64(symbolTable.At, "symbol table"), heap = input.UInt64(symbolTable.At + 8, "symbol table");
        var links = new GroupLinks(input, heap);
        links.ReadTree(tree, expectedLevel: null);
        return links._links;
    }

    /// <summary>Levels fall by one from node to child, so this ends after 256 calls at most.</summary>
    private void ReadTree(ulong at, int? expectedLevel)
    {
        ReadOnlySpan<byte> node = _input.Signed(at, 24, "TREE", "B-tree node");
        (int type, int level, int count) = (node[4], node[5], node[6] | node[7] << 8);
        if (type != 0) throw _input.Bad(at, $"B-tree node has the type {type}; a group's is 0");
        if (expectedLevel is { } expected && level != expected) throw _input.Bad(at, $"B-tree node is of level {level}; {expected} was expected");
        for (int i = 0; i < count; i++)
        {
            ulong child = _input.UInt64(at + 32 + 16UL * (ulong)i, "B-tree child");
            if (level > 0) ReadTree(child, level - 1);
            else ReadSymbols(child);
        }
    }

    private void ReadSymbols(ulong at)
    {
        ReadOnlySpan<byte> node = _input.Signed(at, 8, "SNOD", "symbol node");
        int count = node[6] | node[7] << 8;
        if (node[4] != 1) throw _input.Bad(at, $"symbol node version {node[4]} is unknown");
        for (int i = 0; i < count; i++)
        {
            ulong entry = at + 8 + 40UL * (ulong)i;
            ulong name = _input.UInt64(entry, "link"), header = _input.UInt64(entry + 8, "link");
            if (name > _namesEnd - _names) throw _input.Bad(entry, "a link's name lies outside its heap");
            string text = _input.TerminatedName(_names + name, _namesEnd, "a link's name");
            if (_input.UInt32(entry + 16, "link") == 2) throw _input.Bad(entry, $"the symbolic link '{text}' is not supported");
            _input.Budget.Take(64 + 2L * text.Length, "its list of links");
            _links.Add((text, header));
        }
    }
}
