using Unroll.Configuration;
using Unroll.Random;

namespace Unroll.Initializers;

/// <summary>All zeros.</summary>
public sealed record Zeros : Initializer
{
    internal static Registration<Initializer> Registration { get; } = new Registration<Initializer, Zeros>("Zeros")
    {
        Aliases = ["zero"],
        Make = _ => new Zeros(),
    };

    internal override void Fill(Span<float> values, ReadOnlySpan<int> shape, Philox random) => values.Clear();
}

/// <summary>All ones.</summary>
public sealed record Ones : Initializer
{
    internal static Registration<Initializer> Registration { get; } = new Registration<Initializer, Ones>("Ones")
    {
        Aliases = ["one"],
        Make = _ => new Ones(),
    };

    internal override void Fill(Span<float> values, ReadOnlySpan<int> shape, Philox random) => values.Fill(1f);
}

/// <summary>One value everywhere.</summary>
/// <param name="Value">The value.</param>
public sealed record Constant(double Value = 0.0) : Initializer
{
    internal static Registration<Initializer> Registration { get; } = new Registration<Initializer, Constant>("Constant")
    {
        Arguments = [new("value", value => value.Value)],
        Make = a => new Constant(a.Double("value", 0)),
    };

    internal override void Fill(Span<float> values, ReadOnlySpan<int> shape, Philox random) => values.Fill((float)Value);
}

/// <summary>Uniform on [<paramref name="MinValue"/>, <paramref name="MaxValue"/>); Keras' <c>uniform</c>.</summary>
/// <param name="MinValue">Lower limit.</param>
/// <param name="MaxValue">Upper limit.</param>
public sealed record RandomUniform(double MinValue = -0.05, double MaxValue = 0.05) : Initializer
{
    internal static Registration<Initializer> Registration { get; } = new Registration<Initializer, RandomUniform>("RandomUniform")
    {
        Aliases = ["uniform"],
        Arguments =
        [
            new("minval", value => value.MinValue),
            new("maxval", value => value.MaxValue),
            ConfigArgument<RandomUniform>.Ignored("seed", null),
        ],
        Make = a => new RandomUniform(a.Double("minval", -0.05), a.Double("maxval", 0.05)),
    };

    internal override void Fill(Span<float> values, ReadOnlySpan<int> shape, Philox random)
    {
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(MinValue + (MaxValue - MinValue) * random.NextDouble());
    }
}

/// <summary>Normal distribution.</summary>
/// <param name="Mean">Mean.</param>
/// <param name="Stddev">Standard deviation.</param>
public sealed record RandomNormal(double Mean = 0.0, double Stddev = 0.05) : Initializer
{
    internal static Registration<Initializer> Registration { get; } = new Registration<Initializer, RandomNormal>("RandomNormal")
    {
        Aliases = ["normal"],
        Arguments =
        [
            new("mean", value => value.Mean),
            new("stddev", value => value.Stddev),
            ConfigArgument<RandomNormal>.Ignored("seed", null),
        ],
        Make = a => new RandomNormal(a.Double("mean", 0), a.Double("stddev", 0.05)),
    };

    internal override void Fill(Span<float> values, ReadOnlySpan<int> shape, Philox random)
    {
        for (int i = 0; i < values.Length; i++) values[i] = (float)(Mean + Stddev * random.NextNormal());
    }
}

/// <summary>Normal distribution, redrawn until within two standard deviations of the mean.</summary>
/// <param name="Mean">Mean.</param>
/// <param name="Stddev">Standard deviation before the cut.</param>
public sealed record TruncatedNormal(double Mean = 0.0, double Stddev = 0.05) : Initializer
{
    internal static Registration<Initializer> Registration { get; } = new Registration<Initializer, TruncatedNormal>("TruncatedNormal")
    {
        Arguments =
        [
            new("mean", value => value.Mean),
            new("stddev", value => value.Stddev),
            ConfigArgument<TruncatedNormal>.Ignored("seed", null),
        ],
        Make = a => new TruncatedNormal(a.Double("mean", 0), a.Double("stddev", 0.05)),
    };

    internal override void Fill(Span<float> values, ReadOnlySpan<int> shape, Philox random)
    {
        for (int i = 0; i < values.Length; i++)
        {
            double z;
            do z = random.NextNormal();
            while (Math.Abs(z) > 2);
            values[i] = (float)(Mean + Stddev * z);
        }
    }
}

/// <summary>
/// A random matrix with orthonormal rows or columns (Saxe et al. 2013), whichever are fewer. Higher ranks are treated
/// as a matrix of (product of leading sizes) × (last size).
/// </summary>
/// <param name="Gain">Factor on the matrix.</param>
public sealed record Orthogonal(double Gain = 1.0) : Initializer
{
    internal static Registration<Initializer> Registration { get; } = new Registration<Initializer, Orthogonal>("Orthogonal")
    {
        Aliases = ["OrthogonalInitializer"],
        Arguments =
        [
            new("gain", value => value.Gain),
            ConfigArgument<Orthogonal>.Ignored("seed", null),
        ],
        Make = a => new Orthogonal(a.Double("gain", 1)),
    };

    internal override void Fill(Span<float> values, ReadOnlySpan<int> shape, Philox random)
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
            for (int i = 0; i < longSide; i++) vector[i] = random.NextNormal();
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

/// <summary>The identity matrix times <paramref name="Gain"/>; for square or rectangular matrices.</summary>
/// <param name="Gain">Value on the diagonal.</param>
public sealed record Identity(double Gain = 1.0) : Initializer
{
    internal static Registration<Initializer> Registration { get; } = new Registration<Initializer, Identity>("Identity")
    {
        Aliases = ["IdentityInitializer"],
        Arguments = [new("gain", value => value.Gain)],
        Make = a => new Identity(a.Double("gain", 1)),
    };

    internal override void Fill(Span<float> values, ReadOnlySpan<int> shape, Philox random)
    {
        if (shape.Length != 2)
            throw new ArgumentException($"Identity needs a matrix, not a weight of rank {shape.Length}.", nameof(shape));
        values.Clear();
        for (int i = 0; i < Math.Min(shape[0], shape[1]); i++) values[i * shape[1] + i] = (float)Gain;
    }
}
