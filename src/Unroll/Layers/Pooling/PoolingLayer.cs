using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>Base of layers that make one value of every window over time: <c>[B, T, F] → [B, T', F]</c>. Masks end here, as in Keras.</summary>
public abstract class PoolingLayer : WeightlessLayer
{
    private protected static readonly Argument<int> PoolSizeArgument = LayerArguments.Window("pool_size", 2);

    private protected static readonly Argument<int?> StridesArgument = LayerArguments.OptionalWindow("strides");

    private protected static readonly Argument<WindowPadding> PaddingArgument =
        Argument.Choice("padding", WindowPadding.Valid, ("valid", WindowPadding.Valid), ("same", WindowPadding.Same));

    private protected PoolingLayer()
    {
    }

    /// <summary>Steps of a window.</summary>
    public int PoolSize { get => Get(PoolSizeArgument); init => Set(PoolSizeArgument, value); }

    /// <summary>Steps from one window to the next; null: windows lie side by side.</summary>
    public int? Strides { get => Get(StridesArgument); init => Set(StridesArgument, value); }

    /// <summary>What windows do at the ends of time. What lies outside never counts.</summary>
    public WindowPadding Padding { get => Get(PaddingArgument); init => Set(PaddingArgument, value); }

    internal TimeWindow Window => new(PoolSize, Strides ?? PoolSize, 1, Padding);

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape)
    {
        RequireSequence(inputShape);
        int? count = Window.Count(inputShape[0]);
        return count is <= 0 ? throw WrongInput(inputShape, $"sequences of at least {PoolSize} step(s)") : [count, inputShape[1]];
    }

    internal override object? ValueOf<T>(Argument<T> argument) => argument.Name == StridesArgument.Name ? Strides ?? PoolSize : base.ValueOf(argument);

    /// <summary>What every window sees of the input.</summary>
    private protected WindowPoolingProgram Program(ProgramContext context, bool takesLargest)
    {
        TimeWindow window = Window;
        int steps = context.InputSteps, before = window.Before(steps);
        return new WindowPoolingProgram(
            context, [.. Enumerable.Range(0, context.Outputs[0].Steps).Select(t => t * window.Stride - before).Select(first => (Math.Max(0, first), Math.Min(steps, first + window.Size)))],
            takesLargest);
    }

    private protected static Registration<Layer> Register<T>(string name, string alias, Func<T> create) where T : PoolingLayer => new Registration<Layer, T>(name)
    {
        Aliases = [alias],
        Arguments = [.. CommonArguments, PoolSizeArgument, PaddingArgument, StridesArgument, Argument.Fixed("data_format", "channels_last")],
        Positional = [PoolSizeArgument, StridesArgument, PaddingArgument],
        Make = _ => create(),
    };
}
