using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Random;
using Unroll.Tests.Support;
using Xunit;

namespace Unroll.Tests.Random;

public sealed class DropoutMaskTests
{
    /// <summary>Every width gives the factors of the definition, for any number of features, and writes nothing else.</summary>
    [Theory]
    [InlineData(1, 16, 0)]
    [InlineData(7, 16, 16)]
    [InlineData(8, 32, 32)]
    [InlineData(21, 32, 4080)]
    [InlineData(34, 48, 65536)]
    public void Factors_follow_from_their_place(int features, int lanes, int firstRow)
    {
        var scalar = new ScalarDropout(0.3, seed: -5, RandomPurpose.RecurrentDropout, layer: 3, epoch: 9, step: 70000);
        foreach (VectorWidth width in Widths.All)
        {
            var arena = new Arena();
            Block mask = arena.Allocate(features * lanes + 32);
            mask.Span.Fill(-1);
            DropoutMask.Fill(width, mask, features, lanes, firstRow, 0.3, -5, RandomPurpose.RecurrentDropout, 3, 9, 70000);
            for (int feature = 0; feature < features; feature++)
                for (int lane = 0; lane < lanes; lane++)
                    Assert.Equal(scalar.Factor(feature, firstRow + lane), mask.Span[feature * lanes + lane]);
            Assert.Equal(-1, mask.Span[(features * lanes)..].ToArray().Max());
            arena.Free();
        }
    }

    /// <summary>Binomial counts: within five standard deviations over 2^18 draws, by feature and by batch row, too.</summary>
    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void Drops_at_the_rate(double rate)
    {
        const int Features = 512, Lanes = 512;
        var arena = new Arena();
        Block mask = arena.Allocate(Features * Lanes);
        DropoutMask.Fill(VectorWidths.Best, mask, Features, Lanes, 0, rate, 1, RandomPurpose.Dropout, 0, 0, 0);
        float[] factors = mask.Span.ToArray();
        arena.Free();
        AssertRate(factors);
        for (int i = 0; i < Features; i++)
        {
            AssertRate(factors[(i * Lanes)..((i + 1) * Lanes)]);
            AssertRate([.. factors.Where((_, at) => at % Lanes == i)]);
        }

        void AssertRate(float[] some)
        {
            Assert.All(some, factor => Assert.True(factor == 0 || factor == (float)(1 / (1 - rate))));
            double deviation = Math.Sqrt(some.Length * rate * (1 - rate));
            Assert.Equal(some.Length * rate, some.Count(factor => factor == 0), 5 * deviation);
        }
    }

    /// <summary>Rate 1 drops all (SimpleRNN takes it), rate 0 nothing.</summary>
    [Fact]
    public void Rates_at_the_ends()
    {
        var arena = new Arena();
        Block mask = arena.Allocate(64 * 32);
        DropoutMask.Fill(VectorWidths.Best, mask, 64, 32, 0, 1, 1, RandomPurpose.Dropout, 0, 0, 0);
        Assert.All(mask.Span.ToArray(), factor => Assert.Equal(0, factor));
        DropoutMask.Fill(VectorWidths.Best, mask, 64, 32, 0, 0, 1, RandomPurpose.Dropout, 0, 0, 0);
        Assert.All(mask.Span.ToArray(), factor => Assert.Equal(1, factor));
        arena.Free();
    }

    [Fact]
    public void Every_part_of_the_key_counts()
    {
        var arena = new Arena();
        Block mask = arena.Allocate(16 * 16);
        var seen = new HashSet<string>();
        Draw(1, RandomPurpose.Dropout, 1, 1, 1, 16);
        Draw(2, RandomPurpose.Dropout, 1, 1, 1, 16);
        Draw(1, RandomPurpose.RecurrentDropout, 1, 1, 1, 16);
        Draw(1, RandomPurpose.Dropout, 2, 1, 1, 16);
        Draw(1, RandomPurpose.Dropout, 1, 2, 1, 16);
        Draw(1, RandomPurpose.Dropout, 1, 1, 2, 16);
        Draw(1, RandomPurpose.Dropout, 1, 1, 1, 32);
        arena.Free();
        Assert.Equal(7, seen.Count);

        void Draw(int seed, RandomPurpose purpose, int layer, int epoch, int step, int firstRow)
        {
            DropoutMask.Fill(VectorWidths.Best, mask, 16, 16, firstRow, 0.5, seed, purpose, layer, epoch, step);
            seen.Add(string.Join("", mask.Span.ToArray()));
        }
    }
}
