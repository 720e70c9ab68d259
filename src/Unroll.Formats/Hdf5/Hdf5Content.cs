namespace Unroll.Formats.Hdf5;

/// <summary>A group to be written: groups within it, arrays of float32, and scalars.</summary>
internal sealed class Hdf5Content
{
    private readonly SortedDictionary<string, object> _members = new(StringComparer.Ordinal);

    /// <summary>Members by name, sorted by their UTF-16 code units; each is an <see cref="Hdf5Content"/> or an <see cref="Array"/>.</summary>
    public IReadOnlyDictionary<string, object> Members => _members;

    /// <summary>The values of an array: float32, or one whole number of 64 bits.</summary>
    public sealed record Array(ReadOnlyMemory<float> Values, long? Whole, int[] Shape);

    /// <summary>The group at a path below this one; made if it is not there.</summary>
    /// <exception cref="ArgumentException">An array has that name, or a part of the path is empty.</exception>
    public Hdf5Content Group(string path)
    {
        Hdf5Content group = this;
        foreach (string name in path.Split('/'))
        {
            CheckName(name);
            if (!group._members.TryGetValue(name, out object? member)) group._members.Add(name, member = new Hdf5Content());
            group = member as Hdf5Content ?? throw new ArgumentException($"'{name}' of '{path}' is an array.", nameof(path));
        }

        return group;
    }

    /// <summary>Adds an array of float32, row-major; without sizes, a scalar.</summary>
    /// <exception cref="ArgumentException">The name is taken, or the sizes don't fit the values.</exception>
    public void Add(string name, ReadOnlyMemory<float> values, params int[] shape)
    {
        if (Hdf5Shape.Count(shape) != values.Length)
            throw new ArgumentException($"'{name}' of shape {Hdf5Shape.Text(shape)} can't hold {values.Length} values.", nameof(shape));
        AddArray(name, new Array(values, null, shape));
    }

    /// <summary>Adds a scalar of 64 bits.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public void AddInt64(string name, long value) => AddArray(name, new Array(default, value, []));

    private void AddArray(string name, Array array)
    {
        CheckName(name);
        if (!_members.TryAdd(name, array)) throw new ArgumentException($"'{name}' is there already.", nameof(name));
    }

    private static void CheckName(string name)
    {
        if (name.Length == 0 || name.AsSpan().ContainsAny('/', '\0') || name == ".")
            throw new ArgumentException($"'{name}' can't be the name of a group or an array.", nameof(name));
    }
}
