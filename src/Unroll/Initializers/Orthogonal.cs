using Unroll.Configuration;
using Unroll.Kernels.Linear;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Random;

namespace Unroll.Initializers;

/// <summary>
/// A random matrix with orthonormal rows or columns (Saxe et al. 2013), whichever are fewer. Higher ranks are treated
/// as a matrix of (product of leading sizes) × (last size).
/// </summary>
public sealed class Orthogonal : RandomInitializer
{
    // Above this the vectors come from reflections, in a fraction of the time. Below, weights keep the bits they had before.
    private const int LargestBySubtraction = 512;

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
        if (Math.Min(rows, columns) > LargestBySubtraction) Reflect(values, rows, columns, random);
        else Subtract(values, rows, columns, random);
    }

    /// <summary>Vector after vector, freed of what it shares with those before.</summary>
    private void Subtract(Span<float> values, int rows, int columns, RandomSource random)
    {
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

    /// <summary>
    /// The first rows of a product of random reflections (Stewart 1980). A Householder QR of a normal matrix has such
    /// reflections, each independent of the others, so they can be drawn without the matrix; the sign is that of a
    /// triangular factor with a positive diagonal.
    /// </summary>
    private void Reflect(Span<float> values, int rows, int columns, RandomSource random)
    {
        int longSide = Math.Max(rows, columns), shortSide = Math.Min(rows, columns);
        int stride = (longSide + VectorWidths.Chunk - 1) / VectorWidths.Chunk * VectorWidths.Chunk;
        var arena = new Arena();
        Block matrix = arena.Allocate((long)shortSide * stride);
        var reflections = new Reflections(VectorWidths.Best, arena, matrix, shortSide, stride);
        var normal = new double[longSide];
        for (int first = (shortSide - 1) / Reflections.Together * Reflections.Together; first >= 0; first -= Reflections.Together)
        {
            int count = Math.Min(Reflections.Together, shortSide - first);
            for (int i = 0; i < count; i++)
            {
                int k = first + i;
                Span<float> vector = reflections.Vector(i);
                vector.Clear();
                matrix.Span[k * stride + k] = -Math.Sign(Draw(normal.AsSpan(k), vector[k..longSide], random));
            }

            reflections.Apply(first, count);
        }

        Span<float> all = matrix.Span;
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++)
                values[r * columns + c] = (float)(Gain * (rows < columns ? all[r * stride + c] : all[c * stride + r]));
        }

        arena.Free();
    }

    /// <summary>The direction of the reflection that takes a normal vector x to its first axis; returns x's first element.</summary>
    private static double Draw(Span<double> x, Span<float> direction, RandomSource random)
    {
        double squares = 0;
        foreach (ref double value in x)
        {
            value = random.Normal();
            squares += value * value;
        }

        double first = x[0] == 0 ? double.Epsilon : x[0], length = Math.Sqrt(squares);
        x[0] = first + Math.CopySign(length, first);
        double scale = 1 / Math.Sqrt(2 * length * (length + Math.Abs(first)));
        for (int i = 0; i < x.Length; i++) direction[i] = (float)(x[i] * scale);
        return first;
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }
}
