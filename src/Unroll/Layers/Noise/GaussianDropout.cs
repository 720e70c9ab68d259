using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;


/// <summary>Multiplies by normal noise in training, <c>x · N(1, √(rate / (1 − rate)))</c> (Srivastava et al. 2014); does nothing otherwise. Any shape; masks pass.</summary>
public sealed class GaussianDropout : WeightlessLayer
{
    private static readonly Argument<double> RateArgument = Argument.Number("rate").Require(rate => rate is >= 0 and < 1, "at least 0 and below 1");

    private static readonly Argument<int?> SeedArgument = Argument.OptionalWhole("seed").KeywordOnly();

    /// <summary>Creates the layer.</summary>
    /// <param name="rate">The dropout rate whose noise has the same variance, at least 0 and below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Outside of its range.</exception>
    public GaussianDropout(double rate) => Rate = rate;

    /// <inheritdoc/>
    public override string ClassName => "GaussianDropout";

    /// <summary>The dropout rate whose noise has the same variance, at least 0 and below 1.</summary>
    public double Rate { get => Get(RateArgument); init => Set(RateArgument, value); }

    /// <summary>Key of the random numbers; null: the model's seed.</summary>
    public int? Seed { get => Get(SeedArgument); init => Set(SeedArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, GaussianDropout>("GaussianDropout")
    {
        Arguments = [.. CommonArguments, RateArgument, SeedArgument],
        Make = a => new GaussianDropout(a.Get(RateArgument)),
    };

    internal override LayerProgram CreateProgram(ProgramContext context) => new NoiseProgram(context, NoiseKind.Factor, Rate, Seed);
}
