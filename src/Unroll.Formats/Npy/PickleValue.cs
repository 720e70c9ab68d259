namespace Unroll.Formats.Npy;

/// <summary>
/// One value of the pickle machine. Integers live in the structure itself, so that millions of them cost no objects;
/// everything else is told apart by the type of <see cref="Ref"/>.
/// </summary>
internal readonly struct PickleValue
{
    private static readonly object IntegerTag = new();
    private static readonly object BooleanTag = new();

    private PickleValue(object? reference, long integer)
    {
        Ref = reference;
        Integer = integer;
    }

    /// <summary>A string, bytes, tuple (array of values), <see cref="PickleList"/> …; null for None.</summary>
    public object? Ref { get; }

    /// <summary>The number, or 0 and 1 for truth values.</summary>
    public long Integer { get; }

    public static PickleValue None => default;

    public bool IsInteger => ReferenceEquals(Ref, IntegerTag);

    public bool IsBoolean => ReferenceEquals(Ref, BooleanTag);

    /// <summary>Python's name of the type, for messages.</summary>
    public string TypeName => Ref switch
    {
        null => "None",
        string => "str",
        byte[] => "bytes",
        PickleValue[] => "tuple",
        PickleList => "list",
        PickleGlobal g => g.Name,
        PickleArray => "ndarray",
        PickleDtype => "dtype",
        _ => IsInteger ? "int" : "bool",
    };

    public static PickleValue Of(long value) => new(IntegerTag, value);

    public static PickleValue Of(bool value) => new(BooleanTag, value ? 1 : 0);

    public static PickleValue Of(object reference) => new(reference, 0);
}

/// <summary>A name that a pickle asks for. Only names on the reader's list ever become one; nothing is imported.</summary>
internal sealed record PickleGlobal(string Name);

/// <summary>The element type of an object array.</summary>
internal sealed class PickleDtype;

/// <summary>A NumPy array under construction.</summary>
internal sealed class PickleArray
{
    /// <summary>The elements once the array's state has been read.</summary>
    public PickleList? Items { get; set; }
}

/// <summary>A list: plain 32-bit integers as long as that is possible, else values of any kind.</summary>
/// <param name="lead">Free elements to leave in front of the integers.</param>
internal sealed class PickleList(int lead)
{
    private int[] _integers = [];
    private int _count;
    private bool _given;
    private List<PickleValue>? _values;

    public int Count => _values?.Count ?? _count;

    /// <summary>Whether the list holds nothing but 32-bit integers.</summary>
    public bool IsPlain => _values is null;

    /// <summary>The items of a list that is not plain.</summary>
    public IReadOnlyList<PickleValue> Values => _values ?? [];

    /// <summary>Bytes that appending so many integers allocates, what becomes garbage by growing included.</summary>
    public long GrowthFor(int count) => lead + (long)_count + count > _integers.Length ? sizeof(int) * (long)CapacityFor(count) : 0;

    // The first batch is often the whole list: take exactly its size, grow geometrically only after that.
    private int CapacityFor(int count)
    {
        int needed = lead + _count + count;
        return _count == 0 ? needed : Math.Max(needed, (int)Math.Min(2L * _count, Array.MaxLength));
    }

    public void Append(ReadOnlySpan<int> values)
    {
        if (lead + _count + values.Length > _integers.Length) Array.Resize(ref _integers, CapacityFor(values.Length));

        values.CopyTo(_integers.AsSpan(lead + _count));
        _count += values.Length;
    }

    /// <summary>Appends anything; returns how many values had to be kept as such, for the reader's accounts.</summary>
    public int Append(ReadOnlySpan<PickleValue> values, int room)
    {
        int plain = 0;
        if (_values is null)
        {
            Span<int> one = stackalloc int[1];
            while (plain < values.Length && values[plain].IsInteger && values[plain].Integer is >= int.MinValue and <= int.MaxValue)
            {
                one[0] = (int)values[plain++].Integer;
                Append(one);
            }
        }

        if (plain == values.Length) return 0;
        int kept = values.Length - plain + (_values is null ? _count : 0);
        if (kept > room) return kept; // the reader refuses; do not even allocate
        if (_values is null)
        {
            _values = new List<PickleValue>(_count + values.Length - plain);
            if (_count > 0) foreach (int value in _integers.AsSpan(lead, _count)) _values.Add(PickleValue.Of(value));
            _integers = [];
        }

        foreach (var value in values[plain..]) _values.Add(value);
        return kept;
    }

    /// <summary>The integers of a plain list behind the free elements; an array of its own for every call.</summary>
    public int[] ToIntegers()
    {
        if (_integers.Length != lead + _count) Array.Resize(ref _integers, lead + _count);
        if (_given) return (int[])_integers.Clone();
        _given = true;
        return _integers;
    }
}
