namespace Unroll.Layers;

/// <summary>Shapes that are stretched to fit each other: sizes of 1 repeat.</summary>
internal static class Broadcast
{
    /// <summary>
    /// The shape that several shapes are stretched to. Where ranks differ, sizes of 1 are put in front (behind the batch
    /// dimension), as in Keras.
    /// </summary>
    /// <param name="shapes">Without the batch dimension.</param>
    /// <param name="owner">Layer, for messages.</param>
    /// <exception cref="ArgumentException">They don't fit.</exception>
    public static IReadOnlyList<int?> Shape(IReadOnlyList<IReadOnlyList<int?>> shapes, string owner)
    {
        int rank = shapes.Max(shape => shape.Count);
        var result = new int?[rank];
        for (int d = 0; d < rank; d++)
        {
            int? size = 1;
            foreach (IReadOnlyList<int?> shape in shapes)
            {
                int at = d - (rank - shape.Count);
                int? own = at < 0 ? 1 : shape[at];
                if (own == 1 || own == size) continue;
                if (size == 1) size = own;
                else if (own is null) continue; // it can only become what the others have
                else if (size is null) size = own;
                else throw new ArgumentException($"{owner}: Inputs have incompatible shapes. Received shapes {string.Join(" and ", shapes.Select(each => ShapeText.Of(each)))}. Sizes must be the same or 1; bring the inputs to one size with a Dense layer, or put them side by side with Concatenate.");
            }

            result[d] = size;
        }

        return result;
    }

    /// <summary>For each element of the stretched shape, row-major, that of a shape.</summary>
    public static int[] Sources(IReadOnlyList<int> shape, IReadOnlyList<int> stretched)
    {
        int size = 1;
        foreach (int dimension in stretched) size = checked(size * dimension);
        var sources = new int[size];
        for (int i = 0; i < size; i++)
        {
            int rest = i, source = 0, factor = 1;
            for (int d = stretched.Count - 1; d >= 0; d--)
            {
                int index = rest % stretched[d], at = d - (stretched.Count - shape.Count);
                rest /= stretched[d];
                if (at < 0) continue;
                if (shape[at] > 1) source += index * factor;
                factor *= shape[at];
            }

            sources[i] = source;
        }

        return sources;
    }
}
