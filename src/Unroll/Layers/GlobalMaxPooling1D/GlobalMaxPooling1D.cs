using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>
/// Largest value over time, <c>[B, T, F] → [B, F]</c>. As in Keras it does not know masks: masked steps take part. Steps
/// that tie share the gradient.
/// </summary>
public sealed class GlobalMaxPooling1D : WeightlessLayer
{
    /// <inheritdoc/>
    public override string ClassName => "GlobalMaxPooling1D";

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, GlobalMaxPooling1D>("GlobalMaxPooling1D")
    {
        Arguments = [.. CommonArguments, Argument.Fixed("data_format", "channels_last"), Argument.Fixed("keepdims", false)],
        Make = _ => new GlobalMaxPooling1D(),
    };

    internal override LayerProgram CreateProgram(ProgramContext context) => new MaxPoolingProgram(context);

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape)
    {
        RequireSequence(inputShape);
        return [inputShape[1]];
    }
}
