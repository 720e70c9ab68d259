using Unroll.Configuration;
using Unroll.Kernels.Math;

namespace Unroll.Schedules;

/// <summary>
/// Half a cosine from the initial rate down to a share of it (Loshchilov and Hutter 2017), as Keras' CosineDecay, after an
/// optional straight rise.
/// </summary>
/// <param name="InitialLearningRate">Rate of the first step, 0 or more.</param>
/// <param name="DecaySteps">Steps of the cosine.</param>
/// <param name="Alpha">Share of the highest rate that is left at the end.</param>
/// <param name="WarmupTarget">Rate that the rise leads to; null: no rise.</param>
/// <param name="WarmupSteps">Steps of the rise.</param>
/// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
public sealed record CosineDecay(
    double InitialLearningRate, long DecaySteps, double Alpha = 0.0, double? WarmupTarget = null, long WarmupSteps = 0) : LearningRateSchedule
{
    /// <summary>Rate of the first step.</summary>
    public double InitialLearningRate { get; } = Initial(nameof(CosineDecay), InitialLearningRate);

    /// <summary>Steps of the cosine.</summary>
    public long DecaySteps { get; } = Steps(nameof(CosineDecay), "decay_steps", DecaySteps);

    /// <summary>Share that is left at the end.</summary>
    public double Alpha { get; } = Require(nameof(CosineDecay), "alpha", Alpha);

    /// <summary>Rate that the rise leads to.</summary>
    public double? WarmupTarget { get; } = WarmupTarget is { } target ? Require(nameof(CosineDecay), "warmup_target", target) : null;

    /// <summary>Steps of the rise.</summary>
    public long WarmupSteps { get; } = Steps(nameof(CosineDecay), "warmup_steps", WarmupSteps, smallest: 0);

    internal static Registration<LearningRateSchedule> Registration { get; } = new Registration<LearningRateSchedule, CosineDecay>("CosineDecay")
    {
        Arguments =
        [
            new("initial_learning_rate", schedule => schedule.InitialLearningRate),
            new("decay_steps", schedule => schedule.DecaySteps),
            new("alpha", schedule => schedule.Alpha),
            new("warmup_target", schedule => schedule.WarmupTarget),
            new("warmup_steps", schedule => schedule.WarmupSteps),
            ConfigArgument<CosineDecay>.Ignored("name", "CosineDecay"),
        ],
        Make = a => new CosineDecay(
            a.Double("initial_learning_rate"), a.Long("decay_steps"), a.Double("alpha", 0), a.OptionalDouble("warmup_target"), a.Long("warmup_steps", 0)),
    };

    private protected override double Rate(long step)
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
/// <param name="InitialLearningRate">Rate of the first step, 0 or more.</param>
/// <param name="FirstDecaySteps">Steps of the first cosine.</param>
/// <param name="TMul">Every cosine has this many times the steps of the one before, 1 or more.</param>
/// <param name="MMul">Every cosine starts at this share of the one before.</param>
/// <param name="Alpha">Share of the initial rate that is left at the end of each.</param>
/// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
public sealed record CosineDecayRestarts(
    double InitialLearningRate, long FirstDecaySteps, double TMul = 2.0, double MMul = 1.0, double Alpha = 0.0) : LearningRateSchedule
{
    /// <summary>Rate of the first step.</summary>
    public double InitialLearningRate { get; } = Initial(nameof(CosineDecayRestarts), InitialLearningRate);

    /// <summary>Steps of the first cosine.</summary>
    public long FirstDecaySteps { get; } = Steps(nameof(CosineDecayRestarts), "first_decay_steps", FirstDecaySteps);

    /// <summary>Growth of the number of steps.</summary>
    public double TMul { get; } = TMul >= 1 && double.IsFinite(TMul)
        ? TMul
        : throw new ArgumentOutOfRangeException("t_mul", TMul, $"CosineDecayRestarts: argument 't_mul' is {TMul}; it must be 1 or more.");

    /// <summary>Share of the rate before.</summary>
    public double MMul { get; } = Require(nameof(CosineDecayRestarts), "m_mul", MMul);

    /// <summary>Share that is left at the end of each.</summary>
    public double Alpha { get; } = Require(nameof(CosineDecayRestarts), "alpha", Alpha);

    internal static Registration<LearningRateSchedule> Registration { get; } = new Registration<LearningRateSchedule, CosineDecayRestarts>("CosineDecayRestarts")
    {
        Arguments =
        [
            new("initial_learning_rate", schedule => schedule.InitialLearningRate),
            new("first_decay_steps", schedule => schedule.FirstDecaySteps),
            new("t_mul", schedule => schedule.TMul),
            new("m_mul", schedule => schedule.MMul),
            new("alpha", schedule => schedule.Alpha),
            ConfigArgument<CosineDecayRestarts>.Ignored("name", "CosineDecayRestarts"),
        ],
        Make = a => new CosineDecayRestarts(
            a.Double("initial_learning_rate"), a.Long("first_decay_steps"), a.Double("t_mul", 2), a.Double("m_mul", 1), a.Double("alpha", 0)),
    };

    private protected override double Rate(long step)
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
            restarts = Math.Floor(Portable.Log(1 - completed * (1 - TMul)) / Portable.Log(TMul));
            double length = Raise(TMul, restarts);
            completed = (completed - (1 - length) / (1 - TMul)) / length;
        }

        return InitialLearningRate * ((1 - Alpha) * Raise(MMul, restarts) * HalfCosine.At(completed) + Alpha);
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
