using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>
/// Puts the dimensions of a sample in another order: <c>new Permute(2, 1)</c> makes <c>[B, F, T]</c> of <c>[B, T, F]</c>. Masks
/// end here, as in Keras.
/// </summary>
public sealed class Permute : WeightlessLayer
{
    private static readonly Argument<IReadOnlyList<int>> DimsArgument = LayerArguments.Wholes("dims")
        .Require(dims => dims.Order().SequenceEqual(Enumerable.Range(1, dims.Count)), "the numbers 1, 2, … in some order");

    /// <summary>Creates the layer.</summary>
    /// <param name="dims">For each dimension of the output that of the input, counted from 1, without the batch.</param>
    /// <exception cref="ArgumentOutOfRangeException">These are not the numbers 1, 2, … in some order.</exception>
    public Permute(params int[] dims) => Dims = dims;

    /// <inheritdoc/>
    public override string ClassName => "Permute";

    /// <summary>For each dimension of the output that of the input, counted from 1, without the batch.</summary>
    public IReadOnlyList<int> Dims { get => Get(DimsArgument); init => Set(DimsArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, Permute>("Permute")
    {
        Arguments = [.. CommonArguments, DimsArgument],
        Make = a => new Permute([.. a.Get(DimsArgument)]),
    };

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape) => inputShape.Count == Dims.Count
        ? [.. Dims.Select(dim => inputShape[dim - 1])]
        : throw WrongInput(inputShape, $"inputs of {Dims.Count} dimensions beside the batch");

    internal override LayerProgram CreateProgram(ProgramContext context)
    {
        IReadOnlyList<int> from = context.Inputs[0].Dimensions, to = context.Outputs[0].Dimensions;
        var sources = new int[context.InputSize];
        for (int i = 0; i < sources.Length; i++)
        {
            int rest = i;
            var place = new int[from.Count];
            for (int d = to.Count - 1; d >= 0; rest /= to[d], d--) place[Dims[d] - 1] = rest % to[d];
            for (int d = 0; d < from.Count; d++) sources[i] = sources[i] * from[d] + place[d];
        }

        return new RearrangeProgram(context, sources);
    }
}
