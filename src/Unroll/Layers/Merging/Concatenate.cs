using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>
/// Puts its inputs side by side along an axis: <c>[B, T, F1], [B, T, F2] → [B, T, F1 + F2]</c>. Along features a step is
/// masked if it is masked in all inputs (an input without a mask counts everywhere); along time masks follow each other.
/// </summary>
public sealed class Concatenate : WeightlessLayer
{
    private static readonly Argument<int> AxisArgument = Argument.Whole("axis", -1);

    /// <summary>Creates the layer.</summary>
    /// <param name="axis">The axis, counted with the batch dimension as 0; −1: the last.</param>
    public Concatenate(int axis = -1) => Axis = axis;

    /// <inheritdoc/>
    public override string ClassName => "Concatenate";

    /// <summary>The axis, counted with the batch dimension as 0; negative: from the end.</summary>
    public int Axis { get => Get(AxisArgument); init => Set(AxisArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, Concatenate>("Concatenate")
    {
        Arguments = [.. CommonArguments, AxisArgument],
        Make = _ => new Concatenate(),
    };

    internal override IReadOnlyList<IReadOnlyList<int?>> InferOutputShapes(CallInputs inputs)
    {
        IReadOnlyList<int?> first = inputs.First;
        int axis = AxisIn(first.Count);
        int?[] shape = [.. first];
        foreach (IReadOnlyList<int?> other in inputs.Shapes.Skip(1))
        {
            bool fits = other.Count == shape.Length;
            for (int d = 0; fits && d < shape.Length; d++)
                if (d != axis && other[d] is { } size && shape[d] is { } known && size != known) fits = false;
            if (!fits)
            {
                throw new ArgumentException(
                    $"{Label}: A `Concatenate` layer requires inputs with matching shapes except for the concatenation axis. Received: {string.Join(", ", inputs.Shapes.Select(each => ShapeText.Of(each)))}; the axis is {Axis}. Take another axis, or bring the inputs to one length, by pooling or by the last step, say.");
            }

            for (int d = 0; d < shape.Length; d++) shape[d] = d == axis ? checked(shape[d] + other[d]) : shape[d] ?? other[d];
        }

        return [shape];
    }

    internal override LayerProgram CreateProgram(ProgramContext context) => new ConcatenateProgram(context, AxisIn(context.Outputs[0].Dimensions.Count));

    private int AxisIn(int rank)
    {
        int axis = Axis < 0 ? Axis + rank : Axis - 1;
        return axis >= 0 && axis < rank
            ? axis
            : throw new ArgumentException($"{Label}: axis {Axis} is not one of the {rank + 1} axes of its inputs, or is that of the batch.");
    }
}
