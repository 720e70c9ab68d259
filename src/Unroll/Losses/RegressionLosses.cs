using Unroll.Configuration;
using Unroll.Kernels.Math;

namespace Unroll.Losses;

/// <summary>(y − p)², mean over the outputs.</summary>
public sealed class MeanSquaredError : ElementwiseLoss
{
    /// <inheritdoc/>
    public override string Name => "mean_squared_error";

    internal static Registration<Loss> Registration { get; } = new Registration<Loss, MeanSquaredError>("MeanSquaredError")
    {
        Aliases = ["mse"],
        Arguments = CommonArguments,
        Make = _ => new MeanSquaredError(),
    };

    /// <inheritdoc/>
    protected override (double Loss, double Gradient) Of(float output, float target)
    {
        double error = (double)output - target;
        return (error * error, 2 * error);
    }
}

/// <summary>|y − p|, mean over the outputs.</summary>
public sealed class MeanAbsoluteError : ElementwiseLoss
{
    /// <inheritdoc/>
    public override string Name => "mean_absolute_error";

    internal static Registration<Loss> Registration { get; } = new Registration<Loss, MeanAbsoluteError>("MeanAbsoluteError")
    {
        Aliases = ["mae"],
        Arguments = CommonArguments,
        Make = _ => new MeanAbsoluteError(),
    };

    /// <inheritdoc/>
    protected override (double Loss, double Gradient) Of(float output, float target)
    {
        double error = (double)output - target;
        return (Math.Abs(error), Math.Sign(error));
    }
}

/// <summary>100 · |y − p| / max(|y|, 1e-7), mean over the outputs.</summary>
public sealed class MeanAbsolutePercentageError : ElementwiseLoss
{
    internal static Registration<Loss> Registration { get; } = new Registration<Loss, MeanAbsolutePercentageError>("MeanAbsolutePercentageError")
    {
        Aliases = ["mape"],
        Arguments = CommonArguments,
        Make = _ => new MeanAbsolutePercentageError(),
    };

    /// <inheritdoc/>
    protected override (double Loss, double Gradient) Of(float output, float target)
    {
        double error = (double)output - target, scale = 100 / Math.Max(Math.Abs((double)target), Epsilon);
        return (scale * Math.Abs(error), scale * Math.Sign(error));
    }
}

/// <summary>(ln(1 + y) − ln(1 + p))², mean over the outputs; what is below 1e-7 counts as 1e-7.</summary>
public sealed class MeanSquaredLogarithmicError : ElementwiseLoss
{
    internal static Registration<Loss> Registration { get; } = new Registration<Loss, MeanSquaredLogarithmicError>("MeanSquaredLogarithmicError")
    {
        Aliases = ["msle"],
        Arguments = CommonArguments,
        Make = _ => new MeanSquaredLogarithmicError(),
    };

    /// <inheritdoc/>
    protected override (double Loss, double Gradient) Of(float output, float target)
    {
        double p = Math.Max(output, Epsilon) + 1, y = Math.Max(target, Epsilon) + 1;
        double error = Portable.Log(p) - Portable.Log(y);
        return (error * error, output > Epsilon ? 2 * error / p : 0);
    }
}

/// <summary>½e² of errors up to δ, δ·|e| − ½δ² of larger ones, mean over the outputs (Huber 1964).</summary>
public sealed class Huber : ElementwiseLoss
{
    private static readonly Argument<double> DeltaArgument = Argument.Number("delta", 1).AtLeast(0.0);

    /// <inheritdoc/>
    public override string Name => "huber_loss";

    /// <summary>Where the square turns into a straight line; 0 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative or not finite.</exception>
    public double Delta { get => Get(DeltaArgument); init => Set(DeltaArgument, value); }

    internal static Registration<Loss> Registration { get; } = new Registration<Loss, Huber>("Huber")
    {
        Aliases = ["huber_loss"],
        Arguments = [.. CommonArguments, DeltaArgument],
        Make = _ => new Huber(),
    };

    /// <inheritdoc/>
    protected override (double Loss, double Gradient) Of(float output, float target)
    {
        double error = (double)output - target, size = Math.Abs(error), delta = Delta;
        return size <= delta ? (0.5 * error * error, error) : (delta * size - 0.5 * delta * delta, delta * Math.Sign(error));
    }
}

/// <summary>ln cosh(p − y), mean over the outputs: about ½e² of small errors, |e| − ln 2 of large ones.</summary>
public sealed class LogCosh : ElementwiseLoss
{
    private const double Ln2 = 0.69314718055994530942;

    internal static Registration<Loss> Registration { get; } = new Registration<Loss, LogCosh>("LogCosh")
    {
        Aliases = ["logcosh"],
        Arguments = CommonArguments,
        Make = _ => new LogCosh(),
    };

    /// <inheritdoc/>
    protected override (double Loss, double Gradient) Of(float output, float target)
    {
        double error = (double)output - target;
        (double sigmoid, double softplus) = Portable.SigmoidAndSoftplus(-2 * error);
        return (error + softplus - Ln2, 1 - 2 * sigmoid); // tanh e = 1 − 2σ(−2e)
    }
}

/// <summary>p − y·ln(p + 1e-7), mean over the outputs: counts y with the expectation p.</summary>
public sealed class Poisson : ElementwiseLoss
{
    internal static Registration<Loss> Registration { get; } =
        new Registration<Loss, Poisson>("Poisson") { Arguments = CommonArguments, Make = _ => new Poisson() };

    /// <inheritdoc/>
    protected override (double Loss, double Gradient) Of(float output, float target)
    {
        double p = output + Epsilon;
        return (output - target * Portable.Log(p), 1 - target / p);
    }
}
