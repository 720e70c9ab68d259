using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>Adds normal noise in training, <c>x + N(0, stddev)</c>; does nothing otherwise. Any shape; masks pass.</summary>
public sealed class GaussianNoise : WeightlessLayer
{
    private static readonly Argument<double> StddevArgument = Argument.Number("stddev").AtLeast(0.0);

    private static readonly Argument<int?> SeedArgument = Argument.OptionalWhole("seed").KeywordOnly();

    /// <summary>Creates the layer.</summary>
    /// <param name="stddev">Standard deviation of the noise, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">Outside of its range.</exception>
    public GaussianNoise(double stddev) => Stddev = stddev;

    /// <inheritdoc/>
    public override string ClassName => "GaussianNoise";

    /// <summary>Standard deviation of the noise, 0 or more.</summary>
    public double Stddev { get => Get(StddevArgument); init => Set(StddevArgument, value); }

    /// <summary>Key of the random numbers; null: the model's seed.</summary>
    public int? Seed { get => Get(SeedArgument); init => Set(SeedArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, GaussianNoise>("GaussianNoise")
    {
        Arguments = [.. CommonArguments, StddevArgument, SeedArgument],
        Make = a => new GaussianNoise(a.Get(StddevArgument)),
    };

    internal override bool HandsOnMask(int output) => true;

    internal override LayerProgram CreateProgram(ProgramContext context) => new NoiseProgram(context, NoiseKind.Added, Stddev, Seed);
}
