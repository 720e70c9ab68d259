using System.Text.Json.Nodes;
using Unroll.Configuration;

namespace Unroll.Schedules;

/// <summary><c>initial · decayRate^(step / decaySteps)</c>, as Keras' ExponentialDecay.</summary>
public sealed class ExponentialDecay : LearningRateSchedule
{
    private static readonly Argument<double>
        InitialArgument = Argument.Number("initial_learning_rate").AtLeast(0.0), RateArgument = Argument.Number("decay_rate").AtLeast(0.0);

    private static readonly Argument<long> StepsArgument = Argument.Long("decay_steps").AtLeast(1L);

    private static readonly Argument<bool> StaircaseArgument = Argument.Flag("staircase");

    /// <summary>Creates the schedule.</summary>
    /// <param name="initialLearningRate">Rate of the first step, 0 or more.</param>
    /// <param name="decaySteps">Steps in which the rate is multiplied once.</param>
    /// <param name="decayRate">Factor, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public ExponentialDecay(double initialLearningRate, long decaySteps, double decayRate) =>
        (InitialLearningRate, DecaySteps, DecayRate) = (initialLearningRate, decaySteps, decayRate);

    /// <summary>Rate of the first step.</summary>
    public double InitialLearningRate { get => Get(InitialArgument); init => Set(InitialArgument, value); }

    /// <summary>Steps in which the rate is multiplied once.</summary>
    public long DecaySteps { get => Get(StepsArgument); init => Set(StepsArgument, value); }

    /// <summary>Factor, 0 or more.</summary>
    public double DecayRate { get => Get(RateArgument); init => Set(RateArgument, value); }

    /// <summary>True: the rate changes every <see cref="DecaySteps"/> steps only.</summary>
    public bool Staircase { get => Get(StaircaseArgument); init => Set(StaircaseArgument, value); }

    internal static Registration<LearningRateSchedule> Registration { get; } = new Registration<LearningRateSchedule, ExponentialDecay>("ExponentialDecay")
    {
        Arguments = [InitialArgument, StepsArgument, RateArgument, StaircaseArgument, Argument.Ignored("name", "ExponentialDecay")],
        Make = a => new ExponentialDecay(a.Get(InitialArgument), a.Get(StepsArgument), a.Get(RateArgument)),
    };

    /// <inheritdoc/>
    protected override double Rate(long step)
    {
        double exponent = (double)step / DecaySteps;
        return InitialLearningRate * Raise(DecayRate, Staircase ? Math.Floor(exponent) : exponent);
    }
}

/// <summary><c>initial / (1 + decayRate · step / decaySteps)</c>, as Keras' InverseTimeDecay.</summary>
public sealed class InverseTimeDecay : LearningRateSchedule
{
    private static readonly Argument<double>
        InitialArgument = Argument.Number("initial_learning_rate").AtLeast(0.0), RateArgument = Argument.Number("decay_rate").AtLeast(0.0);

    private static readonly Argument<long> StepsArgument = Argument.Long("decay_steps").AtLeast(1L);

    private static readonly Argument<bool> StaircaseArgument = Argument.Flag("staircase");

    /// <summary>Creates the schedule.</summary>
    /// <param name="initialLearningRate">Rate of the first step, 0 or more.</param>
    /// <param name="decaySteps">Steps in which the divisor grows once.</param>
    /// <param name="decayRate">Growth of the divisor, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public InverseTimeDecay(double initialLearningRate, long decaySteps, double decayRate) =>
        (InitialLearningRate, DecaySteps, DecayRate) = (initialLearningRate, decaySteps, decayRate);

    /// <summary>Rate of the first step.</summary>
    public double InitialLearningRate { get => Get(InitialArgument); init => Set(InitialArgument, value); }

    /// <summary>Steps in which the divisor grows once.</summary>
    public long DecaySteps { get => Get(StepsArgument); init => Set(StepsArgument, value); }

    /// <summary>Growth of the divisor, 0 or more.</summary>
    public double DecayRate { get => Get(RateArgument); init => Set(RateArgument, value); }

    /// <summary>True: the rate changes every <see cref="DecaySteps"/> steps only.</summary>
    public bool Staircase { get => Get(StaircaseArgument); init => Set(StaircaseArgument, value); }

    internal static Registration<LearningRateSchedule> Registration { get; } = new Registration<LearningRateSchedule, InverseTimeDecay>("InverseTimeDecay")
    {
        Arguments = [InitialArgument, StepsArgument, RateArgument, StaircaseArgument, Argument.Ignored("name", "InverseTimeDecay")],
        Make = a => new InverseTimeDecay(a.Get(InitialArgument), a.Get(StepsArgument), a.Get(RateArgument)),
    };

    /// <inheritdoc/>
    protected override double Rate(long step)
    {
        double quotient = (double)step / DecaySteps;
        return InitialLearningRate / (1 + DecayRate * (Staircase ? Math.Floor(quotient) : quotient));
    }
}

/// <summary><c>(initial − end) · (1 − step / decaySteps)^power + end</c>, as Keras' PolynomialDecay.</summary>
public sealed class PolynomialDecay : LearningRateSchedule
{
    private static readonly Argument<double>
        InitialArgument = Argument.Number("initial_learning_rate").AtLeast(0.0),
        EndArgument = Argument.Number("end_learning_rate", 0.0001).AtLeast(0.0),
        PowerArgument = Argument.Number("power", 1).AtLeast(0.0);

    private static readonly Argument<long> StepsArgument = Argument.Long("decay_steps").AtLeast(1L);

    private static readonly Argument<bool> CycleArgument = Argument.Flag("cycle");

    /// <summary>Creates the schedule.</summary>
    /// <param name="initialLearningRate">Rate of the first step, 0 or more.</param>
    /// <param name="decaySteps">Steps until the end.</param>
    /// <param name="endLearningRate">Rate at the end, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public PolynomialDecay(double initialLearningRate, long decaySteps, double endLearningRate = 0.0001) =>
        (InitialLearningRate, DecaySteps, EndLearningRate) = (initialLearningRate, decaySteps, endLearningRate);

    /// <summary>Rate of the first step.</summary>
    public double InitialLearningRate { get => Get(InitialArgument); init => Set(InitialArgument, value); }

    /// <summary>Steps until the end.</summary>
    public long DecaySteps { get => Get(StepsArgument); init => Set(StepsArgument, value); }

    /// <summary>Rate at the end.</summary>
    public double EndLearningRate { get => Get(EndArgument); init => Set(EndArgument, value); }

    /// <summary>Exponent of the curve, 0 or more; 1: a straight line.</summary>
    public double Power { get => Get(PowerArgument); init => Set(PowerArgument, value); }

    /// <summary>True: starts again beyond the end, over twice, three times… as many steps. False: stays at the end.</summary>
    public bool Cycle { get => Get(CycleArgument); init => Set(CycleArgument, value); }

    internal static Registration<LearningRateSchedule> Registration { get; } = new Registration<LearningRateSchedule, PolynomialDecay>("PolynomialDecay")
    {
        Arguments = [InitialArgument, StepsArgument, EndArgument, PowerArgument, CycleArgument, Argument.Ignored("name", "PolynomialDecay")],
        Make = a => new PolynomialDecay(a.Get(InitialArgument), a.Get(StepsArgument)),
    };

    /// <inheritdoc/>
    protected override double Rate(long step)
    {
        double steps = DecaySteps, at = step;
        if (!Cycle) at = Math.Min(at, steps);
        else if (step > 0) steps *= Math.Ceiling(at / steps);
        return (InitialLearningRate - EndLearningRate) * Raise(1 - at / steps, Power) + EndLearningRate;
    }
}

/// <summary>One rate after the other, as Keras' PiecewiseConstantDecay: the first up to and with the first boundary.</summary>
public sealed class PiecewiseConstantDecay : LearningRateSchedule
{
    // Whole numbers are written as such: in Keras a boundary has the type of the step counter.
    private static readonly Argument<IReadOnlyList<double>> BoundariesArgument = new(
        "boundaries",
        new ArgumentForm<IReadOnlyList<double>>(
            ArgumentForms.Numbers.Read,
            values => new JsonArray([.. values.Select(value => value == Math.Floor(value) && Math.Abs(value) < 1L << 53 ? JsonValue.Create((long)value) : KerasJson.Real(value))]),
            "[100, 1000]"));

    private static readonly Argument<IReadOnlyList<double>> ValuesArgument =
        Argument.Numbers("values").Require(values => values.All(value => double.IsFinite(value) && value >= 0), "a list of numbers that are 0 or more");

    /// <summary>Creates the schedule.</summary>
    /// <param name="boundaries">Steps in ascending order; the rate changes after each.</param>
    /// <param name="values">Rates, one more than boundaries.</param>
    /// <exception cref="ArgumentException">Boundaries do not ascend, their number does not fit, or a rate is negative.</exception>
    public PiecewiseConstantDecay(IReadOnlyList<double> boundaries, IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(boundaries);
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count != boundaries.Count + 1)
        {
            throw new ArgumentException(
                $"PiecewiseConstantDecay: {boundaries.Count} boundaries need {boundaries.Count + 1} values, not {values.Count}.", nameof(values));
        }

        for (int i = 1; i < boundaries.Count; i++)
        {
            if (!(boundaries[i] > boundaries[i - 1]))
                throw new ArgumentException($"PiecewiseConstantDecay: boundary {boundaries[i]} follows {boundaries[i - 1]}; they must ascend.", nameof(boundaries));
        }

        Set(BoundariesArgument, [.. boundaries]);
        Set(ValuesArgument, [.. values]);
    }

    /// <summary>Steps after which the rate changes.</summary>
    public IReadOnlyList<double> Boundaries => Get(BoundariesArgument);

    /// <summary>The rates.</summary>
    public IReadOnlyList<double> Values => Get(ValuesArgument);

    internal static Registration<LearningRateSchedule> Registration { get; } = new Registration<LearningRateSchedule, PiecewiseConstantDecay>("PiecewiseConstantDecay")
    {
        Arguments = [BoundariesArgument, ValuesArgument, Argument.Ignored("name", "PiecewiseConstantDecay")],
        Make = a => new PiecewiseConstantDecay(a.Get(BoundariesArgument), a.Get(ValuesArgument)),
    };

    /// <inheritdoc/>
    protected override double Rate(long step)
    {
        int at = 0;
        while (at < Boundaries.Count && step > Boundaries[at]) at++;
        return Values[at];
    }
}
