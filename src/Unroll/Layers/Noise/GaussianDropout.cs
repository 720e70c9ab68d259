using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>Multiplies by normal noise in training, <c>x · N(1, √(rate / (1 − rate)))</c> (Srivastava et al. 2014); does nothing otherwise. Any shape; masks pass.</summary>
public sealed class GaussianDropout : NoiseByRate
{
    /// <summary>Creates the layer.</summary>
    /// <param name="rate">The dropout rate whose noise has the same variance, at least 0 and below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Outside of its range.</exception>
    public GaussianDropout(double rate) : base(rate)
    {
    }

    /// <inheritdoc/>
    public override string ClassName => "GaussianDropout";

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, GaussianDropout>("GaussianDropout")
    {
        Arguments = [.. CommonArguments, RateArgument, SeedArgument],
        Make = a => new GaussianDropout(a.Get(RateArgument)),
    };

    internal override LayerProgram CreateProgram(ProgramContext context) => new NoiseProgram(context, NoiseKind.Factor, Rate, Seed);
}
