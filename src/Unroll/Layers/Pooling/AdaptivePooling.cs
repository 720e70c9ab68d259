using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>
/// Base of layers that make a given number of steps of any number: window i of n goes from <c>⌊i·T/n⌋</c> up to, but not including,
/// <c>⌈(i+1)·T/n⌉</c>. <c>[B, T, F] → [B, n, F]</c>; masks end here, as in Keras.
/// </summary>
public abstract class AdaptivePooling : WeightlessLayer
{
    private static readonly Argument<int> OutputSizeArgument = LayerArguments.Window("output_size");

    private protected AdaptivePooling(int outputSize) => OutputSize = outputSize;

    /// <summary>Steps that come out.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive, or larger than 1,048,576.</exception>
    public int OutputSize { get => Get(OutputSizeArgument); init => Set(OutputSizeArgument, value); }

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape)
    {
        RequireSequence(inputShape);
        return [OutputSize, inputShape[1]];
    }

    private protected WindowPoolingProgram Program(ProgramContext context, bool takesLargest)
    {
        int steps = context.InputSteps;
        return new WindowPoolingProgram(
            context, [.. Enumerable.Range(0, OutputSize).Select(i => ((int)((long)i * steps / OutputSize), (int)(((i + 1L) * steps + OutputSize - 1) / OutputSize)))], takesLargest);
    }

    private protected static Registration<Layer> Register<T>(string name, Func<int, T> create) where T : AdaptivePooling => new Registration<Layer, T>(name)
    {
        Arguments = [.. CommonArguments, OutputSizeArgument, Argument.Fixed("data_format", "channels_last")],
        Make = a => create(a.Get(OutputSizeArgument)),
    };
}

/// <summary>The mean of each of a given number of windows, which cover all steps: <c>[B, T, F] → [B, n, F]</c>.</summary>
/// <param name="outputSize">Steps that come out.</param>
/// <exception cref="ArgumentOutOfRangeException">Not positive, or larger than 1,048,576.</exception>
public sealed class AdaptiveAveragePooling1D(int outputSize) : AdaptivePooling(outputSize)
{
    /// <inheritdoc/>
    public override string ClassName => "AdaptiveAveragePooling1D";

    internal static Registration<Layer> Registration { get; } = Register("AdaptiveAveragePooling1D", size => new AdaptiveAveragePooling1D(size));

    internal override LayerProgram CreateProgram(ProgramContext context) => Program(context, takesLargest: false);
}

/// <summary>The largest value of each of a given number of windows, which cover all steps: <c>[B, T, F] → [B, n, F]</c>.</summary>
/// <param name="outputSize">Steps that come out.</param>
/// <exception cref="ArgumentOutOfRangeException">Not positive, or larger than 1,048,576.</exception>
public sealed class AdaptiveMaxPooling1D(int outputSize) : AdaptivePooling(outputSize)
{
    /// <inheritdoc/>
    public override string ClassName => "AdaptiveMaxPooling1D";

    internal static Registration<Layer> Registration { get; } = Register("AdaptiveMaxPooling1D", size => new AdaptiveMaxPooling1D(size));

    internal override LayerProgram CreateProgram(ProgramContext context) => Program(context, takesLargest: true);
}
