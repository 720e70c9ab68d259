using Xunit;

namespace Unroll.Studies.Tests.Analysis;

public sealed class SummaryTests
{
    // By hand: mean (2+4+4+4+5+5+7+9)/8 = 5; squares 9+1+1+1+0+0+4+16 = 32; 32/7 = 4.571428…
    [Fact]
    public void Mean_and_sample_deviation()
    {
        Summary summary = Summary.Of([2, 4, 4, 4, 5, 5, 7, 9]);
        Assert.Equal(8, summary.Count);
        Assert.Equal(5, summary.Mean);
        Assert.Equal(2.13808993529939, summary.Std, 12);
    }

    [Fact]
    public void One_value_has_no_deviation()
    {
        Summary summary = Summary.Of([0.8]);
        Assert.Equal((1, 0.8), (summary.Count, summary.Mean));
        Assert.True(double.IsNaN(summary.Std));
    }

    [Fact]
    public void Missing_values_are_left_out() => Assert.Equal((2, 0.5), (Summary.Of([double.NaN, 0.25, 0.75]).Count, Summary.Of([double.NaN, 0.25, 0.75]).Mean));

    [Fact]
    public void Nothing_has_no_mean() => Assert.True(double.IsNaN(Summary.Of([]).Mean));
}
