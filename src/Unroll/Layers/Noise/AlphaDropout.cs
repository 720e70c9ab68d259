using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>Sets a share of its inputs to −1.7581 in training and then scales and shifts all, so that mean and variance of selu outputs stay (Klambauer et al. 2017); does nothing otherwise. Any shape; masks pass.</summary>
public sealed class AlphaDropout : NoiseByRate
{
    /// <summary>Creates the layer.</summary>
    /// <param name="rate">Share of the inputs that is dropped, at least 0 and below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Outside of its range.</exception>
    public AlphaDropout(double rate) : base(rate)
    {
    }

    /// <inheritdoc/>
    public override string ClassName => "AlphaDropout";

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, AlphaDropout>("AlphaDropout")
    {
        Arguments = [.. CommonArguments, RateArgument, SeedArgument, Argument.Fixed("noise_shape", null)],
        Make = a => new AlphaDropout(a.Get(RateArgument)),
    };

    internal override LayerProgram CreateProgram(ProgramContext context) => new NoiseProgram(context, NoiseKind.Alpha, Rate, Seed);
}
