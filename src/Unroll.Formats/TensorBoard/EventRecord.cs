using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace Unroll.Formats.TensorBoard;

/// <summary>
/// The frame of a record in TensorFlow's files: length of the payload (8 bytes, little endian), checksum of these 8 bytes
/// (4), payload, checksum of the payload (4). There is no header of the file. Checksums are CRC-32C, masked as
/// TensorFlow does it because checksums of data that hold checksums are weak.
/// </summary>
internal static class EventRecord
{
    /// <summary>Writes a record.</summary>
    public static void Write(IBufferWriter<byte> to, ReadOnlySpan<byte> payload)
    {
        Span<byte> frame = stackalloc byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(frame, payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[8..], MaskedChecksum(frame[..8]));
        to.Write(frame);
        to.Write(payload);
        BinaryPrimitives.WriteUInt32LittleEndian(frame, MaskedChecksum(payload));
        to.Write(frame[..4]);
    }

    /// <summary>CRC-32C (Castagnoli, RFC 3720), rotated right by 15 bits, plus a constant.</summary>
    public static uint MaskedChecksum(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data) crc = BitOperations.Crc32C(crc, value);
        return BitOperations.RotateRight(~crc, 15) + 0xA282EAD8;
    }
}
