using Unroll.Configuration;
using Unroll.Execution;

namespace Unroll.Layers;

/// <summary>
/// Base of layers that merge several inputs element by element: <c>new Add().Call([a, b])</c>. Shapes are stretched to fit:
/// sizes of 1 repeat. A step is masked if it is masked in all inputs; if one of them has no mask, the output has none.
/// </summary>
public abstract class MergeLayer : WeightlessLayer
{
    private protected MergeLayer()
    {
    }

    internal abstract MergeOperation Operation { get; }

    /// <summary>The most inputs that the layer takes.</summary>
    private protected virtual int MostInputs => int.MaxValue;

    internal override IReadOnlyList<IReadOnlyList<int?>> InferOutputShapes(CallInputs inputs)
    {
        if (inputs.Shapes.Count > MostInputs || MostInputs == 2 && inputs.Shapes.Count != 2)
            throw new ArgumentException($"{Label} takes exactly 2 inputs, but {inputs.Shapes.Count} were given.");
        return [Broadcast.Shape(inputs.Shapes, Label)];
    }

    internal override LayerProgram CreateProgram(ProgramContext context) => new MergeProgram(context, Operation, isLayer: true);

    private protected static Registration<Layer> Register<T>(string name, Func<T> create) where T : MergeLayer =>
        new Registration<Layer, T>(name) { Arguments = CommonArguments, Make = _ => create() };
}

/// <summary>The sum of its inputs.</summary>
public sealed class Add : MergeLayer
{
    /// <inheritdoc/>
    public override string ClassName => "Add";

    internal static Registration<Layer> Registration { get; } = Register("Add", () => new Add());

    internal override MergeOperation Operation => MergeOperation.Add;
}

/// <summary>The first input minus the second.</summary>
public sealed class Subtract : MergeLayer
{
    /// <inheritdoc/>
    public override string ClassName => "Subtract";

    internal static Registration<Layer> Registration { get; } = Register("Subtract", () => new Subtract());

    internal override MergeOperation Operation => MergeOperation.Subtract;

    private protected override int MostInputs => 2;
}

/// <summary>The product of its inputs, element by element. A masked step of an input counts as 1, and as in Keras the output is 0 where all inputs are masked.</summary>
public sealed class Multiply : MergeLayer
{
    /// <inheritdoc/>
    public override string ClassName => "Multiply";

    internal static Registration<Layer> Registration { get; } = Register("Multiply", () => new Multiply());

    internal override MergeOperation Operation => MergeOperation.Multiply;
}

/// <summary>The mean of its inputs.</summary>
public sealed class Average : MergeLayer
{
    /// <inheritdoc/>
    public override string ClassName => "Average";

    internal static Registration<Layer> Registration { get; } = Register("Average", () => new Average());

    internal override MergeOperation Operation => MergeOperation.Average;
}

/// <summary>
/// The largest of its inputs, element by element. Inputs that tie share the gradient. A masked step of an input is left out, as
/// in Keras; where all inputs are masked, the first one's value comes out.
/// </summary>
public sealed class Maximum : MergeLayer
{
    /// <inheritdoc/>
    public override string ClassName => "Maximum";

    internal static Registration<Layer> Registration { get; } = Register("Maximum", () => new Maximum());

    internal override MergeOperation Operation => MergeOperation.Maximum;
}

/// <summary>The smallest of its inputs, element by element; masks and ties as in <see cref="Maximum"/>.</summary>
public sealed class Minimum : MergeLayer
{
    /// <inheritdoc/>
    public override string ClassName => "Minimum";

    internal static Registration<Layer> Registration { get; } = Register("Minimum", () => new Minimum());

    internal override MergeOperation Operation => MergeOperation.Minimum;
}
