using Unroll.Studies.Analysis;
using Xunit;

namespace Unroll.Studies.Tests.Analysis;

/// <summary>Simulated studies of which the truth is known. “unroll study calibrate” simulates more of them.</summary>
public sealed class CalibrationTests
{
    // 5 % of 20,000 studies have a standard error of 0.15 points; what is allowed above is twice that.
    [Theory]
    [InlineData(2, 5, false)]
    [InlineData(4, 3, false)]
    [InlineData(5, 10, false)]
    [InlineData(5, 5, true)]
    [InlineData(4, 10, true)]
    public void At_most_5_percent_of_parts_without_a_difference_get_a_false_verdict(int cells, int repeats, bool ordered) =>
        Assert.InRange(Calibration.FalseVerdicts(20000, cells, repeats, ordered), 0.03, 0.0531); // far fewer would mean that nothing is ever found

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(10)]
    public void Differences_are_found_as_often_as_the_plan_promises(int repeats) =>
        Assert.InRange(Calibration.FoundDifferences(StudyEstimate.DetectableDifference(repeats), 2000, repeats), 0.77, 0.83);
}
