using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>
/// Puts a sample's elements, in their order, into another shape: <c>[B, …] → [B, targetShape]</c>. One size may be −1: whatever
/// is left. Masks end here, as in Keras.
/// </summary>
public sealed class Reshape : WeightlessLayer
{
    private static readonly Argument<IReadOnlyList<int>> TargetShapeArgument = LayerArguments.Wholes("target_shape")
        .Require(shape => shape.Count > 0 && shape.All(size => size is > 0 or -1) && shape.Count(size => size == -1) <= 1, "sizes of 1 or more, one of them −1 at most");

    /// <summary>Creates the layer.</summary>
    /// <param name="targetShape">The shape of a sample, without the batch dimension; one size may be −1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is 0 or below −1, or several are −1.</exception>
    public Reshape(params int[] targetShape) => TargetShape = targetShape;

    /// <inheritdoc/>
    public override string ClassName => "Reshape";

    /// <summary>The shape of a sample, without the batch dimension.</summary>
    public IReadOnlyList<int> TargetShape { get => Get(TargetShapeArgument); init => Set(TargetShapeArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, Reshape>("Reshape")
    {
        Arguments = [.. CommonArguments, TargetShapeArgument],
        Make = a => new Reshape([.. a.Get(TargetShapeArgument)]),
    };

    internal override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape)
    {
        int? size = 1, known = 1;
        foreach (int? dimension in inputShape) size = checked(size * dimension);
        foreach (int dimension in TargetShape.Where(dimension => dimension > 0)) known = checked(known * dimension);
        bool hasRest = TargetShape.Contains(-1);
        if (size is { } all && (hasRest ? all % known != 0 : all != known))
            throw WrongInput(inputShape, $"inputs whose elements fill the shape ({string.Join(", ", TargetShape)})");
        return [.. TargetShape.Select(dimension => dimension > 0 ? dimension : size / known)];
    }

    internal override LayerProgram CreateProgram(ProgramContext context) =>
        new RearrangeProgram(context, [.. Enumerable.Range(0, context.InputSize)]);
}
