using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>
/// Sets a share of its inputs to zero in training and multiplies the others by 1 / (1 − rate), so that their sum stays the
/// same on average (Srivastava et al. 2014); does nothing otherwise. Any shape; every value is drawn on its own unless
/// <see cref="NoiseShape"/> says otherwise. Masks pass.
/// </summary>
public sealed class Dropout : WeightlessLayer
{
    private static readonly Argument<double> RateArgument = Argument.Number("rate").Between(0, 1);

    private static readonly Argument<int?> SeedArgument = Argument.OptionalWhole("seed").KeywordOnly();

    private static readonly Argument<IReadOnlyList<int?>?> NoiseShapeArgument = LayerArguments.OptionalShape("noise_shape").KeywordOnly();

    /// <summary>Creates the layer.</summary>
    /// <param name="rate">Share of the inputs that is set to zero, 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside 0 … 1.</exception>
    public Dropout(double rate) => Rate = rate;

    /// <inheritdoc/>
    public override string ClassName => "Dropout";

    /// <summary>Share of the inputs that is set to zero in training, 0 to 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0 … 1.</exception>
    public double Rate { get => Get(RateArgument); init => Set(RateArgument, value); }

    /// <summary>Key of the random masks; null: the model's seed.</summary>
    public int? Seed { get => Get(SeedArgument); init => Set(SeedArgument, value); }

    /// <summary>
    /// Shape of what is drawn, batch first: along dimensions of size 1 values share their fate, null is the input's size. Null as a
    /// whole: every value is drawn on its own.
    /// </summary>
    public IReadOnlyList<int?>? NoiseShape { get => Get(NoiseShapeArgument); init => Set(NoiseShapeArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, Dropout>("Dropout")
    {
        Arguments = [.. CommonArguments, RateArgument, SeedArgument, NoiseShapeArgument],
        Make = a => new Dropout(a.Get(RateArgument)),
    };

    internal override bool HandsOnMask(int output) => true;

    internal override bool TreatsStepsAlike => NoiseShape is null;

    internal override LayerProgram CreateProgram(ProgramContext context) => new DropoutProgram(context, Rate, Seed, NoiseOf(context.Inputs[0]));

    private int[]? NoiseOf(LaneShape shape)
    {
        if (NoiseShape is not { } noise) return null;
        bool fits = noise.Count == shape.Dimensions.Count + 1 && noise[0] is not 1;
        for (int d = 0; fits && d < shape.Dimensions.Count; d++) fits = noise[d + 1] is null or 1 || noise[d + 1] == shape.Dimensions[d];
        if (!fits)
        {
            throw new ArgumentException(
                $"Dropout '{Name}': noise_shape ({string.Join(", ", noise.Select(size => size?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "None"))}) does not fit inputs of {ShapeText.Of(shape.AsOpen())}; "
                + "it needs a size of the input, 1 or null for each dimension, and null for the batch.");
        }

        return Broadcast.Sources([.. shape.Dimensions.Select((size, d) => noise[d + 1] ?? size)], shape.Dimensions);
    }
}
