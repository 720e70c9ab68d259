using Unroll.Configuration;

namespace Unroll.Activations;

/// <summary>x above 0, a share of it below.</summary>
public sealed class LeakyRelu : ElementwiseActivation
{
    private static readonly Argument<double> NegativeSlopeArgument = Argument.Number("negative_slope", 0.2);

    /// <summary>Share of x below 0.</summary>
    public double NegativeSlope { get => Get(NegativeSlopeArgument); init => Set(NegativeSlopeArgument, value); }

    internal static Registration<Activation> Registration { get; } =
        new Registration<Activation, LeakyRelu>("leaky_relu") { Arguments = [NegativeSlopeArgument, Argument.Outdated("alpha", null)], Make = _ => new LeakyRelu() };

    /// <inheritdoc/>
    protected override (double Value, double Slope) Of(double x) => x > 0 ? (x, 1) : (NegativeSlope * x, NegativeSlope);
}

/// <summary>x above 0, α·(e^x − 1) below (Clevert et al. 2016).</summary>
public sealed class Elu : ElementwiseActivation
{
    private static readonly Argument<double> AlphaArgument = Argument.Number("alpha", 1);

    /// <summary>What it goes to, negated, on the far left.</summary>
    public double Alpha { get => Get(AlphaArgument); init => Set(AlphaArgument, value); }

    internal static Registration<Activation> Registration { get; } =
        new Registration<Activation, Elu>("elu") { Arguments = [AlphaArgument], Make = _ => new Elu() };

    /// <inheritdoc/>
    protected override (double Value, double Slope) Of(double x) => x > 0 ? (x, 1) : (Alpha * (Functions.Exp(x) - 1), Alpha * Functions.Exp(x));
}

/// <summary>x above 0, α·(e^(x/α) − 1) below (Barron 2017).</summary>
public sealed class Celu : ElementwiseActivation
{
    private static readonly Argument<double> AlphaArgument = Argument.Number("alpha", 1).Above(0.0);

    /// <summary>What it goes to, negated, on the far left; above 0.</summary>
    public double Alpha { get => Get(AlphaArgument); init => Set(AlphaArgument, value); }

    internal static Registration<Activation> Registration { get; } =
        new Registration<Activation, Celu>("celu") { Arguments = [AlphaArgument], Make = _ => new Celu() };

    /// <inheritdoc/>
    protected override (double Value, double Slope) Of(double x) => x > 0 ? (x, 1) : (Alpha * (Functions.Exp(x / Alpha) - 1), Functions.Exp(x / Alpha));
}

/// <summary>x·Φ(x) with the normal distribution Φ, or its approximation by a tanh (Hendrycks and Gimpel 2016).</summary>
public sealed class Gelu : ElementwiseActivation
{
    private static readonly Argument<bool> ApproximateArgument = Argument.Flag("approximate");

    /// <summary>True: ½x·(1 + tanh(√(2/π)·(x + 0.044715·x³))).</summary>
    public bool Approximate { get => Get(ApproximateArgument); init => Set(ApproximateArgument, value); }

    internal static Registration<Activation> Registration { get; } =
        new Registration<Activation, Gelu>("gelu") { Arguments = [ApproximateArgument], Make = _ => new Gelu() };

    /// <inheritdoc/>
    protected override (double Value, double Slope) Of(double x)
    {
        if (Approximate)
        {
            double factor = Math.Sqrt(2 / Math.PI), tanh = Functions.Tanh(factor * (x + 0.044715 * x * x * x));
            return (x * (1 + tanh) / 2, (1 + tanh) / 2 + x * (1 - tanh * tanh) * factor * (1 + 3 * 0.044715 * x * x) / 2);
        }

        double share = (1 + Functions.Erf(x / Math.Sqrt(2))) / 2;
        return (x * share, share + x * Functions.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI));
    }
}

/// <summary>Draws x towards 0 by the threshold: sign(x)·max(|x| − t, 0).</summary>
public sealed class SoftShrink : ElementwiseActivation
{
    private static readonly Argument<double> LimitArgument = Argument.Number("threshold", 0.5).AtLeast(0.0);

    /// <summary>Keras' <c>threshold</c>, 0 or more.</summary>
    public double Limit { get => Get(LimitArgument); init => Set(LimitArgument, value); }

    internal static Registration<Activation> Registration { get; } =
        new Registration<Activation, SoftShrink>("soft_shrink") { Arguments = [LimitArgument], Make = _ => new SoftShrink() };

    /// <inheritdoc/>
    protected override (double Value, double Slope) Of(double x) => Math.Abs(x) > Limit ? (x - Math.Sign(x) * Limit, 1) : (0, 0);
}

/// <summary>x where |x| is above the threshold, else 0.</summary>
public sealed class HardShrink : ElementwiseActivation
{
    private static readonly Argument<double> LimitArgument = Argument.Number("threshold", 0.5).AtLeast(0.0);

    /// <summary>Keras' <c>threshold</c>, 0 or more.</summary>
    public double Limit { get => Get(LimitArgument); init => Set(LimitArgument, value); }

    internal static Registration<Activation> Registration { get; } =
        new Registration<Activation, HardShrink>("hard_shrink") { Arguments = [LimitArgument], Make = _ => new HardShrink() };

    /// <inheritdoc/>
    protected override (double Value, double Slope) Of(double x) => Math.Abs(x) > Limit ? (x, 1) : (0, 0);
}

/// <summary>(x + √(x² + b)) / 2 (Barron 2021).</summary>
public sealed class Squareplus : ElementwiseActivation
{
    private static readonly Argument<double> BArgument = Argument.Number("b", 4).AtLeast(0.0);

    /// <summary>How round the corner is, 0 or more.</summary>
    public double B { get => Get(BArgument); init => Set(BArgument, value); }

    internal static Registration<Activation> Registration { get; } =
        new Registration<Activation, Squareplus>("squareplus") { Arguments = [BArgument], Make = _ => new Squareplus() };

    /// <inheritdoc/>
    protected override (double Value, double Slope) Of(double x)
    {
        double root = Math.Sqrt(x * x + B);
        return root == 0 ? (0, 0.5) : ((x + root) / 2, (1 + x / root) / 2);
    }
}

/// <summary>x where it is above a threshold, else another value.</summary>
public sealed class Threshold : ElementwiseActivation
{
    private static readonly Argument<double> LimitArgument = Argument.Number("threshold"), OtherwiseArgument = Argument.Number("default_value");

    /// <summary>Creates the activation.</summary>
    /// <param name="threshold">What x must be above.</param>
    /// <param name="defaultValue">The value elsewhere.</param>
    public Threshold(double threshold, double defaultValue) => (Limit, DefaultValue) = (threshold, defaultValue);

    /// <summary>What x must be above.</summary>
    public double Limit { get => Get(LimitArgument); init => Set(LimitArgument, value); }

    /// <summary>The value elsewhere.</summary>
    public double DefaultValue { get => Get(OtherwiseArgument); init => Set(OtherwiseArgument, value); }

    internal static Registration<Activation> Registration { get; } = new Registration<Activation, Threshold>("threshold")
    {
        Arguments = [LimitArgument, OtherwiseArgument],
        Make = a => new Threshold(a.Get(LimitArgument), a.Get(OtherwiseArgument)),
    };

    /// <inheritdoc/>
    protected override (double Value, double Slope) Of(double x) => x > Limit ? (x, 1) : (DefaultValue, 0);
}
