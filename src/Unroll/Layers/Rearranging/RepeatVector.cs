using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>Puts the same features out at every one of n steps: <c>[B, F] → [B, n, F]</c>. Masks end here, as in Keras.</summary>
public sealed class RepeatVector : WeightlessLayer
{
    private static readonly Argument<int> CountArgument = Argument.Whole("n").Size();

    /// <summary>Creates the layer.</summary>
    /// <param name="n">Time steps that come out.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="n"/> is not positive, or larger than 1,048,576.</exception>
    public RepeatVector(int n) => N = n;

    /// <inheritdoc/>
    public override string ClassName => "RepeatVector";

    /// <summary>Time steps that come out.</summary>
    public int N { get => Get(CountArgument); init => Set(CountArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, RepeatVector>("RepeatVector")
    {
        Arguments = [.. CommonArguments, CountArgument],
        Make = a => new RepeatVector(a.Get(CountArgument)),
    };

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape) =>
        inputShape.Count == 1 ? [N, inputShape[0]] : throw WrongInput(inputShape, "[batch, features]");

    internal override LayerProgram CreateProgram(ProgramContext context) =>
        new RearrangeProgram(context, [.. Enumerable.Range(0, context.Outputs[0].Size).Select(i => i % context.InputSize)]);
}
