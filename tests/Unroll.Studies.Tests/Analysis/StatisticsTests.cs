using Unroll.Studies.Analysis;
using Xunit;

namespace Unroll.Studies.Tests.Analysis;

/// <summary>Numbers of R, SciPy, statsmodels and of published papers.</summary>
public sealed class StatisticsTests
{
    // R's data set "sleep": hours of extra sleep of ten people under two drugs.
    private static readonly double[] First = [.7, -1.6, -.2, -1.2, -.1, 3.4, 3.7, .8, 0, 2];
    private static readonly double[] Second = [1.9, .8, 1.1, .1, -.1, 4.4, 5.5, 1.6, 4.6, 3.4];

    private static double[] Differences => [.. First.Zip(Second, (a, b) => a - b)];

    [Fact]
    public void Paired_t_is_that_of_R()
    {
        PairedTest.Result result = PairedTest.Student(Differences);
        Assert.Equal(-4.0621, result.T, 4);
        Assert.Equal(9, result.Df);
        Assert.Equal(.002833, result.P, 6);
        Assert.Equal(-2.4598858, result.Interval.Low, 7);
        Assert.Equal(-0.7001142, result.Interval.High, 7);
    }

    [Fact]
    public void Signs_are_gone_through_exactly() => Assert.Equal(4.0 / 1024, PairedTest.SignFlip(Differences));

    [Fact]
    public void One_difference_has_no_interval() => Assert.False(PairedTest.Student([0.5]).Interval.Exists);

    [Fact]
    public void Equal_differences_have_no_width()
    {
        Assert.Equal((1.0, 0.0), (PairedTest.Student([0, 0, 0]).P, PairedTest.Student([0, 0, 0]).Interval.High));
        Assert.Equal((0.0, 0.5), (PairedTest.Student([.5, .5, .5]).P, PairedTest.Student([.5, .5, .5]).Interval.Low));
    }

    [Fact]
    public void Welch_is_that_of_R()
    {
        TwoSamples.Result result = TwoSamples.Welch(First, Second);
        Assert.Equal((-1.8608, 17.776, .07939), (Math.Round(result.T, 4), Math.Round(result.Df, 3), Math.Round(result.P, 5)));
        Assert.Equal((-3.3654832, .2054832), (Math.Round(result.Interval.Low, 7), Math.Round(result.Interval.High, 7)));
    }

    /// <summary>All 184,756 ways to choose ten of the twenty ranks, gone through one by one in Python: 12,160 are as far out.</summary>
    [Fact]
    public void Rank_sums_are_gone_through_exactly()
    {
        Assert.Equal(12160.0 / 184756, TwoSamples.RankSum(First, Second), 1e-15);
        Assert.Equal(2.0 / 20, TwoSamples.RankSum([1, 2, 3], [4, 5, 6]), 1e-15);
        Assert.Equal(1, TwoSamples.RankSum([1, 1], [1, 1, 1]));
        Assert.True(double.IsNaN(TwoSamples.RankSum([], [1])));
    }

    [Fact]
    public void McNemar_is_that_of_R()
    {
        Assert.Equal(20.6722222, McNemar.Test(121, 59).ChiSquared, 6);
        Assert.Equal(5.4500948e-6, McNemar.Test(121, 59).P, 11);
        Assert.Equal(21.3555556, McNemar.Test(121, 59, corrected: false).ChiSquared, 6);
        Assert.Equal(3.8151359e-6, McNemar.Test(121, 59, corrected: false).P, 11);
        Assert.Equal(4.4344493e-6, McNemar.Exact(121, 59), 11);
        Assert.Equal(.00634765625, McNemar.Exact(11, 1), 12);
    }

    [Fact]
    public void Holm_is_that_of_R()
    {
        Near([.03, .06, .06, .02], Holm.Adjust([.01, .04, .03, .005]));
        Near([.05, .08, .09, .09, .09], Holm.Adjust([.01, .02, .03, .04, .05]));
        Assert.True(double.IsNaN(Holm.Adjust([.01, double.NaN])[1]));
        Assert.Equal(.01, Holm.Adjust([.01, double.NaN])[0], 12);
    }

    [Fact]
    public void Power_is_that_of_statsmodels()
    {
        Assert.Equal(33.36713, Power.PairsNeeded(.5), 4);
        Assert.Equal(.8689528, Power.TwoSample(1, 20), 6);
        Assert.Equal(22.02110, Power.GroupSizeNeeded(1, .9), 4);
    }

    // Of three pairs: 3.264044, by a sum over 200,000 points of the density of the observed deviation.
    [Theory]
    [InlineData(3, 3.26)]
    [InlineData(5, 1.68)]
    [InlineData(10, 1.00)]
    [InlineData(20, .66)]
    public void Detectable_differences(int n, double expected) => Assert.Equal(expected, Power.DetectableDifference(n), 2);

    [Fact]
    public void Noether_asks_for_29() => Assert.Equal(28.859, Power.Noether(.75), 3);

    [Fact]
    public void Probabilities_of_improvement()
    {
        Assert.Equal(1.0 / 3, Chances.Improvement([[1, 2], [2, 2], [1, 1], [2, 1]], [[1, 1], [2, 2], [3, 3]]), 12);
        Assert.Equal(.745, Chances.Above(Second, First), 12);
    }

    [Fact]
    public void Error_of_a_share() => Assert.Equal(.0024298, Chances.StandardError(.82, 25000), 7);

    // R: binom.test(8, 10)$conf.int is 0.4439045 … 0.9747893; of none in 10, 0 … 0.3084971.
    [Fact]
    public void Exact_interval_of_a_share_is_that_of_R()
    {
        Interval eight = Chances.Exact(8, 10), none = Chances.Exact(0, 10);
        Assert.Equal((.4439045, .9747893), (Math.Round(eight.Low, 7), Math.Round(eight.High, 7)));
        Assert.Equal((0, .3084971), (none.Low, Math.Round(none.High, 7)));
    }

    [Fact]
    public void Overlapping_folds_widen_the_posterior()
    {
        CorrelatedT posterior = CorrelatedT.Of([5 - 4, 7 - 2, 3 - 6], 1.0 / 3);
        Assert.Equal((1, 2), (posterior.Mean, posterior.Df));
        Assert.Equal(16 * (1.0 / 3 + 1.0 / 2), posterior.Variance, 12);
    }

    private static void Near(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        foreach ((double want, double got) in expected.Zip(actual)) Assert.Equal(want, got, 12);
    }
}
