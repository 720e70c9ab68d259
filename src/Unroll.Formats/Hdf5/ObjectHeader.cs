namespace Unroll.Formats.Hdf5;

/// <summary>What an object header says, one message of each kind; attributes in their order.</summary>
internal sealed class ObjectHeader
{
    private const int MaxMessages = 1 << 14;

    private ObjectHeader(ulong address) => Address = address;

    /// <summary>A message's data.</summary>
    public readonly record struct Message(ulong At, ulong Size);

    public ulong Address { get; }

    public Message? Dataspace { get; private set; }

    public Message? Datatype { get; private set; }

    public Message? Layout { get; private set; }

    public Message? SymbolTable { get; private set; }

    public List<Message> Attributes { get; } = [];

    /// <summary>A feature without which the object can't be read; null: none.</summary>
    public string? Unsupported { get; private set; }

    public static ObjectHeader Read(Hdf5Input input, ulong at)
    {
        ReadOnlySpan<byte> start = input.Part(at, 16, "object header");
        if (start.StartsWith("OHDR"u8))
            throw input.Bad(at, "object headers of version 2 are not supported (libver='latest' or track_order); write the file with h5py's defaults");
        if (start[0] != 1) throw input.Bad(at, $"object header version {start[0]} is unknown");
        int remaining = start[2] | start[3] << 8;
        if (remaining > MaxMessages) throw input.Bad(at, $"object header declares {remaining} messages; at most {MaxMessages} are accepted");

        var header = new ObjectHeader(at);
        var blocks = new Queue<(ulong At, ulong Size)>();
        blocks.Enqueue((at + 16, input.UInt32(at + 8, "object header")));
        while (remaining > 0 && blocks.TryDequeue(out (ulong At, ulong Size) block))
        {
            // Checks the block as a whole, so that the sums below can't overflow.
            _ = input.Part(block.At, block.Size, "object header block");
            ulong next = block.At, end = block.At + block.Size;
            while (remaining > 0 && end - next >= 8)
            {
                int type = input.UInt16(next, "message type");
                ulong size = input.UInt16(next + 2, "message size");
                int flags = input.Byte(next + 4, "message flags");
                if (size > end - next - 8) throw input.Bad(next, $"message of {size} bytes reaches beyond its block");
                header.Add(input, type, flags, new Message(next + 8, size), blocks);
                next += 8 + size;
                remaining--;
            }
        }

        if (remaining > 0) throw input.Bad(at, $"object header lacks {remaining} of its messages");
        return header;
    }

    private void Add(Hdf5Input input, int type, int flags, Message message, Queue<(ulong At, ulong Size)> blocks)
    {
        bool isShared = (flags & 2) != 0;
        if (isShared && type is 0x01 or 0x03 or 0x0B or 0x0C) Unsupported ??= "shared header messages";
        if (isShared) return;
        switch (type)
        {
            case 0x01: Dataspace = message; break;
            case 0x03: Datatype = message; break;
            case 0x02 or 0x06: Unsupported ??= "links of the newer format"; break;
            case 0x07: Unsupported ??= "data in external files"; break;
            case 0x08: Layout = message; break;
            case 0x0B: Unsupported ??= "filters (compressed data)"; break;
            case 0x0C: Attributes.Add(message); break;
            case 0x10:
                if (message.Size < 16) throw input.Bad(message.At, "continuation message is cut off");
                blocks.Enqueue((input.UInt64(message.At, "continuation"), input.UInt64(message.At + 8, "continuation")));
                break;
            case 0x11:
                if (message.Size < 16) throw input.Bad(message.At, "symbol table message is cut off");
                SymbolTable = message;
                break;
            default: break; // fill values, times, comments: nothing that values depend on
        }
    }
}
