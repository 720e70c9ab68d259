using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>Puts all elements of a sample in one row, <c>[B, T, F] → [B, T·F]</c>. Masks end here, as in Keras.</summary>
public sealed class Flatten : WeightlessLayer
{
    /// <inheritdoc/>
    public override string ClassName => "Flatten";

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, Flatten>("Flatten")
    {
        Arguments = [.. CommonArguments, Argument.Fixed("data_format", "channels_last")],
        Make = _ => new Flatten(),
    };

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape)
    {
        int? size = 1;
        foreach (int? dimension in inputShape) size = checked(size * dimension);
        return [size];
    }

    internal override LayerProgram CreateProgram(ProgramContext context) =>
        new RearrangeProgram(context, [.. Enumerable.Range(0, context.InputSize)]);
}
