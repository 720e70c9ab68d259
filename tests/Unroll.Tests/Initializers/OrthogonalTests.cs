using System.Diagnostics;
using Unroll.Initializers;
using Unroll.Kernels.Linear;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Layers;
using Unroll.Random;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Tests.Initializers;

/// <summary>Large orthogonal weights, which come from random reflections.</summary>
public sealed class OrthogonalTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(600, 600)]
    [InlineData(600, 1000)]
    [InlineData(1000, 600)]
    [InlineData(513, 2052)]
    public void Rows_or_columns_are_orthonormal(int rows, int columns)
    {
        float[] values = Fill(rows, columns);
        (int count, int length) = (Math.Min(rows, columns), Math.Max(rows, columns));
        float At(int vector, int i) => rows < columns ? values[vector * columns + i] : values[i * columns + vector];
        double worst = 0;
        for (int a = 0; a < count; a += 7)
        {
            for (int b = a; b < count; b += 41)
            {
                double product = 0;
                for (int i = 0; i < length; i++) product += (double)At(a, i) * At(b, i);
                worst = Math.Max(worst, Math.Abs(product - (a == b ? 1 : 0)));
            }
        }

        Assert.True(worst < 5e-6, $"Products are off by {worst:E1}.");
    }

    /// <summary>
    /// Entries of a uniformly distributed orthogonal matrix of size n have mean 0, variance 1/n and fourth moment
    /// 3/(n(n + 2)), in every part of the matrix, and a trace of mean 0 and variance 1.
    /// </summary>
    [Fact]
    public void Entries_have_the_moments_of_the_uniform_distribution()
    {
        const int Size = 520;
        float[] values = Fill(Size, Size);
        foreach ((int row, int column) in (ReadOnlySpan<(int, int)>)[(0, 0), (0, 260), (260, 0), (260, 260)])
        {
            double first = 0, second = 0, fourth = 0;
            for (int i = 0; i < 260; i++)
            {
                for (int j = 0; j < 260; j++)
                {
                    double value = values[(row + i) * Size + column + j] * Math.Sqrt(Size);
                    first += value;
                    second += value * value;
                    fourth += value * value * value * value;
                }
            }

            const double Count = 260 * 260; // deviations of the means: 1/260, √2/260 at most, √96/260
            Assert.Equal(0, first / Count, 5.0 / 260);
            Assert.Equal(1, second / Count, 5 * 1.42 / 260);
            Assert.Equal(3.0 * Size / (Size + 2), fourth / Count, 5 * 9.8 / 260);
        }

        double trace = Enumerable.Range(0, Size).Sum(i => (double)values[i * Size + i]);
        Assert.True(Math.Abs(trace) < 5, $"The trace is {trace}.");
    }

    [Fact]
    public void Widths_change_no_bit()
    {
        float[]? expected = null;
        foreach (VectorWidth width in Enum.GetValues<VectorWidth>())
        {
            var arena = new Arena();
            Block matrix = arena.Allocate(130 * 1216);
            var reflections = new Reflections(width, arena, matrix, 130, 1216);
            var random = new System.Random(3);
            foreach (int first in (int[])[128, 64, 0])
            {
                int count = Math.Min(64, 130 - first);
                for (int i = 0; i < count; i++)
                {
                    float[] vector = Floats.Values(random, 1201 - first - i);
                    float length = (float)Math.Sqrt(vector.Sum(value => (double)value * value));
                    for (int j = 0; j < vector.Length; j++) reflections.Vector(i)[first + i + j] = vector[j] / length;
                    matrix.Span[(first + i) * 1216 + first + i] = 1;
                }

                reflections.Apply(first, count);
            }

            float[] actual = matrix.Span.ToArray();
            arena.Free();
            expected ??= actual;
            Floats.AssertSameBits(expected, actual, $"At {width}");
        }
    }

    [Fact]
    public void A_layer_of_2048_units_is_there_soon_and_without_its_weights_at_once()
    {
        var model = new Sequential(seed: 1) { new LSTM(2048) };
        model.Build(3, 8);
        Assert.Equal(4L * 2048 * (8 + 2048 + 1), model.ParameterCount);
        long start = Stopwatch.GetTimestamp();
        float[] kernel = model.Layers[0].Parameters[1].ToArray();
        output.WriteLine($"{Stopwatch.GetElapsedTime(start).TotalSeconds:F2} s for a recurrent kernel of {kernel.Length:N0}");
        Assert.Equal(2048, kernel.Sum(value => (double)value * value), 0.01);
    }

    private static float[] Fill(int rows, int columns)
    {
        var values = new float[rows * columns];
        new Orthogonal { Seed = 11 }.Start(values, [rows, columns], new RandomSource(new Philox(1, RandomPurpose.InitialWeights)));
        return values;
    }
}
