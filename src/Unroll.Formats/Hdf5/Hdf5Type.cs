using System.Buffers.Binary;

namespace Unroll.Formats.Hdf5;

/// <summary>What elements are, as far as this reader can make values of them.</summary>
internal enum Hdf5Kind
{
    /// <summary>Something else; <see cref="Hdf5Type.Description"/> says what.</summary>
    Unsupported,

    /// <summary>Little-endian IEEE number of 2, 4 or 8 bytes.</summary>
    Float,

    /// <summary>Little-endian whole number of 1, 2, 4 or 8 bytes.</summary>
    Integer,

    /// <summary>Bytes of text, padded.</summary>
    FixedString,

    /// <summary>A reference to text in a global heap.</summary>
    VariableString,
}

/// <summary>The type of a dataset's or an attribute's elements.</summary>
/// <param name="Kind">What they are.</param>
/// <param name="Size">Bytes per element.</param>
/// <param name="IsSigned">Whether a whole number has a sign.</param>
/// <param name="Description">For messages.</param>
internal sealed record Hdf5Type(Hdf5Kind Kind, int Size, bool IsSigned, string Description)
{
    private const int MaxSize = 1 << 24;

    private static readonly string[] ClassNames =
    [
        "integer", "float", "time", "string", "bit field", "opaque", "compound", "reference", "enumeration", "variable-length", "array",
    ];

    private static ReadOnlySpan<byte> Half => [0, 0, 16, 0, 10, 5, 0, 10, 15, 0, 0, 0];

    private static ReadOnlySpan<byte> Single => [0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0];

    private static ReadOnlySpan<byte> Double => [0, 0, 64, 0, 52, 11, 0, 52, 255, 3, 0, 0];

    /// <param name="input">The file.</param>
    /// <param name="at">Where the description begins.</param>
    /// <param name="room">Bytes of the description at most.</param>
    public static Hdf5Type Read(Hdf5Input input, ulong at, ulong room)
    {
        if (room < 8) throw input.Bad(at, "datatype is cut off");
        ReadOnlySpan<byte> data = input.Part(at, room, "datatype");
        (int typeClass, int version) = (data[0] & 15, data[0] >> 4);
        uint bits = data[1] | (uint)data[2] << 8 | (uint)data[3] << 16;
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
        string name = typeClass < ClassNames.Length ? ClassNames[typeClass] : $"class {typeClass}";
        if (version is < 1 or > 4) throw input.Bad(at, $"datatype version {version} is unknown");
        if (size is 0 or > MaxSize) throw input.Bad(at, $"datatype {name} declares {size} bytes per element");

        ReadOnlySpan<byte> properties = data[8..];
        bool isBigEndian = (bits & 1) != 0;
        switch (typeClass)
        {
            case 0 when !isBigEndian && size is 1 or 2 or 4 or 8 && properties.Length >= 4
                && BinaryPrimitives.ReadUInt16LittleEndian(properties) == 0
                && BinaryPrimitives.ReadUInt16LittleEndian(properties[2..]) == 8 * size:
                bool isSigned = (bits & 8) != 0;
                return new Hdf5Type(Hdf5Kind.Integer, (int)size, isSigned, $"{(isSigned ? "int" : "uint")}{8 * size}");
            case 1 when !isBigEndian && (bits & 0x40) == 0 && IsIeee(properties, size):
                return new Hdf5Type(Hdf5Kind.Float, (int)size, true, $"float{8 * size}");
            case 3:
                return new Hdf5Type(Hdf5Kind.FixedString, (int)size, false, $"string of {size} bytes");
            case 9 when (bits & 15) == 1 && size == 16:
                return new Hdf5Type(Hdf5Kind.VariableString, (int)size, false, "variable-length string");
            case 0 or 1:
                return Unsupported($"{(isBigEndian ? "big-endian" : "unusual")} {name} of {size} bytes");
            default:
                return Unsupported(name);
        }

        Hdf5Type Unsupported(string description) => new(Hdf5Kind.Unsupported, (int)size, false, description);
    }

    private static bool IsIeee(ReadOnlySpan<byte> properties, uint size) => size switch
    {
        2 => properties.StartsWith(Half),
        4 => properties.StartsWith(Single),
        8 => properties.StartsWith(Double),
        _ => false,
    };
}
