using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>x above 0, negativeSlope · x below (Maas et al. 2013). Any shape; masks pass.</summary>
public sealed class LeakyReLU : WeightlessLayer
{
    private static readonly Argument<double> NegativeSlopeArgument = Argument.Number("negative_slope", 0.3).AtLeast(0.0);

    /// <summary>Creates the layer.</summary>
    /// <param name="negativeSlope">Slope below 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public LeakyReLU(double negativeSlope = 0.3) => NegativeSlope = negativeSlope;

    /// <inheritdoc/>
    public override string ClassName => "LeakyReLU";

    /// <summary>Slope below 0.</summary>
    public double NegativeSlope { get => Get(NegativeSlopeArgument); init => Set(NegativeSlopeArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, LeakyReLU>("LeakyReLU")
    {
        Arguments = [.. CommonArguments, NegativeSlopeArgument],
        Make = _ => new LeakyReLU(),
    };

    internal override bool HandsOnMask(int output) => true;

    internal override LayerProgram CreateProgram(ProgramContext context)
    {
        float slope = (float)NegativeSlope;
        return new PointwiseProgram(context, x => x > 0 ? x : slope * x, (x, _) => x > 0 ? 1 : slope, passesMask: true);
    }
}
