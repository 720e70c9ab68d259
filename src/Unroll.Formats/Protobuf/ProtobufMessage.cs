using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Unroll.Formats.Protobuf;

/// <summary>
/// A message of protocol buffers while it is written. A field is its number * 8 + its kind, then the value: 0 for a varint, 1
/// for 8 bytes, 2 for a length and that many bytes, 5 for 4 bytes. Repeated fields are written one by one, as proto2 does.
/// </summary>
internal sealed class ProtobufMessage
{
    private const uint VarintKind = 0, DoubleKind = 1, BytesKind = 2, FloatKind = 5;

    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>What was written so far.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

    /// <summary>Writes a whole number (int32, int64, enum).</summary>
    public ProtobufMessage Add(uint field, long value)
    {
        Key(field, VarintKind);
        Varint((ulong)value);
        return this;
    }

    /// <summary>Writes a float.</summary>
    public ProtobufMessage Add(uint field, float value)
    {
        Key(field, FloatKind);
        BinaryPrimitives.WriteSingleLittleEndian(_bytes.GetSpan(sizeof(float)), value);
        _bytes.Advance(sizeof(float));
        return this;
    }

    /// <summary>Writes a double.</summary>
    public ProtobufMessage Add(uint field, double value)
    {
        Key(field, DoubleKind);
        BinaryPrimitives.WriteDoubleLittleEndian(_bytes.GetSpan(sizeof(double)), value);
        _bytes.Advance(sizeof(double));
        return this;
    }

    /// <summary>Writes text as UTF-8.</summary>
    public ProtobufMessage Add(uint field, string text) => Add(field, Encoding.UTF8.GetBytes(text));

    /// <summary>Writes a message within this one.</summary>
    public ProtobufMessage Add(uint field, ProtobufMessage message) => Add(field, message.Bytes);

    /// <summary>Writes bytes.</summary>
    public ProtobufMessage Add(uint field, ReadOnlySpan<byte> bytes)
    {
        Key(field, BytesKind);
        Varint((ulong)bytes.Length);
        _bytes.Write(bytes);
        return this;
    }

    private void Key(uint field, uint kind) => Varint(field * 8 + kind);

    private void Varint(ulong value)
    {
        Span<byte> to = _bytes.GetSpan(10);
        int length = 0;
        for (; value >= 0x80; value >>= 7) to[length++] = (byte)(value | 0x80);
        to[length++] = (byte)value;
        _bytes.Advance(length);
    }
}
