using Unroll.Configuration;

namespace Unroll.Regularizers;

/// <summary>Which vectors of a matrix should be orthogonal.</summary>
public enum OrthogonalMode
{
    /// <summary>Its rows.</summary>
    Rows,

    /// <summary>Its columns.</summary>
    Columns,
}

/// <summary>
/// <c>factor · ½ · Σ_{i≠j} |r_i · r_j| / (n(n − 1)/2)</c> for the n rows or columns of a matrix, each brought to length 1: draws them
/// to be orthogonal. For weights of two dimensions.
/// </summary>
public sealed class OrthogonalRegularizer : Regularizer
{
    private const double LeastSquare = 1e-12;

    private static readonly Argument<double> FactorArgument = Argument.Number("factor", 0.01).AtLeast(0.0);

    private static readonly Argument<OrthogonalMode> ModeArgument =
        Argument.Choice("mode", OrthogonalMode.Rows, ("rows", OrthogonalMode.Rows), ("columns", OrthogonalMode.Columns));

    /// <summary>Creates the regularizer.</summary>
    /// <param name="factor">Factor of the mean magnitude of the products, 0 or more.</param>
    /// <param name="mode">Which vectors.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public OrthogonalRegularizer(double factor = 0.01, OrthogonalMode mode = OrthogonalMode.Rows) => (Factor, Mode) = (factor, mode);

    /// <summary>Factor of the mean magnitude of the products.</summary>
    public double Factor { get => Get(FactorArgument); init => Set(FactorArgument, value); }

    /// <summary>Which vectors.</summary>
    public OrthogonalMode Mode { get => Get(ModeArgument); init => Set(ModeArgument, value); }

    internal static Registration<Regularizer> Registration { get; } = new Registration<Regularizer, OrthogonalRegularizer>("OrthogonalRegularizer")
    {
        Arguments = [FactorArgument, ModeArgument],
        Make = _ => new OrthogonalRegularizer(),
    };

    /// <inheritdoc/>
    public override double Penalty(ReadOnlySpan<float> weights, ReadOnlySpan<int> shape)
    {
        (double[][] vectors, _) = Vectors(weights, shape);
        double sum = 0;
        for (int i = 0; i < vectors.Length; i++)
            for (int j = 0; j < i; j++) sum += Math.Abs(Product(vectors[i], vectors[j]));
        return Factor * sum / Pairs(vectors.Length);
    }

    /// <inheritdoc/>
    public override void AddGradient(ReadOnlySpan<float> weights, ReadOnlySpan<int> shape, Span<float> gradient)
    {
        (double[][] vectors, double[] lengths) = Vectors(weights, shape);
        int width = vectors[0].Length;
        var slope = new double[width];
        for (int i = 0; i < vectors.Length; i++)
        {
            Array.Clear(slope);
            for (int j = 0; j < vectors.Length; j++)
            {
                if (j == i) continue;
                int sign = Math.Sign(Product(vectors[i], vectors[j]));
                for (int k = 0; k < width; k++) slope[k] += sign * vectors[j][k];
            }

            double along = Product(slope, vectors[i]);
            for (int k = 0; k < width; k++)
                gradient[Place(i, k, shape)] += (float)(Factor / Pairs(vectors.Length) * (slope[k] - vectors[i][k] * along) / lengths[i]);
        }
    }

    private static double Pairs(int count) => Math.Max(1, count * (count - 1.0) / 2);

    private static double Product(double[] a, double[] b)
    {
        double sum = 0;
        for (int k = 0; k < a.Length; k++) sum += a[k] * b[k];
        return sum;
    }

    private (double[][] Vectors, double[] Lengths) Vectors(ReadOnlySpan<float> weights, ReadOnlySpan<int> shape)
    {
        if (shape.Length != 2) throw new ArgumentException($"OrthogonalRegularizer takes weights of 2 dimensions, not of {shape.Length}.");
        (int count, int width) = Mode == OrthogonalMode.Rows ? (shape[0], shape[1]) : (shape[1], shape[0]);
        var vectors = new double[count][];
        var lengths = new double[count];
        for (int i = 0; i < count; i++)
        {
            vectors[i] = new double[width];
            for (int k = 0; k < width; k++) vectors[i][k] = weights[Place(i, k, shape)];
            lengths[i] = Math.Sqrt(Math.Max(LeastSquare, Product(vectors[i], vectors[i])));
            for (int k = 0; k < width; k++) vectors[i][k] /= lengths[i];
        }

        return (vectors, lengths);
    }

    private int Place(int vector, int k, ReadOnlySpan<int> shape) => Mode == OrthogonalMode.Rows ? vector * shape[1] + k : k * shape[1] + vector;
}
