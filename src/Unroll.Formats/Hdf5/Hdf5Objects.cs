namespace Unroll.Formats.Hdf5;

/// <summary>A group or a dataset.</summary>
/// <param name="input">The file.</param>
/// <param name="path">Names from the root, each after a slash; the root's is <c>/</c>.</param>
/// <param name="attributes">Small values attached to the object.</param>
internal abstract class Hdf5Object(Hdf5Input input, string path, IReadOnlyList<Hdf5Attribute> attributes)
{
    /// <summary>Names from the root, each after a slash; the root's is <c>/</c>.</summary>
    public string Path => path;

    /// <summary>Small values attached to the object.</summary>
    public IReadOnlyList<Hdf5Attribute> Attributes => attributes;

    /// <summary>What may be made of the file.</summary>
    public ReadBudget Budget => input.Budget;

    /// <summary>The attribute of that name, or null.</summary>
    public Hdf5Attribute? Attribute(string name) => attributes.FirstOrDefault(attribute => attribute.Name == name);

    /// <summary>An error that names the file and this object.</summary>
    public InvalidDataException Bad(string cause) => new($"{input.Name}: {path}: {cause}.");
}

/// <summary>A group: named groups and datasets.</summary>
internal sealed class Hdf5Group(
    Hdf5Input input, string path, IReadOnlyList<Hdf5Attribute> attributes, IReadOnlyDictionary<string, Hdf5Object> members)
    : Hdf5Object(input, path, attributes)
{
    /// <summary>Members by name.</summary>
    public IReadOnlyDictionary<string, Hdf5Object> Members => members;

    /// <summary>The object at a path below this group, or null: <c>layers/lstm/cell/vars/0</c>.</summary>
    public Hdf5Object? Find(string relativePath)
    {
        Hdf5Object? found = this;
        foreach (string name in relativePath.Split('/', StringSplitOptions.RemoveEmptyEntries))
            found = found is Hdf5Group group ? group.Members.GetValueOrDefault(name) : null;
        return found;
    }

    /// <summary>The group at a path below this one, or null if there is no such object.</summary>
    /// <exception cref="InvalidDataException">It is a dataset.</exception>
    public Hdf5Group? Group(string relativePath) => Find(relativePath) switch
    {
        null => null,
        Hdf5Group group => group,
        var other => throw other.Bad("is a dataset where a group was expected"),
    };

    /// <summary>The dataset at a path below this group.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public Hdf5Dataset Dataset(string relativePath) => Find(relativePath) switch
    {
        null => throw Bad($"has no dataset '{relativePath}'"),
        Hdf5Dataset dataset => dataset,
        var other => throw other.Bad("is a group where a dataset was expected"),
    };

    /// <summary>All datasets below this group, in the order of their paths' parts.</summary>
    public IEnumerable<Hdf5Dataset> Datasets()
    {
        foreach ((_, Hdf5Object member) in members.OrderBy(member => member.Key, StringComparer.Ordinal))
        {
            if (member is Hdf5Dataset dataset) yield return dataset;
            else
                foreach (Hdf5Dataset inner in ((Hdf5Group)member).Datasets()) yield return inner;
        }
    }
}

/// <summary>An array.</summary>
internal sealed class Hdf5Dataset : Hdf5Object
{
    private readonly ReadOnlyMemory<byte> _data;
    private readonly string? _unsupported;

    public Hdf5Dataset(
        Hdf5Input input, string path, IReadOnlyList<Hdf5Attribute> attributes, Hdf5Type type, int[] shape,
        ReadOnlyMemory<byte> data, string? unsupported)
        : base(input, path, attributes)
    {
        (Type, Shape, _data) = (type, shape, data);
        _unsupported = unsupported ?? (type.Kind == Hdf5Kind.Unsupported ? $"elements of the type {type.Description}" : null);
    }

    /// <summary>What the elements are.</summary>
    public Hdf5Type Type { get; }

    /// <summary>Sizes of the dimensions; none for a scalar.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>Number of elements.</summary>
    public int Count => Hdf5Shape.Count(Shape);

    /// <summary>All numbers, row-major, as float32.</summary>
    /// <exception cref="InvalidDataException">The elements are no numbers, or are kept in a way that is not supported.</exception>
    public float[] ReadSingles()
    {
        RequireNumbers();
        Budget.Take(sizeof(float) * (long)Count, $"'{Path}'");
        var values = new float[Count];
        Numbers.Read(_data.Span, Type, values);
        return values;
    }

    /// <summary>The one whole number of a scalar.</summary>
    /// <exception cref="InvalidDataException">It is no scalar, or no whole number.</exception>
    public long ReadInt64()
    {
        RequireNumbers();
        if (Count != 1) throw Bad($"has the shape {Hdf5Shape.Text(Shape)}; one number was expected");
        return Numbers.ReadInt64(_data.Span, Type) ?? throw Bad("is no whole number");
    }

    private void RequireNumbers()
    {
        if (_unsupported is not null) throw Bad($"{_unsupported} are not supported");
        if (Type.Kind is not (Hdf5Kind.Float or Hdf5Kind.Integer)) throw Bad($"holds {Type.Description}, numbers were expected");
    }
}

/// <summary>A small value attached to an object.</summary>
/// <param name="input">The file.</param>
/// <param name="heap">Where texts of variable length are.</param>
/// <param name="name">Its name.</param>
/// <param name="type">What the elements are.</param>
/// <param name="shape">Sizes of the dimensions; none for a scalar.</param>
/// <param name="at">Where the elements are.</param>
internal sealed class Hdf5Attribute(Hdf5Input input, GlobalHeap heap, string name, Hdf5Type type, int[] shape, ulong at)
{
    private const int TextBytes = 24; // of memory for a text without letters

    public string Name => name;

    public Hdf5Type Type => type;

    public IReadOnlyList<int> Shape => shape;

    /// <summary>The one text of a scalar.</summary>
    /// <exception cref="InvalidDataException">There is more or less than one, or it is no text.</exception>
    public string ReadText()
    {
        string[] texts = ReadTexts();
        return texts.Length == 1 ? texts[0] : throw Bad($"has the shape {Hdf5Shape.Text(shape)}; one text was expected");
    }

    /// <summary>All texts. An array without elements may be of any type: that is how h5py writes an empty list.</summary>
    /// <exception cref="InvalidDataException">The elements are no texts.</exception>
    public string[] ReadTexts()
    {
        int count = Hdf5Shape.Count(shape);
        if (count > 0 && type.Kind is not (Hdf5Kind.FixedString or Hdf5Kind.VariableString))
            throw Bad($"holds {type.Description}, text was expected");
        input.Budget.Take(8L * count, $"attribute '{name}'");
        var texts = new string[count];
        for (int i = 0; i < count; i++)
        {
            ulong element = at + (ulong)i * (ulong)type.Size;
            texts[i] = type.Kind == Hdf5Kind.VariableString ? heap.ReadText(element) : FixedText(element);
            input.Budget.Take(TextBytes + 2L * texts[i].Length, $"attribute '{name}'");
        }

        return texts;
    }

    private string FixedText(ulong element)
    {
        ReadOnlySpan<byte> bytes = input.Part(element, (ulong)type.Size, "text");
        int end = bytes.IndexOf((byte)0);
        return input.Text((end < 0 ? bytes : bytes[..end]).TrimEnd((byte)' '), element, "a text");
    }

    private InvalidDataException Bad(string cause) => input.Bad(at, $"attribute '{name}' {cause}");
}
