using System.Runtime.InteropServices;

namespace Unroll.Preprocessing;

/// <summary>Chosen rows of arrays: NumPy's <c>x[indices]</c>.</summary>
public static class Rows
{
    /// <summary>The elements at the given places, in that order.</summary>
    /// <exception cref="IndexOutOfRangeException">There is no such place.</exception>
    public static T[] Take<T>(T[] items, ReadOnlySpan<int> indices)
    {
        ArgumentNullException.ThrowIfNull(items);
        var result = new T[indices.Length];
        for (int i = 0; i < result.Length; i++) result[i] = items[indices[i]];
        return result;
    }

    /// <summary>The rows at the given places, <c>[indices, columns]</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public static T[,] Take<T>(T[,] rows, ReadOnlySpan<int> indices)
    {
        ArgumentNullException.ThrowIfNull(rows);
        int width = rows.GetLength(1);
        var result = new T[indices.Length, width];
        Copy(Flat(rows), Flat(result), width, indices);
        return result;
    }

    /// <summary>The samples at the given places, <c>[indices, steps, features]</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sample.</exception>
    public static T[,,] Take<T>(T[,,] samples, ReadOnlySpan<int> indices)
    {
        ArgumentNullException.ThrowIfNull(samples);
        var result = new T[indices.Length, samples.GetLength(1), samples.GetLength(2)];
        Copy(Flat(samples), Flat(result), samples.GetLength(1) * samples.GetLength(2), indices);
        return result;
    }

    /// <summary>All elements, row after row.</summary>
    internal static Span<T> Flat<T>(T[,] array) => array.Length == 0 ? [] : MemoryMarshal.CreateSpan(ref array[0, 0], array.Length);

    /// <summary>All elements, sample after sample.</summary>
    internal static Span<T> Flat<T>(T[,,] array) => array.Length == 0 ? [] : MemoryMarshal.CreateSpan(ref array[0, 0, 0], array.Length);

    private static void Copy<T>(Span<T> from, Span<T> to, int width, ReadOnlySpan<int> indices)
    {
        for (int i = 0; i < indices.Length; i++) from.Slice(indices[i] * width, width).CopyTo(to[(i * width)..]);
    }
}
