using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>
/// Masks the time steps of which all features equal one value, and sets them to 0: <c>[B, T, F] → [B, T, F]</c>. Layers
/// above then skip these steps, as they skip the zeros of an embedding with <see cref="Embedding.MaskZero"/>.
/// </summary>
public sealed class Masking : WeightlessLayer
{
    private static readonly Argument<double> MaskValueArgument = Argument.Number("mask_value", 0);

    /// <summary>Creates the layer.</summary>
    /// <param name="maskValue">The value that marks steps to skip.</param>
    public Masking(double maskValue = 0.0) => MaskValue = maskValue;

    /// <summary>The value that marks steps to skip.</summary>
    public double MaskValue { get => Get(MaskValueArgument); init => Set(MaskValueArgument, value); }

    /// <inheritdoc/>
    public override string ClassName => "Masking";

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, Masking>("Masking")
    {
        Arguments = [.. CommonArguments, MaskValueArgument],
        Make = _ => new Masking(),
    };

    internal override LayerProgram CreateProgram(ProgramContext context) => new MaskingProgram((float)MaskValue, context);

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape)
    {
        if (inputShape.Count < 2) RequireSequence(inputShape);
        return inputShape;
    }
}
