using Unroll.Kernels.Math;

namespace Unroll.Schedules;

/// <summary>
/// The learning rate as a function of the training steps done so far. Stands wherever an optimizer takes a learning rate,
/// and a plain number converts to it: <c>new SGD(0.1)</c>, <c>new SGD(new ExponentialDecay(0.1, 1000, 0.9))</c>.
/// </summary>
public abstract record LearningRateSchedule
{
    /// <summary>A rate that stays as it is.</summary>
    public static implicit operator LearningRateSchedule(double learningRate) => new ConstantLearningRate(learningRate);

    /// <summary>The learning rate of the step that follows <paramref name="step"/> steps: the first is that of step 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="step"/> is negative.</exception>
    public double At(long step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        return Rate(step);
    }

    private protected abstract double Rate(long step);

    private protected static double Initial(string schedule, double rate) => Require(schedule, "initial_learning_rate", rate);

    private protected static double Require(string schedule, string argument, double value) => double.IsFinite(value) && value >= 0
        ? value
        : throw new ArgumentOutOfRangeException(argument, value, $"{schedule}: argument '{argument}' is {value}; it must be 0 or more.");

    private protected static long Steps(string schedule, string argument, long value, long smallest = 1) => value >= smallest
        ? value
        : throw new ArgumentOutOfRangeException(argument, value, $"{schedule}: argument '{argument}' is {value}; it must be {smallest} or more.");

    /// <summary>x to any power, by the portable logarithm: the same bits on every machine.</summary>
    private protected static double Raise(double x, double exponent) => x == 0
        ? exponent == 0 ? 1 : 0
        : Portable.Exp(exponent * Portable.Log(x));
}

/// <summary>A rate that stays as it is.</summary>
internal sealed record ConstantLearningRate(double Value) : LearningRateSchedule
{
    private protected override double Rate(long step) => Value;
}
