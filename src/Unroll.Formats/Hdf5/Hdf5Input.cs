using System.Buffers.Binary;
using System.Text;

namespace Unroll.Formats.Hdf5;

/// <summary>
/// The bytes of a file. Every access is checked against its length, and the bytes looked at are counted: an honest file's
/// parts overlap little, so one whose parts add up to several times its length has loops.
/// </summary>
internal sealed class Hdf5Input(ReadOnlyMemory<byte> bytes, string name, ReadBudget budget)
{
    private const int MaxNameLength = 4096;
    private const ulong Undefined = ulong.MaxValue;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private long _budget = 8L * bytes.Length + 4096;

    /// <summary>The file, as errors name it.</summary>
    public string Name => name;

    /// <summary>What may be made of the bytes.</summary>
    public ReadBudget Budget => budget;

    public int Length => bytes.Length;

    public static bool IsUndefined(ulong address) => address == Undefined;

    /// <summary>The bytes of a part of the file.</summary>
    /// <exception cref="InvalidDataException">The part lies outside the file, or the file has loops.</exception>
    public ReadOnlySpan<byte> Part(ulong at, ulong size, string what)
    {
        if (at > (ulong)Length || size > (ulong)Length - at)
            throw Bad(at, $"{what} of {size} bytes reaches beyond the end of the file ({Length} bytes)");
        _budget -= (long)size;
        if (_budget < 0) throw Bad(at, "the file refers to the same parts over and over");
        return bytes.Span.Slice((int)at, (int)size);
    }

    /// <summary>A part of the file that is kept and read later.</summary>
    public ReadOnlyMemory<byte> Keep(ulong at, ulong size, string what)
    {
        _ = Part(at, size, what);
        return bytes.Slice((int)at, (int)size);
    }

    /// <summary>A part that must begin with four letters.</summary>
    public ReadOnlySpan<byte> Signed(ulong at, ulong size, string signature, string what)
    {
        ReadOnlySpan<byte> part = Part(at, size, what);
        for (int i = 0; i < signature.Length; i++)
        {
            if (part[i] != signature[i]) throw Bad(at, $"{what} does not begin with {signature}");
        }

        return part;
    }

    public byte Byte(ulong at, string what) => Part(at, 1, what)[0];

    public ushort UInt16(ulong at, string what) => BinaryPrimitives.ReadUInt16LittleEndian(Part(at, 2, what));

    public uint UInt32(ulong at, string what) => BinaryPrimitives.ReadUInt32LittleEndian(Part(at, 4, what));

    public ulong UInt64(ulong at, string what) => BinaryPrimitives.ReadUInt64LittleEndian(Part(at, 8, what));

    /// <summary>A name that ends with a zero byte before <paramref name="end"/>.</summary>
    public string TerminatedName(ulong at, ulong end, string what)
    {
        if (at >= end) throw Bad(at, $"{what} lies outside its heap");
        ReadOnlySpan<byte> room = Part(at, Math.Min(end - at, MaxNameLength + 1), what);
        int length = room.IndexOf((byte)0);
        if (length < 0) throw Bad(at, $"{what} does not end within {room.Length} bytes");
        _budget += room.Length - length; // what lies behind the name was not used
        return Text(room[..length], at, what);
    }

    /// <summary>UTF-8 without errors.</summary>
    public string Text(ReadOnlySpan<byte> utf8, ulong at, string what)
    {
        try
        {
            return StrictUtf8.GetString(utf8);
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException($"{name}: offset {at}: {what} is not UTF-8.", e);
        }
    }

    public InvalidDataException Bad(ulong at, string cause) => new($"{name}: offset {at}: {cause}.");
}
