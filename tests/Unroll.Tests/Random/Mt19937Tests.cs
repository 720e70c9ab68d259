using Unroll.Random;
using Xunit;

namespace Unroll.Tests.Random;

/// <summary>Against values recorded from NumPy's RandomState.</summary>
public sealed class Mt19937Tests
{
    [Fact]
    public void First_outputs_and_state()
    {
        var random = new Mt19937(113);
        Assert.Equal([113u, 2941494678, 3869804390, 2159376348], random.State[..4].ToArray());
        uint[] outputs = [random.NextUInt32(), random.NextUInt32(), random.NextUInt32(), random.NextUInt32(), random.NextUInt32()];
        Assert.Equal([3659249829, 529109724, 317413538, 548173386, 3843702636], outputs);
    }

    [Fact]
    public void Two_shuffles_of_one_generator()
    {
        var random = new Mt19937(113);
        Assert.Equal([9, 3, 6, 1, 0, 7, 4, 8, 2, 5], random.Permutation(10));
        Assert.Equal([6, 9, 5, 0, 1, 4, 8, 3, 7, 2], random.Permutation(10));
    }

    [Fact]
    public void Imdb_permutations()
    {
        var random = new Mt19937(113);
        int[] train = random.Permutation(25000);
        int[] test = random.Permutation(25000);
        Assert.Equal([7798, 13226, 18078, 793, 17499, 23003, 574, 19638, 5181, 23045, 1161, 23406, 22124, 14678, 12995, 21817, 5916, 4278, 22461, 5020], train[..20]);
        Assert.Equal([11010, 16236, 22690, 4828, 14501], train[^5..]);
        Assert.Equal([22748, 4083, 8015, 13688, 5310, 4466, 736, 22654, 23614, 10255, 11260, 13207, 20302, 19764, 8695, 15366, 8136, 23968, 20778, 13419], test[..20]);
        Assert.Equal([8142, 2321, 23183, 20869, 16517], test[^5..]);
        Assert.Equal("1 0 0 1 0 0 1 0 1 0 1 0 0 0 0 0 1 1 0 1", string.Join(' ', train[..20].Select(i => i < 12500 ? 1 : 0)));
        Assert.Equal("0 1 1 0 1 1 1 0 0 1 1 0 0 0 1 0 1 0 0 0", string.Join(' ', test[..20].Select(i => i < 12500 ? 1 : 0)));
    }

    [Fact]
    public void Reuters_permutation() =>
        Assert.Equal([1341, 4427, 5095, 2044, 3024, 1792, 1931, 2375, 2080, 9868], new Mt19937(113).Permutation(11228)[..10]);

    /// <summary>Recorded from NumPy 1.24: RandomState(seed).permutation(7), then .random_sample().</summary>
    [Theory]
    [InlineData(0u, new[] { 6, 2, 1, 3, 0, 5, 4 }, 0.6458941130666561)]
    [InlineData(42u, new[] { 0, 1, 5, 2, 4, 3, 6 }, 0.5986584841970366)]
    [InlineData(113u, new[] { 1, 3, 0, 6, 2, 4, 5 }, 0.43649354757860825)]
    [InlineData(4294967295u, new[] { 1, 5, 0, 6, 4, 2, 3 }, 0.7800035981134678)]
    public void Other_seeds(uint seed, int[] permutation, double sample)
    {
        var random = new Mt19937(seed);
        Assert.Equal(permutation, random.Permutation(7));
        Assert.Equal(sample, random.NextDouble());
    }

    [Fact]
    public void Interval_of_zero_draws_nothing()
    {
        var random = new Mt19937(113);
        Assert.Equal(0u, random.NextInterval(0));
        Assert.Equal(3659249829, random.NextUInt32());
        Assert.Empty(random.Permutation(0));
    }
}
