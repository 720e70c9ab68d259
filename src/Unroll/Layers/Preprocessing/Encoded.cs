namespace Unroll.Layers;

/// <summary>
/// What a <see cref="PreprocessingLayer"/> made of data: whole numbers, real values or texts, row-major, samples first. Converts
/// to the array that it is, <c>int[,] ids = vectorize.Apply(texts)</c>, and to what models are fed.
/// </summary>
public sealed class Encoded
{
    private Encoded(IReadOnlyList<int> shape) => Shape = shape;

    /// <summary>Sizes of all dimensions, the number of samples first.</summary>
    public IReadOnlyList<int> Shape { get; }

    internal long[]? Wholes { get; private init; }

    internal float[]? Reals { get; private init; }

    internal string[]? Texts { get; private init; }

    /// <summary>Whole numbers <c>[samples]</c>.</summary>
    /// <exception cref="InvalidCastException">It is something else.</exception>
    public static implicit operator int[](Encoded encoded) => (int[])Of(encoded).ToInt32Array(1);

    /// <summary>Whole numbers <c>[samples, count]</c>.</summary>
    /// <exception cref="InvalidCastException">It is something else.</exception>
    public static implicit operator int[,](Encoded encoded) => (int[,])Of(encoded).ToInt32Array(2);

    /// <summary>Whole numbers <c>[samples, count]</c>.</summary>
    /// <exception cref="InvalidCastException">It is something else.</exception>
    public static implicit operator long[,](Encoded encoded) => (long[,])Of(encoded).ToInt64Array(2);

    /// <summary>Real values <c>[samples, count]</c>.</summary>
    /// <exception cref="InvalidCastException">It is something else.</exception>
    public static implicit operator float[,](Encoded encoded) => (float[,])Of(encoded).ToSingleArray(2);

    /// <summary>Real values <c>[samples, count, width]</c>.</summary>
    /// <exception cref="InvalidCastException">It is something else.</exception>
    public static implicit operator float[,,](Encoded encoded) => (float[,,])Of(encoded).ToSingleArray(3);

    /// <summary>Texts <c>[samples, count]</c>.</summary>
    /// <exception cref="InvalidCastException">It is something else.</exception>
    public static implicit operator string[,](Encoded encoded) => (string[,])Of(encoded).ToStringArray(2);

    /// <summary>What models are fed.</summary>
    /// <exception cref="InvalidCastException">It has one dimension, or numbers beyond the range of int.</exception>
    public static implicit operator Inputs(Encoded encoded) => Of(encoded).ToInputs();

    /// <summary>What models are fed.</summary>
    /// <exception cref="InvalidCastException">It has one dimension, or numbers beyond the range of int.</exception>
    public Inputs ToInputs()
    {
        if (Shape.Count < 2) throw new InvalidCastException($"The array has {Shape.Count} dimension(s); models take two or more, samples first.");
        int[] shape = [.. Shape];
        if (Reals is not null) return Inputs.OfValues(Reals, shape);
        return Wholes is not null ? Inputs.OfIds(ToInts(), shape) : Inputs.FromTexts((string[,])ToStringArray(2));
    }

    /// <summary>Whole numbers as an array of as many dimensions as asked for.</summary>
    /// <param name="rank">Number of dimensions.</param>
    /// <exception cref="InvalidCastException">It is something else.</exception>
    public Array ToInt32Array(int rank)
    {
        Require(Wholes, rank, "whole numbers", "int");
        return Fill(ToInts());
    }

    /// <summary>Whole numbers as an array of as many dimensions as asked for.</summary>
    /// <param name="rank">Number of dimensions.</param>
    /// <exception cref="InvalidCastException">It is something else.</exception>
    public Array ToInt64Array(int rank) => Fill(Require(Wholes, rank, "whole numbers", "long"));

    /// <summary>Real values as an array of as many dimensions as asked for.</summary>
    /// <param name="rank">Number of dimensions.</param>
    /// <exception cref="InvalidCastException">It is something else.</exception>
    public Array ToSingleArray(int rank) => Fill(Require(Reals, rank, "real values", "float"));

    /// <summary>Texts as an array of as many dimensions as asked for.</summary>
    /// <param name="rank">Number of dimensions.</param>
    /// <exception cref="InvalidCastException">It is something else.</exception>
    public Array ToStringArray(int rank) => Fill(Require(Texts, rank, "texts", "string"));

    internal static Encoded OfWholes(long[] values, IReadOnlyList<int> shape) => new(shape) { Wholes = values };

    internal static Encoded OfReals(float[] values, IReadOnlyList<int> shape) => new(shape) { Reals = values };

    internal static Encoded OfTexts(string[] values, IReadOnlyList<int> shape) => new(shape) { Texts = values };

    /// <summary>One of the arrays that a model is fed.</summary>
    internal static Encoded OfPart(Inputs inputs, int index)
    {
        IReadOnlyList<int> shape = inputs.Part(index).Shape;
        if (inputs.HasTexts(index)) return OfTexts(inputs.Texts(index), shape);
        return inputs.HasIds(index) ? OfWholes(Array.ConvertAll(inputs.Ids(index), id => (long)id), shape) : OfReals(inputs.Values(index), shape);
    }

    /// <summary>The same numbers as real values.</summary>
    internal Encoded AsReals() => Wholes is null ? this : OfReals(Array.ConvertAll(Wholes, whole => (float)whole), Shape);

    /// <summary>Whole numbers; of real values what is left when they are truncated toward zero. Null: texts.</summary>
    internal long[]? Truncated() => Wholes ?? (Reals is null ? null : Array.ConvertAll(Reals, real => (long)real));

    /// <summary>What it holds, for messages.</summary>
    internal string Kind => Texts is not null ? "texts" : Wholes is not null ? "whole numbers" : "real values";

    private static Encoded Of(Encoded encoded)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        return encoded;
    }

    private T[] Require<T>(T[]? values, int rank, string kind, string type) => values is not null && rank == Shape.Count
        ? values
        : throw new InvalidCastException(
            $"The layer put out {Kind} of the shape ({string.Join(", ", Shape)}), but {kind} of {rank} dimension(s) are asked for, {type}[{new string(',', Math.Max(0, rank - 1))}].");

    private int[] ToInts()
    {
        long[] wholes = Wholes!;
        int at = wholes.AsSpan().IndexOfAnyExceptInRange(int.MinValue, int.MaxValue);
        return at < 0
            ? Array.ConvertAll(wholes, whole => (int)whole)
            : throw new InvalidCastException($"The layer put out {wholes[at]}, which is beyond the range of int; take long[,].");
    }

    private Array Fill<T>(T[] values)
    {
        switch (Shape.Count)
        {
            case 1:
                return values;
            case 2:
                var rows = new T[Shape[0], Shape[1]];
                for (int i = 0; i < values.Length; i++) rows[i / Shape[1], i % Shape[1]] = values[i];
                return rows;
            case 3:
                var blocks = new T[Shape[0], Shape[1], Shape[2]];
                for (int i = 0; i < values.Length; i++) blocks[i / Shape[2] / Shape[1], i / Shape[2] % Shape[1], i % Shape[2]] = values[i];
                return blocks;
            default:
                throw new InvalidCastException($"The layer put out {Shape.Count} dimensions; arrays of 1 to 3 can be taken.");
        }
    }
}
