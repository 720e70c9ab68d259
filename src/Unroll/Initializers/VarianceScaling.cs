using Unroll.Configuration;
using Unroll.Random;

namespace Unroll.Initializers;

/// <summary>Which number of connections <see cref="VarianceScaling"/> divides by.</summary>
public enum FanMode
{
    /// <summary>Connections into a unit.</summary>
    FanIn,

    /// <summary>Connections out of an input.</summary>
    FanOut,

    /// <summary>The mean of both.</summary>
    FanAverage,
}

/// <summary>The distribution that <see cref="VarianceScaling"/> draws from.</summary>
public enum WeightDistribution
{
    /// <summary>Uniform, limit √(3s).</summary>
    Uniform,

    /// <summary>Normal cut at two standard deviations and widened so that the deviation is √s.</summary>
    TruncatedNormal,

    /// <summary>Normal, deviation √s.</summary>
    UntruncatedNormal,
}

/// <summary>Variance s = scale / max(1, fan), so that signals keep their size from layer to layer.</summary>
public class VarianceScaling : RandomInitializer
{
    // Standard deviation of a unit normal cut at ±2.
    private const double CutDeviation = 0.87962566103423978;

    private static readonly Argument<double> ScaleArgument = Argument.Number("scale", 1).Above(0.0);

    private static readonly Argument<FanMode> ModeArgument = Argument.Choice(
        "mode", FanMode.FanIn,
        ("fan_in", FanMode.FanIn), ("fan_out", FanMode.FanOut), ("fan_avg", FanMode.FanAverage), ("fan_average", FanMode.FanAverage));

    private static readonly Argument<WeightDistribution> DistributionArgument = Argument.Choice(
        "distribution", WeightDistribution.TruncatedNormal,
        ("truncated_normal", WeightDistribution.TruncatedNormal), ("normal", WeightDistribution.TruncatedNormal),
        ("untruncated_normal", WeightDistribution.UntruncatedNormal), ("uniform", WeightDistribution.Uniform));

    /// <summary>Creates the initializer.</summary>
    /// <param name="scale">Numerator, above 0.</param>
    /// <param name="mode">Which fan divides.</param>
    /// <param name="distribution">Shape of the distribution.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="scale"/> is not above 0.</exception>
    public VarianceScaling(
        double scale = 1.0, FanMode mode = FanMode.FanIn, WeightDistribution distribution = WeightDistribution.TruncatedNormal) =>
        (Scale, Mode, Distribution) = (scale, mode, distribution);

    /// <summary>Numerator.</summary>
    public double Scale { get => Get(ScaleArgument); init => Set(ScaleArgument, value); }

    /// <summary>Which fan divides.</summary>
    public FanMode Mode { get => Get(ModeArgument); init => Set(ModeArgument, value); }

    /// <summary>Shape of the distribution.</summary>
    public WeightDistribution Distribution { get => Get(DistributionArgument); init => Set(DistributionArgument, value); }

    internal static Registration<Initializer> Registration { get; } = new Registration<Initializer, VarianceScaling>("VarianceScaling")
    {
        Arguments = [ScaleArgument, ModeArgument, DistributionArgument, SeedArgument],
        Make = _ => new VarianceScaling(),
    };

    /// <inheritdoc/>
    public override void Fill(Span<float> values, ReadOnlySpan<int> shape, RandomSource random)
    {
        (double fanIn, double fanOut) = Fans(shape);
        double fan = Mode switch { FanMode.FanIn => fanIn, FanMode.FanOut => fanOut, _ => (fanIn + fanOut) / 2 };
        double variance = Scale / Math.Max(1, fan);
        Initializer source = Distribution switch
        {
            WeightDistribution.Uniform => new RandomUniform(-Math.Sqrt(3 * variance), Math.Sqrt(3 * variance)),
            WeightDistribution.TruncatedNormal => new TruncatedNormal(0, Math.Sqrt(variance) / CutDeviation),
            _ => new RandomNormal(0, Math.Sqrt(variance)),
        };
        source.Fill(values, shape, random);
    }

    /// <summary>A class that is one case of this one: Keras writes nothing but its seed.</summary>
    private protected static Registration<Initializer> Scaled<T>(string name, Func<T> create, params string[] aliases)
        where T : VarianceScaling =>
        new Registration<Initializer, T>(name) { Aliases = aliases, Arguments = [SeedArgument], Make = _ => create() };

    private static (double In, double Out) Fans(ReadOnlySpan<int> shape)
    {
        if (shape.Length == 1) return (shape[0], shape[0]);
        double field = 1;
        for (int i = 0; i < shape.Length - 2; i++) field *= shape[i];
        return (field * shape[^2], field * shape[^1]);
    }
}

/// <summary>Uniform with limit √(6 / (fan in + fan out)) (Glorot and Bengio 2010): Keras' default for kernels.</summary>
public sealed class GlorotUniform() : VarianceScaling(1, FanMode.FanAverage, WeightDistribution.Uniform)
{
    internal static new Registration<Initializer> Registration { get; } = Scaled("GlorotUniform", () => new GlorotUniform(), "xavier_uniform");
}

/// <summary>Truncated normal with variance 2 / (fan in + fan out) (Glorot and Bengio 2010).</summary>
public sealed class GlorotNormal() : VarianceScaling(1, FanMode.FanAverage, WeightDistribution.TruncatedNormal)
{
    internal static new Registration<Initializer> Registration { get; } = Scaled("GlorotNormal", () => new GlorotNormal(), "xavier_normal");
}

/// <summary>Uniform with limit √(6 / fan in) (He et al. 2015).</summary>
public sealed class HeUniform() : VarianceScaling(2, FanMode.FanIn, WeightDistribution.Uniform)
{
    internal static new Registration<Initializer> Registration { get; } = Scaled("HeUniform", () => new HeUniform());
}

/// <summary>Truncated normal with variance 2 / fan in (He et al. 2015).</summary>
public sealed class HeNormal() : VarianceScaling(2, FanMode.FanIn, WeightDistribution.TruncatedNormal)
{
    internal static new Registration<Initializer> Registration { get; } = Scaled("HeNormal", () => new HeNormal());
}

/// <summary>Uniform with limit √(3 / fan in).</summary>
public sealed class LecunUniform() : VarianceScaling(1, FanMode.FanIn, WeightDistribution.Uniform)
{
    internal static new Registration<Initializer> Registration { get; } = Scaled("LecunUniform", () => new LecunUniform());
}

/// <summary>Truncated normal with variance 1 / fan in.</summary>
public sealed class LecunNormal() : VarianceScaling(1, FanMode.FanIn, WeightDistribution.TruncatedNormal)
{
    internal static new Registration<Initializer> Registration { get; } = Scaled("LecunNormal", () => new LecunNormal());
}
