using Unroll.Configuration;

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
