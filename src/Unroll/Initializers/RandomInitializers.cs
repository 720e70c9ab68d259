using Unroll.Configuration;
using Unroll.Random;

namespace Unroll.Initializers;

/// <summary>Uniform between two limits; Keras' <c>uniform</c>.</summary>
public sealed class RandomUniform : RandomInitializer
{
    private static readonly Argument<double> MinArgument = Argument.Number("minval", -0.05), MaxArgument = Argument.Number("maxval", 0.05);

    /// <summary>Creates the initializer.</summary>
    /// <param name="minValue">Lower limit.</param>
    /// <param name="maxValue">Upper limit.</param>
    public RandomUniform(double minValue = -0.05, double maxValue = 0.05) => (MinValue, MaxValue) = (minValue, maxValue);

    /// <summary>Lower limit.</summary>
    public double MinValue { get => Get(MinArgument); init => Set(MinArgument, value); }

    /// <summary>Upper limit.</summary>
    public double MaxValue { get => Get(MaxArgument); init => Set(MaxArgument, value); }

    internal static Registration<Initializer> Registration { get; } = new Registration<Initializer, RandomUniform>("RandomUniform")
    {
        Aliases = ["uniform"],
        Arguments = [MinArgument, MaxArgument, SeedArgument],
        Make = _ => new RandomUniform(),
    };

    /// <inheritdoc/>
    public override void Fill(Span<float> values, ReadOnlySpan<int> shape, RandomSource random)
    {
        (double low, double high) = (MinValue, MaxValue);
        for (int i = 0; i < values.Length; i++) values[i] = (float)random.Uniform(low, high);
    }
}

/// <summary>Normal distribution.</summary>
public sealed class RandomNormal : RandomInitializer
{
    private static readonly Argument<double> MeanArgument = Argument.Number("mean", 0), StddevArgument = Argument.Number("stddev", 0.05);

    /// <summary>Creates the initializer.</summary>
    /// <param name="mean">Mean.</param>
    /// <param name="stddev">Standard deviation.</param>
    public RandomNormal(double mean = 0.0, double stddev = 0.05) => (Mean, Stddev) = (mean, stddev);

    /// <summary>Mean.</summary>
    public double Mean { get => Get(MeanArgument); init => Set(MeanArgument, value); }

    /// <summary>Standard deviation.</summary>
    public double Stddev { get => Get(StddevArgument); init => Set(StddevArgument, value); }

    internal static Registration<Initializer> Registration { get; } = new Registration<Initializer, RandomNormal>("RandomNormal")
    {
        Aliases = ["normal"],
        Arguments = [MeanArgument, StddevArgument, SeedArgument],
        Make = _ => new RandomNormal(),
    };

    /// <inheritdoc/>
    public override void Fill(Span<float> values, ReadOnlySpan<int> shape, RandomSource random)
    {
        (double mean, double stddev) = (Mean, Stddev);
        for (int i = 0; i < values.Length; i++) values[i] = (float)(mean + stddev * random.Normal());
    }
}

/// <summary>Normal distribution, redrawn until within two standard deviations of the mean.</summary>
public sealed class TruncatedNormal : RandomInitializer
{
    private static readonly Argument<double> MeanArgument = Argument.Number("mean", 0), StddevArgument = Argument.Number("stddev", 0.05);

    /// <summary>Creates the initializer.</summary>
    /// <param name="mean">Mean.</param>
    /// <param name="stddev">Standard deviation before the cut.</param>
    public TruncatedNormal(double mean = 0.0, double stddev = 0.05) => (Mean, Stddev) = (mean, stddev);

    /// <summary>Mean.</summary>
    public double Mean { get => Get(MeanArgument); init => Set(MeanArgument, value); }

    /// <summary>Standard deviation before the cut.</summary>
    public double Stddev { get => Get(StddevArgument); init => Set(StddevArgument, value); }

    internal static Registration<Initializer> Registration { get; } = new Registration<Initializer, TruncatedNormal>("TruncatedNormal")
    {
        Arguments = [MeanArgument, StddevArgument, SeedArgument],
        Make = _ => new TruncatedNormal(),
    };

    /// <inheritdoc/>
    public override void Fill(Span<float> values, ReadOnlySpan<int> shape, RandomSource random)
    {
        (double mean, double stddev) = (Mean, Stddev);
        for (int i = 0; i < values.Length; i++)
        {
            double z;
            do z = random.Normal();
            while (Math.Abs(z) > 2);
            values[i] = (float)(mean + stddev * z);
        }
    }
}
