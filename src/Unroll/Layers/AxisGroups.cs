namespace Unroll.Layers;

/// <summary>The elements of a sample in groups that lie along some of its axes.</summary>
internal static class AxisGroups
{
    /// <summary>For each place on the other axes the elements along the axes, all row-major.</summary>
    /// <param name="shape">Sizes of a sample.</param>
    /// <param name="axes">Axes without the batch, ascending.</param>
    public static int[][] Along(IReadOnlyList<int> shape, int[] axes)
    {
        int[] others = [.. Enumerable.Range(0, shape.Count).Except(axes)];
        int[] starts = Offsets(shape, others), steps = Offsets(shape, axes);
        return [.. starts.Select(start => steps.Select(step => start + step).ToArray())];
    }

    /// <summary>Row-major places of everything along some axes that is at 0 on the others.</summary>
    private static int[] Offsets(IReadOnlyList<int> shape, int[] axes)
    {
        int[] offsets = [0];
        foreach (int axis in axes)
        {
            int stride = shape.Skip(axis + 1).Aggregate(1, (product, size) => product * size);
            offsets = [.. offsets.SelectMany(offset => Enumerable.Range(0, shape[axis]).Select(i => offset + i * stride))];
        }

        return offsets;
    }
}
