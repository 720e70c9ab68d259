using Unroll.Initializers;
using Unroll.Layers;
using Unroll.Random;
using Xunit;

namespace Unroll.Tests.Initializers;

/// <summary>Values have the limits, means and deviations that Keras' documentation gives for the shape.</summary>
public sealed class InitializerTests
{
    private const double Cut = 0.87962566103423978; // deviation of a unit normal cut at ±2

    /// <summary>Name, the deviation for a weight of [300, 500], and the largest magnitude; infinite for normal numbers that are not cut.</summary>
    public static TheoryData<string, double, double> Drawn => new()
    {
        { "random_uniform", 0.05 / Math.Sqrt(3), 0.05 },
        { "uniform", 0.05 / Math.Sqrt(3), 0.05 },
        { "random_normal", 0.05, double.PositiveInfinity },
        { "normal", 0.05, double.PositiveInfinity },
        { "truncated_normal", 0.05 * Cut, 0.1 },
        { "glorot_uniform", Math.Sqrt(2.0 / 800), Math.Sqrt(6.0 / 800) },
        { "glorot_normal", Math.Sqrt(2.0 / 800), 2 * Math.Sqrt(2.0 / 800) / Cut },
        { "he_uniform", Math.Sqrt(2.0 / 300), Math.Sqrt(6.0 / 300) },
        { "he_normal", Math.Sqrt(2.0 / 300), 2 * Math.Sqrt(2.0 / 300) / Cut },
        { "lecun_uniform", Math.Sqrt(1.0 / 300), Math.Sqrt(3.0 / 300) },
        { "lecun_normal", Math.Sqrt(1.0 / 300), 2 * Math.Sqrt(1.0 / 300) / Cut },
        { "variance_scaling", Math.Sqrt(1.0 / 300), 2 * Math.Sqrt(1.0 / 300) / Cut },
        { "variance_scaling(2, fan_out, uniform)", Math.Sqrt(2.0 / 500), Math.Sqrt(6.0 / 500) },
        { "variance_scaling(3, fan_avg, untruncated_normal)", Math.Sqrt(3.0 / 400), double.PositiveInfinity },
    };

    [Theory]
    [MemberData(nameof(Drawn))]
    public void Values_have_the_spread_of_the_shape(string name, double deviation, double limit)
    {
        float[] values = Fill(name, 300, 500);
        double mean = values.Average(value => (double)value), found = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));

        // Five standard errors of the mean and of the deviation of 150,000 draws.
        Assert.True(Math.Abs(mean) < 5 * deviation / Math.Sqrt(values.Length), $"mean {mean:E2}");
        Assert.Equal(1, found / deviation, 5 / Math.Sqrt(values.Length));
        double largest = values.Max(value => Math.Abs((double)value));
        Assert.True(largest <= limit * 1.000001, $"{largest} is beyond {limit}.");
        Assert.True(largest > (double.IsInfinity(limit) ? 4 * deviation : 0.999 * limit), $"{largest} is far from {limit}.");
    }

    [Theory]
    [InlineData("zeros", 0)]
    [InlineData("zero", 0)]
    [InlineData("ones", 1)]
    [InlineData("one", 1)]
    [InlineData("constant(0.25)", 0.25)]
    public void Constants_are_the_same_everywhere(string name, float value) => Assert.All(Fill(name, 3, 4), found => Assert.Equal(value, found));

    [Fact]
    public void Identity_is_the_diagonal_of_any_matrix() => Assert.Equal([2f, 0, 0, 0, 2, 0], Fill("identity(2)", 2, 3));

    /// <summary>A kernel of a convolution: 5 places, 20 features in, 30 out.</summary>
    [Fact]
    public void Places_of_a_kernel_count_for_both_fans()
    {
        Assert.Equal(Math.Sqrt(6.0 / (100 + 150)), Fill("glorot_uniform", 5, 20, 30).Max(Math.Abs), 2e-4);
        Assert.Equal(Math.Sqrt(6.0 / 100), Fill("he_uniform", 5, 20, 30).Max(Math.Abs), 2e-4);
    }

    [Fact]
    public void Orthogonal_rows_times_the_gain()
    {
        float[] values = Fill("orthogonal(3)", 4, 16);
        for (int a = 0; a < 4; a++)
        {
            for (int b = 0; b < 4; b++)
            {
                double product = Enumerable.Range(0, 16).Sum(i => (double)values[a * 16 + i] * values[b * 16 + i]);
                Assert.Equal(a == b ? 9 : 0, product, 1e-5);
            }
        }
    }

    [Fact]
    public void A_seed_of_its_own_gives_equal_shapes_equal_values()
    {
        Sequential model = new(seed: 3) { new Dense(4) { KernelInitializer = new GlorotUniform { Seed = 7 } }, new Dense(4) { KernelInitializer = new GlorotUniform { Seed = 7 } } };
        model.Build(4);
        Assert.Equal(model.Layers[0].Parameters[0].ToArray(), model.Layers[1].Parameters[0].ToArray());
    }

    private static float[] Fill(string name, params int[] shape)
    {
        var values = new float[shape.Aggregate(1, (product, size) => product * size)];
        Initializer.FromName(name).Fill(values, shape, new RandomSource(new Philox(11, RandomPurpose.InitialWeights)));
        return values;
    }
}
