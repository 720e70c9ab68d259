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
        Arguments =
        [
            ConfigArgument<MeanSquaredError>.Fixed("name", loss => loss.Name, _ => true),
            ConfigArgument<MeanSquaredError>.Fixed("reduction", "sum_over_batch_size"),
        ],
        Make = _ => new MeanSquaredError(),
    };

    internal override (double Loss, float Prediction, double Gradient) Evaluate(float output, float target, bool isFused)
    {
        double error = (double)output - target;
        return (error * error, output, 2 * error);
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
        Arguments =
        [
            ConfigArgument<MeanAbsoluteError>.Fixed("name", loss => loss.Name, _ => true),
            ConfigArgument<MeanAbsoluteError>.Fixed("reduction", "sum_over_batch_size"),
        ],
        Make = _ => new MeanAbsoluteError(),
    };

    internal override (double Loss, float Prediction, double Gradient) Evaluate(float output, float target, bool isFused)
    {
        double error = (double)output - target;
        return (Math.Abs(error), output, Math.Sign(error));
    }
}
