using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;


/// <summary>Sets a share of its inputs to −1.7581 in training and then scales and shifts all, so that mean and variance of selu outputs stay (Klambauer et al. 2017); does nothing otherwise. Any shape; masks pass.</summary>
public sealed class AlphaDropout : WeightlessLayer
{
    private static readonly Argument<double> RateArgument = Argument.Number("rate").Require(rate => rate is >= 0 and < 1, "at least 0 and below 1");

    private static readonly Argument<int?> SeedArgument = Argument.OptionalWhole("seed").KeywordOnly();

    /// <summary>Creates the layer.</summary>
    /// <param name="rate">Share of the inputs that is dropped, at least 0 and below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Outside of its range.</exception>
    public AlphaDropout(double rate) => Rate = rate;

    /// <inheritdoc/>
    public override string ClassName => "AlphaDropout";

    /// <summary>Share of the inputs that is dropped, at least 0 and below 1.</summary>
    public double Rate { get => Get(RateArgument); init => Set(RateArgument, value); }

    /// <summary>Key of the random numbers; null: the model's seed.</summary>
    public int? Seed { get => Get(SeedArgument); init => Set(SeedArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, AlphaDropout>("AlphaDropout")
    {
        Arguments = [.. CommonArguments, RateArgument, SeedArgument, Argument.Fixed("noise_shape", null)],
        Make = a => new AlphaDropout(a.Get(RateArgument)),
    };

    internal override LayerProgram CreateProgram(ProgramContext context) => new NoiseProgram(context, NoiseKind.Alpha, Rate, Seed);
}
