using System.Buffers.Binary;

namespace Unroll.Formats.Hdf5;

/// <summary>Turns little-endian bytes of any supported number type into values.</summary>
internal static class Numbers
{
    /// <param name="data">As many bytes as the values take.</param>
    /// <param name="type">A float or integer type.</param>
    /// <param name="values">Filled.</param>
    public static void Read(ReadOnlySpan<byte> data, Hdf5Type type, Span<float> values)
    {
        int size = type.Size;
        for (int i = 0; i < values.Length; i++)
        {
            ReadOnlySpan<byte> element = data.Slice(i * size, size);
            values[i] = type.Kind == Hdf5Kind.Integer
                ? type.IsSigned ? (float)Signed(element) : (float)Unsigned(element)
                : size switch
                {
                    2 => (float)BinaryPrimitives.ReadHalfLittleEndian(element),
                    4 => BinaryPrimitives.ReadSingleLittleEndian(element),
                    _ => (float)BinaryPrimitives.ReadDoubleLittleEndian(element),
                };
        }
    }

    /// <summary>The first element as a whole number, or null if it is none.</summary>
    public static long? ReadInt64(ReadOnlySpan<byte> data, Hdf5Type type)
    {
        ReadOnlySpan<byte> element = data[..type.Size];
        if (type.Kind == Hdf5Kind.Integer)
        {
            if (type.IsSigned) return Signed(element);
            ulong value = Unsigned(element);
            return value <= long.MaxValue ? (long)value : null;
        }

        double real = type.Size switch
        {
            2 => (double)BinaryPrimitives.ReadHalfLittleEndian(element),
            4 => BinaryPrimitives.ReadSingleLittleEndian(element),
            _ => BinaryPrimitives.ReadDoubleLittleEndian(element),
        };
        return Math.Floor(real) == real && Math.Abs(real) < 1L << 53 ? (long)real : null;
    }

    private static ulong Unsigned(ReadOnlySpan<byte> element)
    {
        ulong value = 0;
        for (int i = element.Length - 1; i >= 0; i--) value = value << 8 | element[i];
        return value;
    }

    private static long Signed(ReadOnlySpan<byte> element)
    {
        int unused = 64 - 8 * element.Length;
        return (long)(Unsigned(element) << unused) >> unused;
    }
}
