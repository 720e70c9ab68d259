using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>Leaves out steps at the beginning and at the end: <c>[B, T, F] → [B, T − before − after, F]</c>. Masks end here, as in Keras.</summary>
public sealed class Cropping1D : WeightlessLayer
{
    private static readonly Argument<(int Before, int After)> CroppingArgument = LayerArguments.Ends("cropping", 1);

    /// <summary>Creates the layer.</summary>
    /// <param name="cropping">Steps that are left out, the same at both ends.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public Cropping1D(int cropping = 1) => Cropping = (cropping, cropping);

    /// <summary>Creates the layer.</summary>
    /// <param name="before">Steps that are left out at the beginning.</param>
    /// <param name="after">Steps that are left out at the end.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public Cropping1D(int before, int after) => Cropping = (before, after);

    /// <inheritdoc/>
    public override string ClassName => "Cropping1D";

    /// <summary>Steps that are left out.</summary>
    public (int Before, int After) Cropping { get => Get(CroppingArgument); init => Set(CroppingArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, Cropping1D>("Cropping1D")
    {
        Arguments = [.. CommonArguments, CroppingArgument],
        Make = _ => new Cropping1D(),
    };

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape)
    {
        RequireSequence(inputShape);
        int? left = inputShape[0] - Cropping.Before - Cropping.After;
        return left is <= 0 ? throw WrongInput(inputShape, $"more than {Cropping.Before + Cropping.After} steps") : [left, inputShape[1]];
    }

    internal override LayerProgram CreateProgram(ProgramContext context)
    {
        int features = context.InputFeatures;
        return new RearrangeProgram(context, [.. Enumerable.Range(0, context.Outputs[0].Size).Select(Source)]);

        int Source(int i) => i + Cropping.Before * features;
    }
}
