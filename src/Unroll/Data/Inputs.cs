using System.Collections;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace Unroll;

/// <summary>
/// What a model is fed: token ids <c>[samples, time]</c>, real values <c>[samples, …]</c> or texts <c>[samples, texts]</c>,
/// row-major. Arrays and tensors convert implicitly, without copying where possible. A model with several inputs takes a list in
/// the order of its inputs, <c>model.Fit([ids, numbers], y)</c>, or <see cref="Named(IEnumerable{ValueTuple{string, Inputs}})"/>. A
/// list of single texts is one array, a text for each sample: <c>model.Predict(["a good film", "dull"])</c>.
/// </summary>
[CollectionBuilder(typeof(Inputs), nameof(Create))]
public sealed class Inputs : IEnumerable<Inputs>
{
    private readonly int[]? _ids;
    private readonly float[]? _values;
    private readonly string[]? _texts;
    private readonly Inputs[] _parts;
    private bool _isLoneText; // a text by itself, not an array of one

    private Inputs(int[]? ids, float[]? values, int[] shape, string[]? texts = null)
    {
        (_ids, _values, _texts, Shape) = (ids, values, texts, shape);
        _parts = [this];
    }

    private Inputs(Inputs[] parts, string[]? names)
    {
        (_parts, Names) = (parts, names);
        Shape = parts[0].Shape;
    }

    /// <summary>Sizes of all dimensions, the number of samples first; of several arrays those of the first.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>Number of samples. Not called Count: C# takes that for the number of parts where a list is spread into another.</summary>
    public int Samples => Shape[0];

    /// <summary>Number of arrays.</summary>
    internal int Parts => _parts.Length;

    /// <summary>Names of the arrays; null: they stand in the order of the model's inputs.</summary>
    internal IReadOnlyList<string>? Names { get; }

    /// <summary>Elements of one sample.</summary>
    internal int SampleSize
    {
        get
        {
            int size = 1;
            for (int i = 1; i < Shape.Count; i++) size *= Shape[i];
            return size;
        }
    }

    /// <summary>Token ids of shape <c>[samples, time]</c>.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="ids"/> is null.</exception>
    public static implicit operator Inputs(int[,] ids) => FromIds(ids);

    /// <summary>Token ids of shape <c>[samples, sequences, time]</c>.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="ids"/> is null.</exception>
    public static implicit operator Inputs(int[,,] ids) => FromIds(ids);

    /// <summary>Features of shape <c>[samples, features]</c>.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="values"/> is null.</exception>
    public static implicit operator Inputs(float[,] values) => FromValues(values);

    /// <summary>Features of shape <c>[samples, time, features]</c>.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="values"/> is null.</exception>
    public static implicit operator Inputs(float[,,] values) => FromValues(values);

    /// <summary>Features of four dimensions, samples first.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="values"/> is null.</exception>
    public static implicit operator Inputs(float[,,,] values) => FromValues(values);

    /// <summary>Token ids of shape <c>[samples, time]</c>.</summary>
    /// <exception cref="ArgumentException">The tensor has fewer than 2 dimensions.</exception>
    public static implicit operator Inputs(Tensor<int> ids) => FromTensor(ids);

    /// <summary>Features of rank 2 or more, samples first.</summary>
    /// <exception cref="ArgumentException">The tensor has fewer than 2 dimensions.</exception>
    public static implicit operator Inputs(Tensor<float> values) => FromTensor(values);

    /// <summary>Texts, one for each sample.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="texts"/> is null.</exception>
    public static implicit operator Inputs(string[] texts) => FromTexts(texts);

    /// <summary>Texts of shape <c>[samples, texts]</c>, words for example.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="texts"/> is null.</exception>
    public static implicit operator Inputs(string[,] texts) => FromTexts(texts);

    /// <summary>The text of one sample; a list of them is an array with a sample for each.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    public static implicit operator Inputs(string text) => FromText(text);

    /// <summary>Several arrays in the order of the model's inputs; of single texts one array with a sample for each.</summary>
    /// <exception cref="ArgumentException">None is given, or the numbers of samples differ.</exception>
    public static Inputs Create(params ReadOnlySpan<Inputs> parts)
    {
        Inputs[] all = parts.ToArray();
        return all.Length > 0 && Array.TrueForAll(all, part => part is { _isLoneText: true })
            ? FromTexts(all.Select(part => part._texts![0]))
            : new Inputs(Checked(all, null), null);
    }

    /// <summary>Texts, one for each sample.</summary>
    /// <exception cref="ArgumentNullException">The list or one of the texts is null.</exception>
    public static Inputs FromTexts(IEnumerable<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        string[] all = [.. texts];
        return new Inputs(null, null, [all.Length, 1], RequireTexts(all));
    }

    /// <summary>Texts of shape <c>[samples, texts]</c>.</summary>
    /// <exception cref="ArgumentNullException">The array or one of the texts is null.</exception>
    public static Inputs FromTexts(string[,] texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return new Inputs(null, null, ShapeOf(texts), RequireTexts([.. texts.Cast<string>()]));
    }

    /// <summary>The text of one sample.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    public static Inputs FromText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new Inputs(null, null, [1, 1], [text]) { _isLoneText = true };
    }

    /// <summary>Several arrays by the names of the model's inputs.</summary>
    /// <exception cref="ArgumentException">None is given, a name comes twice, or the numbers of samples differ.</exception>
    public static Inputs Named(params IEnumerable<(string Name, Inputs Inputs)> parts)
    {
        (string Name, Inputs Inputs)[] all = [.. parts];
        string[] names = [.. all.Select(part => part.Name)];
        if (names.Distinct().Count() < names.Length) throw new ArgumentException($"A name is given twice: {string.Join(", ", names)}.", nameof(parts));
        return new Inputs(Checked([.. all.Select(part => part.Inputs)], names), names);
    }

    /// <summary>Token ids of rank 2 or more, samples first.</summary>
    public static Inputs FromIds(Array ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (ids.GetType().GetElementType() != typeof(int) || ids.Rank < 2)
            throw new ArgumentException($"Token ids must be an int array of rank 2 or more, samples first, not {ids.GetType().Name}.", nameof(ids));
        return new Inputs(Flatten<int>(ids), null, ShapeOf(ids));
    }

    /// <summary>Features of rank 2 or more, samples first.</summary>
    public static Inputs FromValues(Array values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.GetType().GetElementType() != typeof(float) || values.Rank < 2)
            throw new ArgumentException($"Features must be a float array of rank 2 or more, samples first, not {values.GetType().Name}.", nameof(values));
        return new Inputs(null, Flatten<float>(values), ShapeOf(values));
    }

    /// <summary>Token ids of rank 2 or more, samples first.</summary>
    public static Inputs FromTensor(Tensor<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (ids.Rank < 2)
            throw new ArgumentException($"Token ids must have the shape [samples, time], not rank {ids.Rank}.", nameof(ids));
        var flat = new int[ids.FlattenedLength];
        ids.FlattenTo(flat);
        return new Inputs(flat, null, ShapeOf(ids.Lengths));
    }

    /// <summary>Features of rank 2 or more, samples first.</summary>
    public static Inputs FromTensor(Tensor<float> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Rank < 2)
            throw new ArgumentException($"Features must have rank 2 or more, samples first, not rank {values.Rank}.", nameof(values));
        var flat = new float[values.FlattenedLength];
        values.FlattenTo(flat);
        return new Inputs(null, flat, ShapeOf(values.Lengths));
    }

    /// <inheritdoc/>
    public IEnumerator<Inputs> GetEnumerator() => ((IEnumerable<Inputs>)_parts).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>One of the arrays.</summary>
    internal Inputs Part(int index) => _parts[index];

    /// <summary>True if an array holds token ids.</summary>
    internal bool HasIds(int index) => _parts[index]._ids is not null;

    /// <summary>The token ids of an array, row-major.</summary>
    internal int[] Ids(int index) => _parts[index]._ids!;

    /// <summary>The values of an array, row-major.</summary>
    internal float[] Values(int index) => _parts[index]._values!;

    /// <summary>True if an array holds texts.</summary>
    internal bool HasTexts(int index) => _parts[index]._texts is not null;

    /// <summary>The texts of an array, row-major.</summary>
    internal string[] Texts(int index) => _parts[index]._texts!;

    /// <summary>An array whose elements are there already.</summary>
    internal static Inputs OfIds(int[] ids, int[] shape) => new(ids, null, shape);

    /// <summary>An array whose elements are there already.</summary>
    internal static Inputs OfValues(float[] values, int[] shape) => new(null, values, shape);

    /// <summary>The arrays in another order.</summary>
    internal Inputs Reordered(IReadOnlyList<int> order) => new([.. order.Select(i => _parts[i])], null);

    /// <summary>An array whose samples have another shape of the same size.</summary>
    internal Inputs Reshaped(params IReadOnlyList<int> sample) => new(_ids, _values, [Samples, .. sample], _texts);

    private static Inputs[] Checked(Inputs[] parts, string[]? names)
    {
        if (parts.Length == 0) throw new ArgumentException("No inputs are given.", nameof(parts));
        for (int i = 0; i < parts.Length; i++)
        {
            if (parts[i] is null) throw new ArgumentNullException(nameof(parts), $"Input number {i + 1} of {parts.Length} is null.");
            if (parts[i].Parts > 1) throw new ArgumentException("Lists of inputs can't hold lists.", nameof(parts));
            if (parts[i].Samples != parts[0].Samples)
            {
                throw new ArgumentException(
                    $"All inputs need the same number of samples: {names?[0] ?? "the first"} has {parts[0].Samples:N0}, {names?[i] ?? $"number {i + 1}"} has {parts[i].Samples:N0}.", nameof(parts));
            }
        }

        return [.. parts.Select(part => part._parts[0])];
    }

    private static string[] RequireTexts(string[] texts)
    {
        int at = Array.FindIndex(texts, text => text is null);
        return at < 0 ? texts : throw new ArgumentNullException(nameof(texts), $"Text number {at + 1} is null; a missing text can be \"\".");
    }

    private static int[] ShapeOf(Array array)
    {
        var shape = new int[array.Rank];
        for (int i = 0; i < shape.Length; i++) shape[i] = array.GetLength(i);
        return shape;
    }

    private static int[] ShapeOf(ReadOnlySpan<nint> lengths)
    {
        var shape = new int[lengths.Length];
        for (int i = 0; i < shape.Length; i++) shape[i] = checked((int)lengths[i]);
        return shape;
    }

    private static T[] Flatten<T>(Array source) where T : struct
    {
        var flat = new T[source.Length];
        Buffer.BlockCopy(source, 0, flat, 0, checked(source.Length * sizeof(int))); // int and float are both four bytes
        return flat;
    }
}
