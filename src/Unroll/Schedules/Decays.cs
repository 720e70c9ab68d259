using Unroll.Configuration;

namespace Unroll.Schedules;

/// <summary><c>initial · decayRate^(step / decaySteps)</c>, as Keras' ExponentialDecay.</summary>
/// <param name="InitialLearningRate">Rate of the first step, 0 or more.</param>
/// <param name="DecaySteps">Steps in which the rate is multiplied by <paramref name="DecayRate"/> once.</param>
/// <param name="DecayRate">Factor, 0 or more.</param>
/// <param name="Staircase">True: the rate changes every <paramref name="DecaySteps"/> steps only.</param>
/// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
public sealed record ExponentialDecay(double InitialLearningRate, long DecaySteps, double DecayRate, bool Staircase = false) : LearningRateSchedule
{
    /// <summary>Rate of the first step.</summary>
    public double InitialLearningRate { get; } = Initial(nameof(ExponentialDecay), InitialLearningRate);

    /// <summary>Steps in which the rate is multiplied once.</summary>
    public long DecaySteps { get; } = Steps(nameof(ExponentialDecay), "decay_steps", DecaySteps);

    /// <summary>Factor.</summary>
    public double DecayRate { get; } = Require(nameof(ExponentialDecay), "decay_rate", DecayRate);

    internal static Registration<LearningRateSchedule> Registration { get; } = new Registration<LearningRateSchedule, ExponentialDecay>("ExponentialDecay")
    {
        Arguments =
        [
            new("initial_learning_rate", schedule => schedule.InitialLearningRate),
            new("decay_steps", schedule => schedule.DecaySteps),
            new("decay_rate", schedule => schedule.DecayRate),
            new("staircase", schedule => schedule.Staircase),
            ConfigArgument<ExponentialDecay>.Ignored("name", "ExponentialDecay"),
        ],
        Make = a => new ExponentialDecay(a.Double("initial_learning_rate"), a.Long("decay_steps"), a.Double("decay_rate"), a.Bool("staircase", false)),
    };

    private protected override double Rate(long step)
    {
        double exponent = (double)step / DecaySteps;
        return InitialLearningRate * Raise(DecayRate, Staircase ? Math.Floor(exponent) : exponent);
    }
}

/// <summary><c>initial / (1 + decayRate · step / decaySteps)</c>, as Keras' InverseTimeDecay.</summary>
/// <param name="InitialLearningRate">Rate of the first step, 0 or more.</param>
/// <param name="DecaySteps">Steps in which <paramref name="DecayRate"/> is added to the divisor once.</param>
/// <param name="DecayRate">What is added, 0 or more.</param>
/// <param name="Staircase">True: the rate changes every <paramref name="DecaySteps"/> steps only.</param>
/// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
public sealed record InverseTimeDecay(double InitialLearningRate, long DecaySteps, double DecayRate, bool Staircase = false) : LearningRateSchedule
{
    /// <summary>Rate of the first step.</summary>
    public double InitialLearningRate { get; } = Initial(nameof(InverseTimeDecay), InitialLearningRate);

    /// <summary>Steps in which the divisor grows once.</summary>
    public long DecaySteps { get; } = Steps(nameof(InverseTimeDecay), "decay_steps", DecaySteps);

    /// <summary>Growth of the divisor.</summary>
    public double DecayRate { get; } = Require(nameof(InverseTimeDecay), "decay_rate", DecayRate);

    internal static Registration<LearningRateSchedule> Registration { get; } = new Registration<LearningRateSchedule, InverseTimeDecay>("InverseTimeDecay")
    {
        Arguments =
        [
            new("initial_learning_rate", schedule => schedule.InitialLearningRate),
            new("decay_steps", schedule => schedule.DecaySteps),
            new("decay_rate", schedule => schedule.DecayRate),
            new("staircase", schedule => schedule.Staircase),
            ConfigArgument<InverseTimeDecay>.Ignored("name", "InverseTimeDecay"),
        ],
        Make = a => new InverseTimeDecay(a.Double("initial_learning_rate"), a.Long("decay_steps"), a.Double("decay_rate"), a.Bool("staircase", false)),
    };

    private protected override double Rate(long step)
    {
        double quotient = (double)step / DecaySteps;
        return InitialLearningRate / (1 + DecayRate * (Staircase ? Math.Floor(quotient) : quotient));
    }
}

/// <summary><c>(initial − end) · (1 − step / decaySteps)^power + end</c>, as Keras' PolynomialDecay.</summary>
/// <param name="InitialLearningRate">Rate of the first step, 0 or more.</param>
/// <param name="DecaySteps">Steps until the end.</param>
/// <param name="EndLearningRate">Rate at the end.</param>
/// <param name="Power">1: a straight line.</param>
/// <param name="Cycle">True: starts again beyond the end, over twice, three times… as many steps. False: stays at the end.</param>
/// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
public sealed record PolynomialDecay(
    double InitialLearningRate, long DecaySteps, double EndLearningRate = 0.0001, double Power = 1.0, bool Cycle = false) : LearningRateSchedule
{
    /// <summary>Rate of the first step.</summary>
    public double InitialLearningRate { get; } = Initial(nameof(PolynomialDecay), InitialLearningRate);

    /// <summary>Steps until the end.</summary>
    public long DecaySteps { get; } = Steps(nameof(PolynomialDecay), "decay_steps", DecaySteps);

    /// <summary>Rate at the end.</summary>
    public double EndLearningRate { get; } = Require(nameof(PolynomialDecay), "end_learning_rate", EndLearningRate);

    /// <summary>Exponent of the curve.</summary>
    public double Power { get; } = Require(nameof(PolynomialDecay), "power", Power);

    internal static Registration<LearningRateSchedule> Registration { get; } = new Registration<LearningRateSchedule, PolynomialDecay>("PolynomialDecay")
    {
        Arguments =
        [
            new("initial_learning_rate", schedule => schedule.InitialLearningRate),
            new("decay_steps", schedule => schedule.DecaySteps),
            new("end_learning_rate", schedule => schedule.EndLearningRate),
            new("power", schedule => schedule.Power),
            new("cycle", schedule => schedule.Cycle),
            ConfigArgument<PolynomialDecay>.Ignored("name", "PolynomialDecay"),
        ],
        Make = a => new PolynomialDecay(
            a.Double("initial_learning_rate"), a.Long("decay_steps"), a.Double("end_learning_rate", 0.0001), a.Double("power", 1), a.Bool("cycle", false)),
    };

    private protected override double Rate(long step)
    {
        double steps = DecaySteps, at = step;
        if (!Cycle) at = Math.Min(at, steps);
        else if (step > 0) steps *= Math.Ceiling(at / steps);
        return (InitialLearningRate - EndLearningRate) * Raise(1 - at / steps, Power) + EndLearningRate;
    }
}

/// <summary>One rate after the other, as Keras' PiecewiseConstantDecay: the first up to and with the first boundary.</summary>
public sealed record PiecewiseConstantDecay : LearningRateSchedule
{
    /// <summary>Creates the schedule.</summary>
    /// <param name="boundaries">Steps in ascending order; the rate changes after each.</param>
    /// <param name="values">Rates, one more than boundaries.</param>
    /// <exception cref="ArgumentException">Boundaries do not ascend, their number does not fit, or a rate is negative.</exception>
    public PiecewiseConstantDecay(IReadOnlyList<long> boundaries, IReadOnlyList<double> values)
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
            if (boundaries[i] <= boundaries[i - 1])
                throw new ArgumentException($"PiecewiseConstantDecay: boundary {boundaries[i]} follows {boundaries[i - 1]}; they must ascend.", nameof(boundaries));
        }

        foreach (double value in values) Require(nameof(PiecewiseConstantDecay), "values", value);
        (Boundaries, Values) = ([.. boundaries], [.. values]);
    }

    /// <summary>Steps after which the rate changes.</summary>
    public IReadOnlyList<long> Boundaries { get; }

    /// <summary>The rates.</summary>
    public IReadOnlyList<double> Values { get; }

    internal static Registration<LearningRateSchedule> Registration { get; } = new Registration<LearningRateSchedule, PiecewiseConstantDecay>("PiecewiseConstantDecay")
    {
        Arguments =
        [
            new("boundaries", schedule => schedule.Boundaries),
            new("values", schedule => schedule.Values),
            ConfigArgument<PiecewiseConstantDecay>.Ignored("name", "PiecewiseConstantDecay"),
        ],
        Make = a => new PiecewiseConstantDecay([.. a.Doubles("boundaries").Select(step => (long)step)], a.Doubles("values")),
    };

    private protected override double Rate(long step)
    {
        int at = 0;
        while (at < Boundaries.Count && step > Boundaries[at]) at++;
        return Values[at];
    }
}
