using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>
/// Mean over time, <c>[B, T, F] → [B, F]</c>; with a mask the mean over the steps that are not masked. The mean of no step
/// at all is 0 (Keras: NaN).
/// </summary>
public sealed class GlobalAveragePooling1D : WeightlessLayer
{
    /// <inheritdoc/>
    public override string ClassName => "GlobalAveragePooling1D";

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, GlobalAveragePooling1D>("GlobalAveragePooling1D")
    {
        Arguments = [.. CommonArguments, Argument.Fixed("data_format", "channels_last"), Argument.Fixed("keepdims", false)],
        Make = _ => new GlobalAveragePooling1D(),
    };

    internal override LayerProgram CreateProgram(ProgramContext context) => new AveragePoolingProgram(context);

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape)
    {
        RequireSequence(inputShape);
        return [inputShape[1]];
    }
}
