using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>
/// Largest value over time, <c>[B, T, F] → [B, F]</c>. As in Keras it does not know masks: masked steps take part. Steps
/// that tie share the gradient.
/// </summary>
public sealed class GlobalMaxPooling1D : WeightlessLayer
{
    private static readonly Argument<bool> KeepDimsArgument = Argument.Flag("keepdims").KeywordOnly();

    /// <inheritdoc/>
    public override string ClassName => "GlobalMaxPooling1D";

    /// <summary>True: time stays as a dimension of size 1, <c>[B, 1, F]</c>.</summary>
    public bool KeepDims { get => Get(KeepDimsArgument); init => Set(KeepDimsArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, GlobalMaxPooling1D>("GlobalMaxPooling1D")
    {
        Aliases = ["GlobalMaxPool1D"],
        Arguments = [.. CommonArguments, Argument.Fixed("data_format", "channels_last"), KeepDimsArgument],
        Make = _ => new GlobalMaxPooling1D(),
    };

    internal override LayerProgram CreateProgram(ProgramContext context) => new MaxPoolingProgram(context);

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape)
    {
        RequireSequence(inputShape);
        return KeepDims ? [1, inputShape[1]] : [inputShape[1]];
    }
}
