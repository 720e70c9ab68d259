using System.Globalization;
using System.Text.Json.Nodes;
using Unroll.Configuration;
using Unroll.Kernels.Math;

namespace Unroll.Schedules;

/// <summary>
/// The learning rate as a function of the training steps done so far. Stands wherever an optimizer takes a learning rate,
/// and a plain number converts to it: <c>new SGD(0.1)</c>, <c>new SGD(new ExponentialDecay(0.1, 1000, 0.9))</c>. One of your
/// own overrides <see cref="Rate"/>.
/// </summary>
public abstract class LearningRateSchedule : ConfigurableValue
{
    /// <summary>All schedules that are known by name.</summary>
    public static Catalog<LearningRateSchedule> Catalog => ScheduleCatalog.Instance;

    /// <summary>A rate that stays as it is.</summary>
    public static implicit operator LearningRateSchedule(double learningRate) => new ConstantLearningRate(learningRate);

    /// <summary>The learning rate of the step that follows <paramref name="step"/> steps: the first is that of step 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="step"/> is negative.</exception>
    public double At(long step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        return Rate(step);
    }

    /// <summary>The learning rate of the step that follows <paramref name="step"/> steps, 0 or more.</summary>
    protected abstract double Rate(long step);

    /// <summary>Keras' <c>learning_rate</c> of an optimizer: a number or a schedule.</summary>
    internal static Argument<LearningRateSchedule> AsArgument(double defaultValue) =>
        new Argument<LearningRateSchedule>("learning_rate", Form, new ConstantLearningRate(defaultValue)).Require(
            rate => rate is not ConstantLearningRate { Value: var value } || (double.IsFinite(value) && value >= 0), "0 or more");

    /// <summary>x to any power, by the portable logarithm: the same bits on every machine.</summary>
    private protected static double Raise(double x, double exponent) => x == 0
        ? exponent == 0 ? 1 : 0
        : Portable.Exp(exponent * Portable.Log(x));

    private static ArgumentForm<LearningRateSchedule> Form { get; } = new(
        input => input.Node is JsonObject ? Catalog.Create(input.Object()) : ArgumentForms.Number.Read(input),
        rate => rate is ConstantLearningRate { Value: var value } ? KerasJson.Real(value) : Catalog.ToKeras(rate), "0.001");
}

/// <summary>A rate that stays as it is.</summary>
internal sealed class ConstantLearningRate : LearningRateSchedule
{
    private static readonly Argument<double> ValueArgument = Argument.Number("learning_rate");

    public ConstantLearningRate(double value) => Set(ValueArgument, value);

    public double Value => Get(ValueArgument);

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    protected override double Rate(long step) => Value;
}
