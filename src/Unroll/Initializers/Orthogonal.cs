using Unroll.Configuration;
using Unroll.Random;

namespace Unroll.Initializers;

/// <summary>
/// A random matrix with orthonormal rows or columns (Saxe et al. 2013), whichever are fewer. Higher ranks are treated
/// as a matrix of (product of leading sizes) × (last size).
/// </summary>
public sealed class Orthogonal : RandomInitializer
{
    private static readonly Argument<double> GainArgument = Argument.Number("gain", 1);

    /// <summary>Creates the initializer.</summary>
    /// <param name="gain">Factor on the matrix.</param>
    public Orthogonal(double gain = 1.0) => Gain = gain;

    /// <summary>Factor on the matrix.</summary>
    public double Gain { get => Get(GainArgument); init => Set(GainArgument, value); }

    internal static Registration<Initializer> Registration { get; } = new Registration<Initializer, Orthogonal>("Orthogonal")
    {
        Aliases = ["OrthogonalInitializer"],
        Arguments = [GainArgument, SeedArgument],
        Make = _ => new Orthogonal(),
    };

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The weight has fewer than two dimensions.</exception>
    public override void Fill(Span<float> values, ReadOnlySpan<int> shape, RandomSource random)
    {
        if (shape.Length < 2)
            throw new ArgumentException($"Orthogonal needs a weight of rank 2 or more, not rank {shape.Length}.", nameof(shape));
        int columns = shape[^1], rows = values.Length / columns;
        int longSide = Math.Max(rows, columns), shortSide = Math.Min(rows, columns);
        var vectors = new double[shortSide][];
        for (int k = 0; k < shortSide; k++)
        {
            // Gram-Schmidt, done twice: its triangular factor has a positive diagonal, which makes the result the
            // uniformly distributed one (the sign correction of the QR method).
            double[] vector = vectors[k] = new double[longSide];
            for (int i = 0; i < longSide; i++) vector[i] = random.Normal();
            for (int pass = 0; pass < 2; pass++)
            {
                for (int j = 0; j < k; j++)
                {
                    double projection = Dot(vectors[j], vector);
                    for (int i = 0; i < longSide; i++) vector[i] -= projection * vectors[j][i];
                }
            }

            double norm = Math.Sqrt(Dot(vector, vector));
            for (int i = 0; i < longSide; i++) vector[i] /= norm;
        }

        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++)
                values[r * columns + c] = (float)(Gain * (rows < columns ? vectors[r][c] : vectors[c][r]));
        }
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }
}
