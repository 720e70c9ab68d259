using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Google.Protobuf;

namespace Unroll.Tests.Support;

/// <summary>A record of an event file: the header (no tag), a number, or the buckets of a histogram: from, to, count of each.</summary>
public sealed record EventFileEntry(double WallTime, long Step, string? FileVersion, string? Writer, string? Tag, string? Plugin, float Value)
{
    public IReadOnlyList<double> Buckets { get; init; } = [];
}

/// <summary>
/// Reads event files of TensorBoard with Google's decoder and a checksum computed bit by bit, so that it shares nothing with
/// the code that writes them. What is not as TensorFlow writes it fails.
/// </summary>
public static class EventFileReader
{
    public static IReadOnlyList<EventFileEntry> Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        var entries = new List<EventFileEntry>();
        for (int at = 0; at < bytes.Length;)
        {
            int length = checked((int)BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at)));
            Check(bytes.AsSpan(at, 8), bytes.AsSpan(at + 8), path, at);
            byte[] payload = bytes[(at + 12)..(at + 12 + length)];
            Check(payload, bytes.AsSpan(at + 12 + length), path, at);
            entries.Add(Event(payload));
            at += 16 + length;
        }

        return entries;
    }

    /// <summary>CRC-32C by its definition: polynomial 1EDC6F41 reflected, start and end inverted.</summary>
    public static uint Crc32C(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
        }

        return ~crc;
    }

    public static uint Masked(uint crc) => ((crc >> 15) | (crc << 17)) + 0xA282EAD8;

    private static void Check(ReadOnlySpan<byte> data, ReadOnlySpan<byte> stored, string path, int at)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(stored) != Masked(Crc32C(data)))
            throw new InvalidDataException($"{path}, offset {at}: wrong checksum.");
    }

    private static EventFileEntry Event(byte[] payload)
    {
        var entry = new EventFileEntry(0, 0, null, null, null, null, 0);
        Fields(payload, (field, input) => entry = field switch
        {
            1 => entry with { WallTime = input.ReadDouble() },
            2 => entry with { Step = input.ReadInt64() },
            3 => entry with { FileVersion = input.ReadString() },
            5 => Value(entry, Inner(input, 1)),
            10 => entry with { Writer = Text(Inner(input), 1) },
            _ => throw new InvalidDataException($"Event has a field {field}."),
        });
        return entry;
    }

    private static EventFileEntry Value(EventFileEntry entry, byte[] value)
    {
        Fields(value, (field, input) => entry = field switch
        {
            1 => entry with { Tag = input.ReadString() },
            8 => Tensor(entry, Inner(input)),
            9 => entry with { Plugin = Text(Inner(input, 1), 1) },
            _ => throw new InvalidDataException($"Value has a field {field}."),
        });
        return entry;
    }

    private static EventFileEntry Tensor(EventFileEntry entry, byte[] tensor)
    {
        byte[] content = [];
        int type = 0;
        var shape = new List<long>();
        Fields(tensor, (field, input) =>
        {
            if (field == 1) type = input.ReadInt32();
            else if (field == 2) Fields(Inner(input), (_, dimension) => Fields(Inner(dimension), (_, size) => shape.Add(size.ReadInt64())));
            else if (field == 4) content = Inner(input);
        });
        return (type, shape) switch
        {
            (1, []) => entry with { Value = BinaryPrimitives.ReadSingleLittleEndian(content) },
            (2, [30, 3]) => entry with { Buckets = MemoryMarshal.Cast<byte, double>(content).ToArray() },
            _ => throw new InvalidDataException($"A tensor of type {type} and shape ({string.Join(", ", shape)}) is neither a float32 nor 30 buckets in float64."),
        };
    }

    private static string Text(byte[] message, int wanted)
    {
        string? text = null;
        Fields(message, (field, input) => text = field == wanted ? input.ReadString() : throw new InvalidDataException($"There is a field {field}."));
        return text ?? "";
    }

    private static byte[] Inner(CodedInputStream input) => input.ReadBytes().ToByteArray();

    /// <summary>The only field of the message that comes next.</summary>
    private static byte[] Inner(CodedInputStream input, int wanted)
    {
        byte[]? inner = null;
        Fields(Inner(input), (field, content) => inner = field == wanted && inner is null
            ? Inner(content)
            : throw new InvalidDataException($"There is a field {field}."));
        return inner ?? throw new InvalidDataException($"There is no field {wanted}.");
    }

    private static void Fields(byte[] message, Action<int, CodedInputStream> read)
    {
        using var input = new CodedInputStream(message);
        while (input.ReadTag() is > 0 and uint tag) read(WireFormat.GetTagFieldNumber(tag), input);
    }
}
