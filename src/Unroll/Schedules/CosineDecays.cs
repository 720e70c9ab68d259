using Unroll.Configuration;
using Unroll.Kernels.Math;

namespace Unroll.Schedules;

/// <summary>
/// Half a cosine from the initial rate down to a share of it (Loshchilov and Hutter 2017), as Keras' CosineDecay, after an
/// optional straight rise.
/// </summary>
public sealed class CosineDecay : LearningRateSchedule
{
    private static readonly Argument<double>
        InitialArgument = Argument.Number("initial_learning_rate").AtLeast(0.0), AlphaArgument = Argument.Number("alpha", 0).AtLeast(0.0);

    private static readonly Argument<long>
        StepsArgument = Argument.Long("decay_steps").AtLeast(1L), WarmupStepsArgument = Argument.Long("warmup_steps", 0).AtLeast(0L);

    private static readonly Argument<double?> WarmupTargetArgument = Argument.OptionalNumber("warmup_target").AtLeast(0.0);

    /// <summary>Creates the schedule.</summary>
    /// <param name="initialLearningRate">Rate of the first step, 0 or more.</param>
    /// <param name="decaySteps">Steps of the cosine.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public CosineDecay(double initialLearningRate, long decaySteps) => (InitialLearningRate, DecaySteps) = (initialLearningRate, decaySteps);

    /// <summary>Rate of the first step.</summary>
    public double InitialLearningRate { get => Get(InitialArgument); init => Set(InitialArgument, value); }

    /// <summary>Steps of the cosine.</summary>
    public long DecaySteps { get => Get(StepsArgument); init => Set(StepsArgument, value); }

    /// <summary>Share of the highest rate that is left at the end, 0 or more.</summary>
    public double Alpha { get => Get(AlphaArgument); init => Set(AlphaArgument, value); }

    /// <summary>Rate that the rise leads to; null: no rise.</summary>
    public double? WarmupTarget { get => Get(WarmupTargetArgument); init => Set(WarmupTargetArgument, value); }

    /// <summary>Steps of the rise.</summary>
    public long WarmupSteps { get => Get(WarmupStepsArgument); init => Set(WarmupStepsArgument, value); }

    internal static Registration<LearningRateSchedule> Registration { get; } = new Registration<LearningRateSchedule, CosineDecay>("CosineDecay")
    {
        Arguments =
        [
            InitialArgument, StepsArgument, AlphaArgument, WarmupTargetArgument, WarmupStepsArgument, Argument.Ignored("name", "CosineDecay"),
        ],
        Make = a => new CosineDecay(a.Get(InitialArgument), a.Get(StepsArgument)),
    };

    /// <inheritdoc/>
    protected override double Rate(long step)
    {
        if (WarmupTarget is not { } target) return Falling(InitialLearningRate, step);
        return step < WarmupSteps
            ? InitialLearningRate + (target - InitialLearningRate) * step / WarmupSteps
            : Falling(target, step - WarmupSteps);
    }

    private double Falling(double from, long step) =>
        from * ((1 - Alpha) * HalfCosine.At((double)Math.Min(step, DecaySteps) / DecaySteps) + Alpha);
}

/// <summary>Cosines one after the other, each from a high rate again (Loshchilov and Hutter 2017), as Keras' CosineDecayRestarts.</summary>
public sealed class CosineDecayRestarts : LearningRateSchedule
{
    private static readonly Argument<double>
        InitialArgument = Argument.Number("initial_learning_rate").AtLeast(0.0),
        TMulArgument = Argument.Number("t_mul", 2).Above(0.0),
        MMulArgument = Argument.Number("m_mul", 1).AtLeast(0.0),
        AlphaArgument = Argument.Number("alpha", 0).AtLeast(0.0);

    private static readonly Argument<long> StepsArgument = Argument.Long("first_decay_steps").AtLeast(1L);

    /// <summary>Creates the schedule.</summary>
    /// <param name="initialLearningRate">Rate of the first step, 0 or more.</param>
    /// <param name="firstDecaySteps">Steps of the first cosine.</param>
    /// <param name="tMul">Every cosine has this many times the steps of the one before, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public CosineDecayRestarts(double initialLearningRate, long firstDecaySteps, double tMul = 2.0) =>
        (InitialLearningRate, FirstDecaySteps, TMul) = (initialLearningRate, firstDecaySteps, tMul);

    /// <summary>Rate of the first step.</summary>
    public double InitialLearningRate { get => Get(InitialArgument); init => Set(InitialArgument, value); }

    /// <summary>Steps of the first cosine.</summary>
    public long FirstDecaySteps { get => Get(StepsArgument); init => Set(StepsArgument, value); }

    /// <summary>
    /// Every cosine has this many times the steps of the one before, above 0. Below 1 the cosines come to an end after
    /// firstDecaySteps / (1 − tMul) steps; the rate then stays at its lowest, where Keras' is not a number.
    /// </summary>
    public double TMul { get => Get(TMulArgument); init => Set(TMulArgument, value); }

    /// <summary>Every cosine starts at this share of the one before.</summary>
    public double MMul { get => Get(MMulArgument); init => Set(MMulArgument, value); }

    /// <summary>Share of the initial rate that is left at the end of each.</summary>
    public double Alpha { get => Get(AlphaArgument); init => Set(AlphaArgument, value); }

    internal static Registration<LearningRateSchedule> Registration { get; } = new Registration<LearningRateSchedule, CosineDecayRestarts>("CosineDecayRestarts")
    {
        Arguments =
        [
            InitialArgument, StepsArgument, TMulArgument, MMulArgument, AlphaArgument, Argument.Ignored("name", "CosineDecayRestarts"),
        ],
        Make = a => new CosineDecayRestarts(a.Get(InitialArgument), a.Get(StepsArgument)),
    };

    /// <inheritdoc/>
    protected override double Rate(long step)
    {
        double completed = (double)step / FirstDecaySteps;
        double restarts;
        if (TMul == 1)
        {
            restarts = Math.Floor(completed);
            completed -= restarts;
        }
        else
        {
            // The quotient of logarithms is a hair off where a cosine begins, so the powers themselves decide.
            double grown = 1 - completed * (1 - TMul);
            if (grown <= 0) return InitialLearningRate * Alpha;
            restarts = Math.Max(0, Math.Floor(Portable.Log(grown) / Portable.Log(TMul)));
            if (HasEnded(restarts, grown)) restarts++;
            else if (restarts > 0 && !HasEnded(restarts - 1, grown)) restarts--;
            double length = Portable.Power(TMul, (long)restarts);
            completed = (completed - (1 - length) / (1 - TMul)) / length;
        }

        return InitialLearningRate * ((1 - Alpha) * Raise(MMul, restarts) * HalfCosine.At(completed) + Alpha);
    }

    /// <summary>True if that cosine, counted from 0, is over where lengths have grown so far.</summary>
    private bool HasEnded(double cosine, double grown)
    {
        double end = Portable.Power(TMul, (long)cosine + 1);
        return TMul > 1 ? end <= grown : end >= grown;
    }
}

/// <summary>½(1 + cos πx), from IEEE operations alone: the platform's cosine differs between machines.</summary>
internal static class HalfCosine
{
    /// <param name="x">Taken into 0 … 1.</param>
    public static double At(double x)
    {
        // ½(1 + cos πx) = cos²(πx/2) = 1 − sin²(πx/2); the series of the smaller angle is short.
        x = Math.Clamp(x, 0, 1);
        double sine = Sine(Math.PI / 2 * (x <= 0.5 ? x : 1 - x));
        return x <= 0.5 ? 1 - sine * sine : sine * sine;
    }

    /// <summary>Sine of 0 … π/4.</summary>
    private static double Sine(double angle)
    {
        double square = angle * angle, sum = 0;
        for (int k = 19; k >= 3; k -= 2) sum = (1 + sum) * (-square / (k * (k - 1)));
        return angle * (1 + sum);
    }
}
