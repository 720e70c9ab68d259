using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>
/// Mean over time, <c>[B, T, F] → [B, F]</c>; with a mask the mean over the steps that are not masked. The mean of no step
/// at all is 0 (Keras: NaN).
/// </summary>
public sealed class GlobalAveragePooling1D : WeightlessLayer
{
    private static readonly Argument<bool> KeepDimsArgument = Argument.Flag("keepdims").KeywordOnly();

    /// <inheritdoc/>
    public override string ClassName => "GlobalAveragePooling1D";

    /// <summary>True: time stays as a dimension of size 1, <c>[B, 1, F]</c>.</summary>
    public bool KeepDims { get => Get(KeepDimsArgument); init => Set(KeepDimsArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, GlobalAveragePooling1D>("GlobalAveragePooling1D")
    {
        Aliases = ["GlobalAvgPool1D"],
        Arguments = [.. CommonArguments, Argument.Fixed("data_format", "channels_last"), KeepDimsArgument],
        Make = _ => new GlobalAveragePooling1D(),
    };

    internal override LayerProgram CreateProgram(ProgramContext context) => new AveragePoolingProgram(context);

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape)
    {
        RequireSequence(inputShape);
        return KeepDims ? [1, inputShape[1]] : [inputShape[1]];
    }
}
