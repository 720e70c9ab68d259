namespace Unroll.Formats.Hdf5;

/// <summary>Reads the dataspace message: the sizes of an array's dimensions; none for a scalar.</summary>
internal static class Hdf5Shape
{
    private const int MaxRank = 32;

    /// <param name="input">The file.</param>
    /// <param name="at">Where the description begins.</param>
    /// <param name="room">Bytes of the description at most.</param>
    /// <exception cref="InvalidDataException">The description is damaged, or the array would have more than 2^31 − 1 elements.</exception>
    public static int[] Read(Hdf5Input input, ulong at, ulong room)
    {
        if (room < 4) throw input.Bad(at, "dataspace is cut off");
        byte version = input.Byte(at, "dataspace"), rank = input.Byte(at + 1, "dataspace"), kind = input.Byte(at + 3, "dataspace");
        if (version is not (1 or 2)) throw input.Bad(at, $"dataspace version {version} is unknown");
        if (rank > MaxRank) throw input.Bad(at, $"dataspace has {rank} dimensions; at most {MaxRank} are possible");
        if (version == 2 && kind == 2) return [0]; // a null dataspace holds nothing
        ulong first = version == 1 ? 8UL : 4UL;
        if (first + 8UL * rank > room) throw input.Bad(at, "dataspace is cut off");

        var shape = new int[rank];
        long count = 1;
        for (int i = 0; i < rank; i++)
        {
            ulong size = input.UInt64(at + first + 8UL * (ulong)i, "dataspace");
            if (size > int.MaxValue) throw input.Bad(at, $"dimension {i} has the size {size}; at most {int.MaxValue} is possible");
            shape[i] = (int)size;
            count *= shape[i];
            if (count > int.MaxValue) throw input.Bad(at, $"the array has more than {int.MaxValue} elements");
        }

        return shape;
    }

    public static int Count(IReadOnlyList<int> shape)
    {
        long count = 1;
        foreach (int size in shape) count *= size;
        return (int)count;
    }

    public static string Text(IReadOnlyList<int> shape) => $"({string.Join(", ", shape)}{(shape.Count == 1 ? "," : "")})";
}
