using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>
/// Sets a share of its inputs to zero in training and multiplies the others by 1 / (1 − rate), so that their sum stays the
/// same on average (Srivastava et al. 2014); does nothing otherwise. Any shape; every value is drawn on its own. Masks pass.
/// </summary>
public sealed class Dropout : WeightlessLayer
{
    private static readonly Argument<double> RateArgument = Argument.Number("rate").Between(0, 1);

    private static readonly Argument<int?> SeedArgument = Argument.OptionalWhole("seed").KeywordOnly();

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

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, Dropout>("Dropout")
    {
        Arguments = [.. CommonArguments, RateArgument, SeedArgument, Argument.Fixed("noise_shape", null)],
        Make = a => new Dropout(a.Get(RateArgument)),
    };

    internal override LayerProgram CreateProgram(ProgramContext context) =>
        new DropoutProgram(context, Rate, Seed, perStep: true);
}
