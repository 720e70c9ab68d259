using Unroll.Classification;
using Unroll.Reports;
using Xunit;

namespace Unroll.Tests.Reports;

public sealed class ShareTests
{
    /// <summary>Table I of Newcombe, "Two-sided confidence intervals for the single proportion" (1998), method 3.</summary>
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0.0000, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    public void Wilsons_interval_is_the_published_one(int count, int samples, double low, double high)
    {
        ShareInterval share = ShareInterval.Of(count, samples);
        Assert.Equal(low, share.Low, 0.00005);
        Assert.Equal(high, share.High, 0.00005);
    }

    [Fact]
    public void Calibration_by_hand()
    {
        Calibration calibration = Calibration.Of([0.55f, 0.6f, 0.95f, 1f], [true, false, true, true]);
        Assert.Equal([2, 2], calibration.Bins.Select(bin => bin.Count));
        Assert.Equal([0.5, 1], calibration.Bins.Select(bin => bin.Accuracy));
        Assert.Equal((2 * 0.075 + 2 * 0.025) / 4, calibration.Error, 1e-6);
        Assert.Equal(0.775, calibration.Confidence, 1e-6);
        Assert.Throws<ArgumentException>(() => Calibration.Of([1.1f], [true]));
    }

    /// <summary>(b − c)² / (b + c) against 3.84, the table's value of chi² for 5 %.</summary>
    [Theory]
    [InlineData(10, 2, true, false)]
    [InlineData(8, 2, false, false)]
    [InlineData(2, 10, false, true)]
    [InlineData(0, 0, false, false)]
    public void McNemars_test(int network, int baseline, bool isBetter, bool isWorse)
    {
        var comparison = new BaselineComparison(ShareInterval.Of(1, 2), network, baseline);
        Assert.Equal((isBetter, isWorse), (comparison.NetworkIsBetter, comparison.NetworkIsWorse));
        Assert.Equal(!isBetter, comparison.ToString().Contains("does NOT beat it", StringComparison.Ordinal));
    }
}
