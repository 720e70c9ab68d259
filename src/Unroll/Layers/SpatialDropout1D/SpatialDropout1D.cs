using Unroll.Configuration;
using Unroll.Models.Execution;

namespace Unroll.Layers;

/// <summary>What a <see cref="SpatialDropout1D"/> is made of; Keras' arguments and defaults.</summary>
/// <param name="Rate">Share of the features that is set to zero in training, 0 to 1.</param>
public sealed record SpatialDropout1DOptions(double Rate)
{
    /// <summary>Key of the random masks; null: the model's seed.</summary>
    public int? Seed { get; init; }
}

/// <summary>
/// Dropout of whole features: what is dropped is dropped at all time steps of a sample (Tompson et al. 2015).
/// <c>[B, T, F] → [B, T, F]</c>. Masks pass.
/// </summary>
public sealed class SpatialDropout1D : WeightlessLayer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="rate">Share of the features that is set to zero, 0 to 1.</param>
    /// <param name="seed">Key of the random masks; null: the model's seed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside 0 … 1.</exception>
    public SpatialDropout1D(double rate, int? seed = null) : this(new SpatialDropout1DOptions(rate) { Seed = seed })
    {
    }

    /// <summary>Creates the layer from options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside 0 … 1.</exception>
    public SpatialDropout1D(SpatialDropout1DOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        LayerArguments.RequireRate("SpatialDropout1D", "rate", options.Rate);
        Options = options;
    }

    /// <summary>What the layer was made of.</summary>
    public SpatialDropout1DOptions Options { get; }

    /// <inheritdoc/>
    public override string ClassName => "SpatialDropout1D";

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, SpatialDropout1D>("SpatialDropout1D")
    {
        // Keras writes fewer entries for this layer than for others, and refuses the rest.
        Arguments =
        [
            new("rate", dropout => dropout.Options.Rate),
            ConfigArgument<SpatialDropout1D>.Keyword("seed", dropout => dropout.Options.Seed),
            ConfigArgument<SpatialDropout1D>.Keyword("name", dropout => dropout.Name),
            ConfigArgument<SpatialDropout1D>.Fixed("dtype", _ => LayerArguments.Float32, LayerArguments.IsFloat32),
        ],
        Make = a => new SpatialDropout1D(new SpatialDropout1DOptions(a.Double("rate")) { Seed = a.OptionalInt("seed") }),
    };

    internal override LayerProgram CreateProgram(ProgramContext context) =>
        new DropoutProgram(context, Options.Rate, Options.Seed, perStep: false);

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape)
    {
        RequireSequence(inputShape);
        return inputShape;
    }
}
