using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>Adds steps of zeros before and behind: <c>[B, T, F] → [B, before + T + after, F]</c>. Masks end here, as in Keras.</summary>
public sealed class ZeroPadding1D : WeightlessLayer
{
    private static readonly Argument<(int Before, int After)> PaddingArgument = LayerArguments.Ends("padding", 1);

    /// <summary>Creates the layer.</summary>
    /// <param name="padding">Steps that are added, the same at both ends.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public ZeroPadding1D(int padding = 1) => Padding = (padding, padding);

    /// <summary>Creates the layer.</summary>
    /// <param name="before">Steps that are added at the beginning.</param>
    /// <param name="after">Steps that are added at the end.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public ZeroPadding1D(int before, int after) => Padding = (before, after);

    /// <inheritdoc/>
    public override string ClassName => "ZeroPadding1D";

    /// <summary>Steps that are added.</summary>
    public (int Before, int After) Padding { get => Get(PaddingArgument); init => Set(PaddingArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, ZeroPadding1D>("ZeroPadding1D")
    {
        Arguments = [.. CommonArguments, PaddingArgument, Argument.Fixed("data_format", "channels_last")],
        Make = _ => new ZeroPadding1D(),
    };

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape)
    {
        RequireSequence(inputShape);
        return [inputShape[0] + Padding.Before + Padding.After, inputShape[1]];
    }

    internal override LayerProgram CreateProgram(ProgramContext context)
    {
        int features = context.InputFeatures;
        return new RearrangeProgram(context, [.. Enumerable.Range(0, context.Outputs[0].Size).Select(Source)]);

        int Source(int i)
        {
            int step = i / features - Padding.Before;
            return step >= 0 && step < context.InputSteps ? step * features + i % features : -1;
        }
    }
}
