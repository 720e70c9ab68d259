using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>
/// The product of two inputs along an axis of each, sample by sample: <c>new Dot(2)</c> makes <c>[B, T, S]</c> of <c>[B, T, D]</c> and
/// <c>[B, S, D]</c>. Masks end here, as in Keras.
/// </summary>
public sealed class Dot : WeightlessLayer
{
    private static readonly Argument<IReadOnlyList<int>> AxesArgument = LayerArguments.Wholes("axes").Require(axes => axes.Count is 1 or 2, "one axis, or one for each input");

    private static readonly Argument<bool> NormalizeArgument = Argument.Flag("normalize");

    /// <summary>Creates the layer.</summary>
    /// <param name="axis">The axis of both inputs, counted with the batch dimension as 0.</param>
    /// <param name="normalize">Whether what is multiplied is brought to length 1 first, which gives cosines.</param>
    public Dot(int axis, bool normalize = false) : this((axis, axis), normalize)
    {
    }

    /// <summary>Creates the layer.</summary>
    /// <param name="axes">An axis of each input, counted with the batch dimension as 0.</param>
    /// <param name="normalize">Whether what is multiplied is brought to length 1 first, which gives cosines.</param>
    public Dot((int First, int Second) axes, bool normalize = false)
    {
        Axes = axes.First == axes.Second ? [axes.First] : [axes.First, axes.Second];
        Normalize = normalize;
    }

    /// <inheritdoc/>
    public override string ClassName => "Dot";

    /// <summary>An axis of each input, or one for both, counted with the batch dimension as 0; negative: from the end.</summary>
    public IReadOnlyList<int> Axes { get => Get(AxesArgument); init => Set(AxesArgument, value); }

    /// <summary>Whether what is multiplied is brought to length 1 first.</summary>
    public bool Normalize { get => Get(NormalizeArgument); init => Set(NormalizeArgument, value); }

    internal static Registration<Layer> Registration { get; } = new Registration<Layer, Dot>("Dot")
    {
        Arguments = [.. CommonArguments, AxesArgument, NormalizeArgument],
        Make = a => new Dot(1) { Axes = a.Get(AxesArgument) },
    };

    internal override IReadOnlyList<IReadOnlyList<int?>> InferOutputShapes(CallInputs inputs)
    {
        if (inputs.Shapes.Count != 2) throw new ArgumentException($"Dot '{Name}' takes exactly 2 inputs, but {inputs.Shapes.Count} were given.");
        int[] axes = [OwnAxis(inputs, 0), OwnAxis(inputs, 1)];
        IReadOnlyList<int?> a = inputs.Shapes[0], b = inputs.Shapes[1];
        if (a[axes[0]] is { } size && b[axes[1]] is { } other && size != other)
            throw new ArgumentException($"Dot '{Name}': Inputs have incompatible shapes. Received shapes {ShapeText.Of(a)} and {ShapeText.Of(b)}");
        IReadOnlyList<int?> shape = [.. a.Where((_, d) => d != axes[0]), .. b.Where((_, d) => d != axes[1])];
        return [shape.Count == 0 ? [1] : shape];
    }

    internal override LayerProgram CreateProgram(ProgramContext context)
    {
        var inputs = new CallInputs([.. context.Inputs.Select(shape => shape.AsOpen())], context.Roles);
        return new DotProgram(context, OwnAxis(inputs, 0), OwnAxis(inputs, 1), Normalize);
    }

    private int OwnAxis(CallInputs inputs, int index)
    {
        IReadOnlyList<int?> shape = inputs.Shapes[index];
        if (shape.Count is not (1 or 2)) throw WrongInput(shape, "[batch, features] or [batch, time, features]");
        return LayerArguments.OwnAxes([Axes[Axes.Count == 1 ? 0 : index]], shape.Count, $"Dot '{Name}'")[0];
    }
}
