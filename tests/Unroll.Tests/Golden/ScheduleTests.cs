using Unroll.Schedules;
using Xunit;

namespace Unroll.Tests.Golden;

/// <summary>Learning rates as real Keras computed them at the steps 0, 1, 5, 6, 10, 12 and 20.</summary>
public class ScheduleTests
{
    private static readonly long[] Steps = [0, 1, 5, 6, 10, 12, 20];

    public static TheoryData<LearningRateSchedule, double[]> Recorded { get; } = new()
    {
        { new ExponentialDecay(.1, 10, .5), [.1, .0933033, .07071068, .06597539, .05, .04352752, .025] },
        { new ExponentialDecay(.1, 10, .5) { Staircase = true }, [.1, .1, .1, .1, .05, .05, .025] },
        { new InverseTimeDecay(.1, 10, .5), [.1, .0952381, .08, .07692308, .06666667, .0625, .05] },
        { new PolynomialDecay(.1, 10, .01) { Power = 2 }, [.1, .0829, .0325, .0244, .01, .01, .01] },
        { new PolynomialDecay(.1, 10, .01) { Power = 2, Cycle = true }, [.1, .0829, .0325, .0244, .01, .0244, .01] },
        { new CosineDecay(.1, 10) { Alpha = .1 }, [.1, .09779754, .055, .04109422, .01, .01, .01] },
        { new CosineDecay(.01, 10) { Alpha = 0, WarmupTarget = .1, WarmupSteps = 5 }, [.01, .028, .1, .09755283, .05, .02061074, 0] },
        { new CosineDecayRestarts(.1, 5), [.1, .09045085, .1, .09755283, .05, .02061073, .08535534] },
        { new PiecewiseConstantDecay([5, 10], [.1, .05, .01]), [.1, .1, .1, .05, .05, .01, .01] },
    };

    [Theory]
    [MemberData(nameof(Recorded))]
    public void MatchesKeras(LearningRateSchedule schedule, double[] expected)
    {
        for (int i = 0; i < Steps.Length; i++)
            Assert.True(Math.Abs(expected[i] - schedule.At(Steps[i])) <= 3e-8, $"{schedule} at {Steps[i]}: {schedule.At(Steps[i])} instead of {expected[i]}.");
    }

    /// <summary>With equal cosines a restart comes every so many steps.</summary>
    [Fact]
    public void EqualCosinesRestart()
    {
        var schedule = new CosineDecayRestarts(.1, 5, 1) { MMul = 0.5 };
        Assert.Equal(.1, schedule.At(0));
        Assert.Equal(.05, schedule.At(5), 1e-12);
        Assert.Equal(.025, schedule.At(10), 1e-12);

        // 1 + 2·121 = 3^5: the sixth cosine begins exactly there. Rounded logarithms miss it.
        Assert.Equal(.1, new CosineDecayRestarts(.1, 7, 3).At(847));
        Assert.True(new CosineDecayRestarts(.1, 7, 3).At(846) < 1e-5);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    [InlineData(0.25)]
    [InlineData(0.4999)]
    [InlineData(0.5)]
    [InlineData(0.75)]
    [InlineData(1)]
    public void HalfACosine(double x) => Assert.Equal(0.5 * (1 + Math.Cos(Math.PI * x)), HalfCosine.At(x), 4e-16);

    [Fact]
    public void WrongArgumentsAreNamed()
    {
        static void Refuses(string message, Func<LearningRateSchedule> create) =>
            Assert.StartsWith(message, Assert.ThrowsAny<ArgumentException>(create).Message, StringComparison.Ordinal);
        Refuses("ExponentialDecay: argument 'decay_steps' is 0; it must be 1 or more.", () => new ExponentialDecay(.1, 0, .5));
        Refuses("CosineDecay: argument 'initial_learning_rate' is -1; it must be 0 or more.", () => new CosineDecay(-1, 10));
        Refuses("CosineDecayRestarts: argument 't_mul' is 0; it must be above 0.", () => new CosineDecayRestarts(.1, 10, 0));
        Refuses("PiecewiseConstantDecay: 2 boundaries need 3 values, not 2.", () => new PiecewiseConstantDecay([1, 2], [.1, .2]));
        Refuses("PiecewiseConstantDecay: boundary 2 follows 2; they must ascend.", () => new PiecewiseConstantDecay([2, 2], [.1, .2, .3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PolynomialDecay(.1, 10).At(-1));
    }
}
