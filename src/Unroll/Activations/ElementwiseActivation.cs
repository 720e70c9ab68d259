using Unroll.Kernels.Math;

namespace Unroll.Activations;

/// <summary>
/// A function of one value, computed in double precision from sums, products, roots and the portable exponential: the same
/// bits on every machine. One of your own overrides <see cref="Of"/>.
/// </summary>
public abstract class ElementwiseActivation : Activation
{
    /// <summary>The value at x and the slope there.</summary>
    protected abstract (double Value, double Slope) Of(double x);

    /// <inheritdoc/>
    public sealed override void Apply(ReadOnlySpan<float> x, Span<float> y)
    {
        for (int i = 0; i < x.Length; i++) y[i] = (float)Of(x[i]).Value;
    }

    /// <inheritdoc/>
    public sealed override void Differentiate(ReadOnlySpan<float> x, ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx)
    {
        for (int i = 0; i < x.Length; i++) dx[i] = (float)(dy[i] * Of(x[i]).Slope);
    }
}

/// <summary>A function without arguments, by its formula.</summary>
internal sealed class Formula(string name, Func<double, (double Value, double Slope)> of, params string[] aliases) : ElementwiseActivation
{
    // Klambauer et al. 2017.
    public const double SeluAlpha = 1.6732632423543772848170429916717, SeluScale = 1.0507009873554804934193349852946;

    public static IReadOnlyList<Formula> All { get; } =
    [
        new("selu", x => x > 0 ? (SeluScale * x, SeluScale) : (SeluScale * SeluAlpha * (Functions.Exp(x) - 1), SeluScale * SeluAlpha * Functions.Exp(x))),
        new("silu", Silu, "swish"),
        new("mish", Mish),
        new("relu6", x => (Math.Clamp(x, 0, 6), x is > 0 and < 6 ? 1 : 0)),
        new("softplus", x => (Functions.Softplus(x), Functions.Sigmoid(x))),
        new("exponential", x => (Functions.Exp(x), Functions.Exp(x))),
        new("log_sigmoid", x => (-Functions.Softplus(-x), Functions.Sigmoid(-x))),
        new("hard_silu", x => (x * Math.Clamp(x / 6 + 0.5, 0, 1), x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5), "hard_swish"),
        new("hard_tanh", x => (Math.Clamp(x, -1, 1), x is > -1 and < 1 ? 1 : 0)),
        new("tanh_shrink", x => (x - Functions.Tanh(x), Functions.Tanh(x) * Functions.Tanh(x))),
        new("sparse_plus", x => x <= -1 ? (0, 0) : x >= 1 ? (x, 1) : ((x + 1) * (x + 1) / 4, (x + 1) / 2)),
        new("sparse_sigmoid", x => (Math.Clamp((x + 1) / 2, 0, 1), x is > -1 and < 1 ? 0.5 : 0)),
    ];

    public override string Name => name;

    public IReadOnlyList<string> Aliases => aliases;

    private protected override object Variant => name;

    protected override (double Value, double Slope) Of(double x) => of(x);

    private static (double Value, double Slope) Silu(double x)
    {
        double sigmoid = Functions.Sigmoid(x);
        return (x * sigmoid, sigmoid * (1 + x * (1 - sigmoid)));
    }

    private static (double Value, double Slope) Mish(double x)
    {
        double tanh = Functions.Tanh(Functions.Softplus(x));
        return (x * tanh, tanh + x * (1 - tanh * tanh) * Functions.Sigmoid(x));
    }
}

/// <summary>Functions of double precision from the portable exponential.</summary>
internal static class Functions
{
    public static double Exp(double x) => Portable.Exp(x);

    public static double Sigmoid(double x) => Portable.SigmoidAndSoftplus(x).Sigmoid;

    public static double Softplus(double x) => Portable.SigmoidAndSoftplus(x).Softplus;

    public static double Tanh(double x)
    {
        if (Math.Abs(x) > 20) return Math.Sign(x);
        if (Math.Abs(x) < 0.02) return x * (1 - x * x / 3 * (1 - x * x * 2 / 5 * (1 - x * x * 17 / 42))); // the quotient would lose digits
        double square = Portable.Exp(2 * x);
        return (square - 1) / (square + 1);
    }

    /// <summary>The error function: its series about 0, and Laplace's continued fraction beyond 3.</summary>
    public static double Erf(double x)
    {
        if (x < 0) return -Erf(-x);
        if (x > 6) return 1;
        double square = x * x;
        double scale = 2 / Math.Sqrt(Math.PI) * Portable.Exp(-square);
        if (x < 3)
        {
            double term = x, sum = x;
            for (int n = 1; n < 80 && term > sum * 1e-18; n++) sum += term *= 2 * square / (2 * n + 1); // what is smaller changes no bit
            return scale * sum;
        }

        double fraction = 0;
        for (int n = 60; n >= 1; n--) fraction = n / 2.0 / (x + fraction);
        return 1 - scale / 2 / (x + fraction);
    }
}
