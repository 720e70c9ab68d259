using Unroll.Activations;
using Unroll.Configuration;
using Unroll.Constraints;
using Unroll.Initializers;
using Unroll.Losses;
using Unroll.Metrics;
using Unroll.Optimizers;
using Unroll.Random;
using Unroll.Regularizers;
using Unroll.Schedules;

namespace Unroll.OpenDoors.Tests;

/// <summary>First values of a weight.</summary>
public sealed class Alternating : Initializer
{
    private static readonly Argument<double> SizeArgument = Argument.Number("size", 0.1).Above(0);

    public double Size { get => Get(SizeArgument); init => Set(SizeArgument, value); }

    public static Registration<Initializer> Registration { get; } = new Registration<Initializer, Alternating>("Alternating")
    {
        Arguments = [SizeArgument],
        Make = _ => new Alternating(),
    };

    public override void Fill(Span<float> values, ReadOnlySpan<int> shape, RandomSource random)
    {
        for (int i = 0; i < values.Length; i++) values[i] = (float)((i % 2 == 0 ? Size : -Size) * random.Uniform(0.5, 1));
    }
}

/// <summary>What a weight adds to the loss, and its slope.</summary>
public sealed class FourthPower : Regularizer
{
    private static readonly Argument<double> FactorArgument = Argument.Number("factor", 0.01).AtLeast(0.0);

    public double Factor { get => Get(FactorArgument); init => Set(FactorArgument, value); }

    public static Registration<Regularizer> Registration { get; } = new Registration<Regularizer, FourthPower>("FourthPower")
    {
        Arguments = [FactorArgument],
        Make = _ => new FourthPower(),
    };

    public override double Penalty(ReadOnlySpan<float> weights, ReadOnlySpan<int> shape)
    {
        double sum = 0;
        foreach (float w in weights) sum += (double)w * w * w * w;
        return Factor * sum;
    }

    public override void AddGradient(ReadOnlySpan<float> weights, ReadOnlySpan<int> shape, Span<float> gradient)
    {
        for (int i = 0; i < weights.Length; i++) gradient[i] += (float)(4 * Factor * weights[i] * weights[i] * weights[i]);
    }
}

/// <summary>What a weight fulfils after every step.</summary>
public sealed class Box : Constraint
{
    private static readonly Argument<double> LimitArgument = Argument.Number("limit").Above(0.0);

    public Box(double limit) => Limit = limit;

    public double Limit { get => Get(LimitArgument); init => Set(LimitArgument, value); }

    public static Registration<Constraint> Registration { get; } = new Registration<Constraint, Box>("Box")
    {
        Arguments = [LimitArgument],
        Make = values => new Box(values.Get(LimitArgument)),
    };

    public override void Apply(Span<float> weights, ReadOnlySpan<int> shape)
    {
        foreach (ref float w in weights) w = Math.Clamp(w, (float)-Limit, (float)Limit);
    }
}

/// <summary>A mean over the outputs.</summary>
public sealed class Quantile : ElementwiseLoss
{
    private static readonly Argument<double> ShareArgument = Argument.Number("share", 0.5).Between(0, 1);

    public double Share { get => Get(ShareArgument); init => Set(ShareArgument, value); }

    public static Registration<Loss> Registration { get; } = new Registration<Loss, Quantile>("Quantile")
    {
        Arguments = [.. CommonArguments, ShareArgument],
        Make = _ => new Quantile(),
    };

    protected override (double Loss, double Gradient) Of(float output, float target)
    {
        double error = (double)target - output;
        return error >= 0 ? (Share * error, -Share) : ((Share - 1) * error, 1 - Share);
    }
}

/// <summary>A mean over rows.</summary>
public sealed class Bias : MeanMetric
{
    public static Registration<Metric> Registration { get; } =
        new Registration<Metric, Bias>("Bias") { Arguments = CommonArguments, Make = _ => new Bias() };

    protected override double Value(ReadOnlySpan<float> prediction, ReadOnlySpan<float> target)
    {
        double sum = 0;
        for (int i = 0; i < prediction.Length; i++) sum += (double)prediction[i] - target[i];
        return sum / prediction.Length;
    }
}

/// <summary>A rule with one array per weight.</summary>
public sealed class SignDescent : Optimizer
{
    private static readonly Argument<double> MomentumArgument = Argument.Number("momentum", 0.9).Share();

    public SignDescent(LearningRateSchedule? learningRate = null) : base(learningRate ?? 0.001)
    {
    }

    public double Momentum { get => Get(MomentumArgument); init => Set(MomentumArgument, value); }

    public override int SlotCount => 1;

    public static Registration<Optimizer> Registration { get; } = new Registration<Optimizer, SignDescent>("SignDescent")
    {
        Arguments = [.. CommonArguments, MomentumArgument],
        Make = _ => new SignDescent(),
    };

    public override void Update(in WeightUpdate step)
    {
        Span<float> mean = step.Slot(0);
        for (int i = 0; i < mean.Length; i++)
        {
            mean[i] = (float)(Momentum * mean[i] + (1 - Momentum) * step.Gradient[i]);
            step.Weights[i] -= (float)(step.LearningRate * Math.Sign(mean[i]));
        }
    }
}

/// <summary>A learning rate that rises.</summary>
public sealed class WarmUp : LearningRateSchedule
{
    private static readonly Argument<double> TopArgument = Argument.Number("top").AtLeast(0.0);
    private static readonly Argument<long> StepsArgument = Argument.Long("steps").AtLeast(1L);

    public WarmUp(double top, long steps)
    {
        Set(TopArgument, top);
        Set(StepsArgument, steps);
    }

    public static Registration<LearningRateSchedule> Registration { get; } = new Registration<LearningRateSchedule, WarmUp>("WarmUp")
    {
        Arguments = [TopArgument, StepsArgument],
        Make = values => new WarmUp(values.Get(TopArgument), values.Get(StepsArgument)),
    };

    protected override double Rate(long step) => Get(TopArgument) * Math.Min(1.0, (step + 1.0) / Get(StepsArgument));
}

/// <summary>A function of one value.</summary>
public sealed class Bent : Activation
{
    public static Registration<Activation> Registration { get; } = new Registration<Activation, Bent>("bent") { Make = _ => new Bent() };

    public override void Apply(ReadOnlySpan<float> x, Span<float> y)
    {
        for (int i = 0; i < x.Length; i++) y[i] = x[i] + (MathF.Sqrt(x[i] * x[i] + 1) - 1) / 2;
    }

    public override void Differentiate(ReadOnlySpan<float> x, ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx)
    {
        for (int i = 0; i < x.Length; i++) dx[i] = dy[i] * (1 + x[i] / (2 * MathF.Sqrt(x[i] * x[i] + 1)));
    }
}
