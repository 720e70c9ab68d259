using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>Repeats every step: <c>[B, T, F] → [B, size · T, F]</c>. Masks end here, as in Keras.</summary>
public sealed class UpSampling1D : WeightlessLayer
{
    private static readonly Argument<int> SizeArgument = Argument.Whole("size", 2).Size();

    /// <summary>Creates the layer.</summary>
    /// <param name="size">How often every step comes.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not positive, or larger than 1,048,576.</exception>
    public UpSampling1D(int size = 2) => Size = size;

    /// <inheritdoc/>
    public override string ClassName => "UpSampling1D";

    /// <summary>How often every step comes.</summary>
    public int Size { get => Get(SizeArgument); init => Set(SizeArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, UpSampling1D>("UpSampling1D")
    {
        Arguments = [.. CommonArguments, SizeArgument],
        Make = _ => new UpSampling1D(),
    };

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape)
    {
        RequireSequence(inputShape);
        return [checked(inputShape[0] * Size), inputShape[1]];
    }

    internal override LayerProgram CreateProgram(ProgramContext context)
    {
        int features = context.InputFeatures;
        return new RearrangeProgram(context, [.. Enumerable.Range(0, context.Outputs[0].Size).Select(Source)]);

        int Source(int i) => i / features / Size * features + i % features;
    }
}
