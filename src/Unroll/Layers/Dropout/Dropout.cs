using Unroll.Configuration;
using Unroll.Models.Execution;

namespace Unroll.Layers;

/// <summary>What a <see cref="Dropout"/> is made of; Keras' arguments and defaults.</summary>
/// <param name="Rate">Share of the inputs that is set to zero in training, 0 to 1.</param>
public sealed record DropoutOptions(double Rate)
{
    /// <summary>Key of the random masks; null: the model's seed.</summary>
    public int? Seed { get; init; }
}

/// <summary>
/// Sets a share of its inputs to zero in training and multiplies the others by 1 / (1 − rate), so that their sum stays the
/// same on average (Srivastava et al. 2014); does nothing otherwise. Any shape; every value is drawn on its own. Masks pass.
/// </summary>
public sealed class Dropout : WeightlessLayer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="rate">Share of the inputs that is set to zero, 0 to 1.</param>
    /// <param name="seed">Key of the random masks; null: the model's seed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside 0 … 1.</exception>
    public Dropout(double rate, int? seed = null) : this(new DropoutOptions(rate) { Seed = seed })
    {
    }

    /// <summary>Creates the layer from options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside 0 … 1.</exception>
    public Dropout(DropoutOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        LayerArguments.RequireRate("Dropout", "rate", options.Rate);
        Options = options;
    }

    /// <summary>What the layer was made of.</summary>
    public DropoutOptions Options { get; }

    /// <inheritdoc/>
    public override string ClassName => "Dropout";

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, Dropout>("Dropout")
    {
        Arguments =
        [
            .. LayerArguments.Common<Dropout>(),
            new("rate", dropout => dropout.Options.Rate),
            ConfigArgument<Dropout>.Keyword("seed", dropout => dropout.Options.Seed),
            ConfigArgument<Dropout>.Fixed("noise_shape", null),
        ],
        Make = a => new Dropout(a.Double("rate"), a.OptionalInt("seed")),
    };

    internal override LayerProgram CreateProgram(ProgramContext context) =>
        new DropoutProgram(context, Options.Rate, Options.Seed, perStep: true);
}
