using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>
/// Dropout of whole features: what is dropped is dropped at all time steps of a sample (Tompson et al. 2015).
/// <c>[B, T, F] → [B, T, F]</c>. Masks pass.
/// </summary>
public sealed class SpatialDropout1D : WeightlessLayer
{
    private static readonly Argument<double> RateArgument = Argument.Number("rate").Between(0, 1);

    private static readonly Argument<int?> SeedArgument = Argument.OptionalWhole("seed").KeywordOnly();

    /// <summary>Creates the layer.</summary>
    /// <param name="rate">Share of the features that is set to zero, 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside 0 … 1.</exception>
    public SpatialDropout1D(double rate) => Rate = rate;

    /// <inheritdoc/>
    public override string ClassName => "SpatialDropout1D";

    /// <summary>Share of the features that is set to zero in training, 0 to 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 … 1.</exception>
    public double Rate { get => Get(RateArgument); init => Set(RateArgument, value); }

    /// <summary>Key of the random masks; null: the model's seed.</summary>
    public int? Seed { get => Get(SeedArgument); init => Set(SeedArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, SpatialDropout1D>("SpatialDropout1D")
    {
        // Keras writes fewer entries for this layer than for others, and refuses the rest.
        Arguments = [RateArgument, SeedArgument, NameEntry, DType.AsName, TrainableArgument.Unwritten()],
        Make = a => new SpatialDropout1D(a.Get(RateArgument)),
    };

    internal override bool HandsOnMask(int output) => true;

    internal override LayerProgram CreateProgram(ProgramContext context) =>
        new DropoutProgram(context, Rate, Seed, [.. Enumerable.Range(0, context.InputSize).Select(e => e % context.InputFeatures)]);

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape)
    {
        RequireSequence(inputShape);
        return inputShape;
    }
}
