using System.Numerics.Tensors;

namespace Unroll.Preprocessing;

/// <summary>Class numbers as rows of zeros with a single one.</summary>
public static class Categorical
{
    /// <summary>Keras' <c>to_categorical</c>: a row of zeros for each label, with a 1 in the label's column.</summary>
    /// <param name="labels">Class numbers from 0.</param>
    /// <param name="numClasses">Number of columns; null for one more than the largest label.</param>
    /// <returns><c>[labels, classes]</c>.</returns>
    /// <exception cref="ArgumentException">There are neither labels nor a number of classes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label is negative or has no column. (Keras counts a negative label
    /// from the end, as NumPy does; that hides mistakes.)</exception>
    public static float[,] ToCategorical(ReadOnlySpan<int> labels, int? numClasses = null)
    {
        if (labels.Length == 0 && numClasses is null) throw new ArgumentException("There are no labels to take the number of classes from.", nameof(labels));
        if (numClasses is { } given) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(given, nameof(numClasses));
        int largest = -1;
        foreach (int label in labels) largest = Math.Max(largest, label);
        int classes = numClasses ?? largest + 1;
        var result = new float[labels.Length, Math.Max(classes, 0)];
        for (int i = 0; i < labels.Length; i++)
        {
            if (labels[i] < 0 || labels[i] >= classes)
                throw new ArgumentOutOfRangeException(nameof(labels), labels[i], $"The label at position {i} must be 0 to {classes - 1}, the last of {classes} classes.");
            result[i, labels[i]] = 1;
        }

        return result;
    }

    /// <summary>The column of the largest value of each row, the first of equal ones: NumPy's <c>argmax(axis=-1)</c>.</summary>
    /// <param name="rows"><c>[samples, classes]</c>, such as what a softmax predicts.</param>
    /// <exception cref="ArgumentException">There are rows, but no columns.</exception>
    public static int[] ArgMax(float[,] rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return ArgMax(Rows.Flat(rows), rows.GetLength(0), rows.GetLength(1));
    }

    /// <summary>The same for what <see cref="Model.Predict(Inputs, int, int, IReadOnlyList{Callback}, int?)"/> returns.</summary>
    /// <param name="rows"><c>[samples, classes]</c>.</param>
    /// <exception cref="ArgumentException">The tensor has other axes, or no columns.</exception>
    public static int[] ArgMax(Tensor<float> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.Rank != 2) throw new ArgumentException($"The tensor has {rows.Rank} axes; [samples, classes] has 2.", nameof(rows));
        return ArgMax([.. rows], (int)rows.Lengths[0], (int)rows.Lengths[1]);
    }

    private static int[] ArgMax(ReadOnlySpan<float> rows, int count, int columns)
    {
        if (count > 0 && columns == 0) throw new ArgumentException("The rows have no columns to choose from.", nameof(rows));
        var result = new int[count];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<float> row = rows.Slice(i * columns, columns);
            for (int j = 1; j < columns; j++)
            {
                // As in NumPy, the first NaN wins.
                if (row[j] > row[result[i]] || (float.IsNaN(row[j]) && !float.IsNaN(row[result[i]]))) result[i] = j;
            }
        }

        return result;
    }
}
