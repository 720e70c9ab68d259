using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>
/// min(x, maxValue) above the threshold, negativeSlope · (x − threshold) from there down. Any shape; masks pass.
/// </summary>
public sealed class ReLU : WeightlessLayer
{
    private static readonly Argument<double?> MaxValueArgument = Argument.OptionalNumber("max_value").AtLeast(0.0);

    private static readonly Argument<double> NegativeSlopeArgument = Argument.Number("negative_slope", 0).AtLeast(0.0);

    private static readonly Argument<double> ThresholdArgument = Argument.Number("threshold", 0).AtLeast(0.0);

    /// <summary>Creates the layer.</summary>
    /// <param name="maxValue">The largest output; null: none.</param>
    /// <param name="negativeSlope">Slope at and below the threshold.</param>
    /// <param name="threshold">Where the straight line begins.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public ReLU(double? maxValue = null, double negativeSlope = 0.0, double threshold = 0.0) =>
        (MaxValue, NegativeSlope, Threshold) = (maxValue, negativeSlope, threshold);

    /// <inheritdoc/>
    public override string ClassName => "ReLU";

    /// <summary>The largest output; null: none.</summary>
    public double? MaxValue { get => Get(MaxValueArgument); init => Set(MaxValueArgument, value); }

    /// <summary>Slope at and below the threshold.</summary>
    public double NegativeSlope { get => Get(NegativeSlopeArgument); init => Set(NegativeSlopeArgument, value); }

    /// <summary>Where the straight line begins.</summary>
    public double Threshold { get => Get(ThresholdArgument); init => Set(ThresholdArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, ReLU>("ReLU")
    {
        Arguments = [.. CommonArguments, MaxValueArgument, NegativeSlopeArgument, ThresholdArgument],
        Make = _ => new ReLU(),
    };

    internal override bool HandsOnMask(int output) => true;

    internal override LayerProgram CreateProgram(ProgramContext context)
    {
        float most = (float)(MaxValue ?? double.PositiveInfinity), slope = (float)NegativeSlope, threshold = (float)Threshold;
        return new PointwiseProgram(
            context,
            x => x > threshold ? Math.Min(x, most) : slope * (x - threshold),
            (x, _) => x > threshold ? (x > most ? 0 : 1) : slope,
            passesMask: true);
    }
}
