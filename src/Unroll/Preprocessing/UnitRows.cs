namespace Unroll.Preprocessing;

/// <summary>Rows of length 1.</summary>
public static class UnitRows
{
    /// <summary>Keras' <c>utils.normalize(x, axis=-1, order)</c>, scikit-learn's <c>normalize</c>: each row divided by its norm. Rows of zeros stay.</summary>
    /// <param name="x"><c>[samples, features]</c>.</param>
    /// <param name="order">2: root of the sum of squares; 1: sum of magnitudes; <see cref="double.PositiveInfinity"/>: the largest magnitude.</param>
    /// <returns>A new array of the same shape.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Another order.</exception>
    public static float[,] Normalize(float[,] x, double order = 2)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (order is not (1 or 2 or double.PositiveInfinity))
            throw new ArgumentOutOfRangeException(nameof(order), order, $"The order of a norm is {order}; it must be 1, 2 or infinity.");
        int rows = x.GetLength(0), columns = x.GetLength(1);
        var result = new float[rows, columns];
        for (int i = 0; i < rows; i++)
        {
            double norm = 0;
            for (int j = 0; j < columns; j++)
            {
                double value = Math.Abs((double)x[i, j]);
                norm = order == 1 ? norm + value : order == 2 ? norm + value * value : Math.Max(norm, value);
            }

            if (order == 2) norm = Math.Sqrt(norm);
            for (int j = 0; j < columns; j++) result[i, j] = norm == 0 ? x[i, j] : (float)(x[i, j] / norm);
        }

        return result;
    }
}
