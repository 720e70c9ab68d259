using System.Buffers.Binary;

namespace Unroll.Formats.Npy;

/// <summary>One array of a <c>.npy</c> file or of an <c>.npz</c> member.</summary>
internal sealed class NpyArray
{
    private readonly byte[] _bytes;
    private readonly NpzLimits _limits;

    private readonly ReadBudget _budget;

    private NpyArray(byte[] bytes, NpyHeader header, string source, NpzLimits limits, ReadBudget budget)
    {
        _bytes = bytes;
        _limits = limits;
        _budget = budget;
        Header = header;
        Source = source;
    }

    public NpyHeader Header { get; }

    /// <summary>File and member, as errors name them.</summary>
    public string Source { get; }

    private ReadOnlySpan<byte> Data => _bytes.AsSpan(Header.DataOffset);

    /// <param name="bytes">The whole array file; kept, not copied.</param>
    /// <param name="source">File and member, for messages.</param>
    /// <param name="limits">Bounds for object arrays.</param>
    /// <param name="budget">What may be made of the bytes; null: as much as of a file of their own.</param>
    /// <exception cref="InvalidDataException">The header is damaged or does not fit the bytes that follow.</exception>
    public static NpyArray Parse(byte[] bytes, string source, NpzLimits? limits = null, ReadBudget? budget = null)
    {
        var header = NpyHeader.Parse(bytes, source);
        if (header.ItemSize > 0)
        {
            UInt128 expected = (UInt128)header.ItemSize;
            foreach (long size in header.Shape)
            {
                expected *= (UInt128)size;
                if (expected > long.MaxValue) break;
            }

            int actual = bytes.Length - header.DataOffset;
            if (expected != (UInt128)actual)
            {
                throw new InvalidDataException(
                    $"{source}: shape ({string.Join(", ", header.Shape)}) of {header.Descr} needs {expected} bytes from offset {header.DataOffset}, {actual} are there.");
            }
        }

        return new NpyArray(bytes, header, source, limits ?? NpzLimits.Default, budget ?? new ReadBudget(bytes.Length, source));
    }

    /// <summary>A one-dimensional array of integers or truth values.</summary>
    /// <exception cref="InvalidDataException">The array is of another type or shape.</exception>
    public long[] ReadInt64()
    {
        RequireRank1();
        var data = Data;
        int count = Header.ItemSize == 0 ? 0 : data.Length / Header.ItemSize;
        _budget.Take(sizeof(long) * (long)count, "its numbers");
        var values = new long[count];
        switch (Header.Descr)
        {
            case "<i8":
                for (int i = 0; i < values.Length; i++) values[i] = BinaryPrimitives.ReadInt64LittleEndian(data[(8 * i)..]);
                break;
            case "<i4":
                for (int i = 0; i < values.Length; i++) values[i] = BinaryPrimitives.ReadInt32LittleEndian(data[(4 * i)..]);
                break;
            case "|i1":
                for (int i = 0; i < values.Length; i++) values[i] = (sbyte)data[i];
                break;
            case "|u1" or "|b1":
                for (int i = 0; i < values.Length; i++) values[i] = data[i];
                break;
            default:
                throw new InvalidDataException($"{Source}: holds {Header.Descr}, integers were expected.");
        }

        return values;
    }

    /// <summary>A one-dimensional array of real numbers.</summary>
    /// <exception cref="InvalidDataException">The array is of another type or shape.</exception>
    public double[] ReadDouble()
    {
        RequireRank1();
        var data = Data;
        int count = Header.ItemSize == 0 ? 0 : data.Length / Header.ItemSize;
        _budget.Take(sizeof(double) * (long)count, "its numbers");
        var values = new double[count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Header.Descr switch
            {
                "<f8" => BinaryPrimitives.ReadDoubleLittleEndian(data[(8 * i)..]),
                "<f4" => BinaryPrimitives.ReadSingleLittleEndian(data[(4 * i)..]),
                _ => double.NaN,
            };
        }

        return Header.Descr is "<f8" or "<f4" ? values
            : throw new InvalidDataException($"{Source}: holds {Header.Descr}, real numbers were expected.");
    }

    /// <summary>A one-dimensional object array of lists of integers.</summary>
    /// <param name="lead">Zeros to leave in front of every row, which spares the caller a copy.</param>
    /// <exception cref="InvalidDataException">The array is of another type or shape, or its pickle is not plain data.</exception>
    public int[][] ReadSequences(int lead = 0)
    {
        RequireRank1();
        if (Header.Descr != "|O") throw new InvalidDataException($"{Source}: holds {Header.Descr}, lists of integers were expected.");
        return new PickleReader(_bytes, Header.DataOffset, Source, _limits, _budget, lead).ReadSequences(Header.Shape[0]);
    }

    private void RequireRank1()
    {
        if (Header.Shape.Count != 1)
            throw new InvalidDataException($"{Source}: shape ({string.Join(", ", Header.Shape)}) has {Header.Shape.Count} dimensions, one was expected.");
    }
}
