using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Kernels.Update;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Kernels.Tests.Update;

/// <summary>Lamb, Adafactor and Muon look at a whole weight: against their formulas in float64, at every width, for matrices of every form.</summary>
public class WholeWeightUpdateTests
{
    private const int Steps = 6;

    public static TheoryData<int, int> Shapes { get; } = new() { { 1, 5 }, { 6, 8 }, { 8, 6 }, { 3, 16 }, { 16, 3 }, { 5, 37 }, { 37, 5 }, { 33, 70 }, { 300, 19 } };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Lamb(int rows, int columns)
    {
        const double Rate = 0.02, Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-6;
        Compare(rows, columns, 2, (width, t, w, g, s) => UpdateKernels.Lamb(
            width, new((float)Rate, (float)(1 - Beta1), (float)Beta2, (float)(1 - Beta2), (float)(1 / (1 - System.Math.Pow(Beta1, t))), (float)(1 / (1 - System.Math.Pow(Beta2, t))), (float)Epsilon),
            w, g, s[0], s[1]), (t, w, g, s) =>
        {
            var u = new double[w.Length];
            for (int i = 0; i < w.Length; i++)
            {
                s[0][i] += (g[i] - s[0][i]) * (1 - Beta1);
                s[1][i] += ((double)g[i] * g[i] - s[1][i]) * (1 - Beta2);
                u[i] = s[0][i] / (1 - System.Math.Pow(Beta1, t)) / (System.Math.Sqrt(s[1][i] / (1 - System.Math.Pow(Beta2, t))) + Epsilon);
            }

            double ratio = Norm(w) / Norm(u);
            for (int i = 0; i < w.Length; i++) w[i] -= Rate * ratio * u[i];
        });
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Adafactor(int rows, int columns)
    {
        const double Rate = 0.05, Epsilon1 = 1e-30, Epsilon2 = 1e-3, Threshold = 0.7;
        Compare(rows, columns, 3, (width, t, w, g, s) => UpdateKernels.Adafactor(
            width, new((float)Rate, (float)(1 - System.Math.Pow(t, -0.8)), (float)System.Math.Pow(t, -0.8), (float)Epsilon1, Epsilon2, Threshold),
            w, g, s[0], s[1], s[2], rows * columns, rows, columns), (t, w, g, s) =>
        {
            double share = System.Math.Pow(t, -0.8);
            for (int i = 0; i < rows; i++)
                s[0][i] = (1 - share) * s[0][i] + share * Enumerable.Range(0, columns).Average(j => (double)g[i * columns + j] * g[i * columns + j] + Epsilon1);
            for (int j = 0; j < columns; j++)
                s[1][j] = (1 - share) * s[1][j] + share * Enumerable.Range(0, rows).Average(i => (double)g[i * columns + j] * g[i * columns + j] + Epsilon1);
            double mean = s[0].Take(rows).Average();
            double[] u = [.. g.Select((value, k) => value / System.Math.Sqrt(s[0][k / columns] / mean * s[1][k % columns]))];
            double length = System.Math.Max(1, Norm(u) / System.Math.Sqrt(u.Length) / Threshold), size = System.Math.Max(Epsilon2, Norm(w) / System.Math.Sqrt(w.Length));
            for (int k = 0; k < w.Length; k++) w[k] -= Rate * size * u[k] / length;
        });
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Muon(int rows, int columns)
    {
        const double A = 3.4445, B = -4.775, C = 2.0315, Rate = 0.02, Momentum = 0.95;
        var arena = new Arena();
        Block scratch = arena.Allocate(UpdateKernels.MuonScratch(rows, columns));
        Compare(rows, columns, 1, (width, t, w, g, s) => UpdateKernels.Muon(
            width, new((float)Rate, (float)Momentum, t % 2 == 0, 1 + t % 5, (float)A, (float)B, (float)C), w, g, s[0], scratch, rows, columns), (t, w, g, s) =>
        {
            var x = new double[rows, columns];
            for (int k = 0; k < w.Length; k++)
            {
                s[0][k] = Momentum * s[0][k] + g[k];
                x[k / columns, k % columns] = t % 2 == 0 ? g[k] + Momentum * s[0][k] : s[0][k];
            }

            double norm = Norm([.. x.Cast<double>()]) + 1e-7;
            for (int k = 0; k < w.Length; k++) x[k / columns, k % columns] /= norm;
            if (rows > columns) x = Transposed(x);
            for (int step = 0; step < 1 + t % 5; step++)
            {
                double[,] a = Product(x, Transposed(x)), square = Product(a, a), polynomial = new double[a.GetLength(0), a.GetLength(1)];
                for (int i = 0; i < a.GetLength(0); i++)
                    for (int j = 0; j < a.GetLength(1); j++) polynomial[i, j] = B * a[i, j] + C * square[i, j];
                double[,] pulled = Product(polynomial, x);
                for (int i = 0; i < x.GetLength(0); i++)
                    for (int j = 0; j < x.GetLength(1); j++) x[i, j] = A * x[i, j] + pulled[i, j];
            }

            if (rows > columns) x = Transposed(x);
            for (int k = 0; k < w.Length; k++) w[k] -= Rate * x[k / columns, k % columns];
        });
        arena.Free();
    }

    [Fact]
    public void Refuses_wrong_sizes()
    {
        var arena = new Arena();
        Block good = arena.Allocate(32), small = arena.Allocate(16);
        Assert.Throws<ArgumentException>(() => UpdateKernels.Lion(VectorWidth.Bits512, default, good, good, small));
        Assert.Throws<ArgumentException>(() => UpdateKernels.Ftrl(VectorWidth.Bits512, default, good, good, small, good));
        Assert.Throws<ArgumentException>(() => UpdateKernels.Lamb(VectorWidth.Bits512, default, good, good, good, small));
        Assert.Throws<ArgumentException>(() => UpdateKernels.Adafactor(VectorWidth.Bits512, default, good, good, good, good, small, 32, 4, 8));
        Assert.Throws<ArgumentException>(() => UpdateKernels.Muon(VectorWidth.Bits512, default, good, good, good, small, 4, 8));
        arena.Free();
    }

    /// <summary>Runs the kernel at every width: the same bits, near the formula, and nothing but zeros behind the weights.</summary>
    private static void Compare(
        int rows, int columns, int slots, Action<VectorWidth, int, Block, Block, Block[]> kernel, Action<int, double[], float[], double[][]> formula)
    {
        int count = rows * columns;
        float[] first = Floats.Values(new System.Random(1), count);
        float[][] gradients = [.. Enumerable.Range(2, Steps).Select(seed => Floats.Values(new System.Random(seed), count))];
        double[] expected = Array.ConvertAll(first, value => (double)value);
        double[][] state = [.. Enumerable.Range(0, slots).Select(_ => new double[count])];
        for (int t = 1; t <= Steps; t++) formula(t, expected, gradients[t - 1], state);

        float[]? bits = null;
        foreach (VectorWidth width in Widths.All)
        {
            var arena = new Arena();
            Block w = arena.AllocateCopy(first);
            Block[] s = [.. Enumerable.Range(0, slots).Select(_ => arena.Allocate(w.Length))];
            foreach (int t in Enumerable.Range(1, Steps)) kernel(width, t, w, arena.AllocateCopy(gradients[t - 1]), s);
            float[] actual = w.Span.ToArray();
            arena.Free();
            Floats.AssertNear(expected, actual.AsSpan(0, count), 2e-6, $"Weights at {width}");
            Assert.All(actual.Skip(count), value => Assert.Equal(0, value));
            bits ??= actual;
            Floats.AssertSameBits(bits, actual, $"At {width}");
        }
    }

    private static double Norm(double[] values) => System.Math.Sqrt(values.Sum(value => value * value));

    private static double[,] Transposed(double[,] a)
    {
        var result = new double[a.GetLength(1), a.GetLength(0)];
        for (int i = 0; i < a.GetLength(0); i++)
            for (int j = 0; j < a.GetLength(1); j++) result[j, i] = a[i, j];
        return result;
    }

    private static double[,] Product(double[,] a, double[,] b)
    {
        var result = new double[a.GetLength(0), b.GetLength(1)];
        for (int i = 0; i < a.GetLength(0); i++)
            for (int j = 0; j < b.GetLength(1); j++)
                for (int k = 0; k < a.GetLength(1); k++) result[i, j] += a[i, k] * b[k, j];
        return result;
    }
}
