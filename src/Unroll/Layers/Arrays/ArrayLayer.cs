using Unroll.Execution;
using Unroll.Initializers;

namespace Unroll.Layers;

/// <summary>
/// A layer of your own on plain arrays: it computes one sample at a time and its gradient, row-major. It runs beside layers
/// that work on many samples at a time, and is as slow as it is written.
/// <code>
/// public sealed class Scale : ArrayLayer
/// {
///     public override string ClassName => "Scale";
///     protected override void AddWeights(IReadOnlyList&lt;int?&gt; inputShape) => AddWeight("factor", [inputShape[^1]!.Value], new Ones());
///     protected override void Forward(ReadOnlySpan&lt;float&gt; x, Span&lt;float&gt; y, ArrayWeights weights) { … }
///     protected override void Backward(…) { … }
/// }
/// </code>
/// </summary>
public abstract class ArrayLayer : Layer
{
    private List<(string Name, int[] Shape, Initializer Initializer)>? _declared;

    /// <inheritdoc/>
    public override string ClassName => GetType().Name;

    /// <summary>True, the default: masks of time steps go on to the layer above if the output has as many steps.</summary>
    protected internal virtual bool PassesMask => true;

    /// <summary>The shape that comes out, without the batch dimension (null: not known before data); unless overridden that of the input.</summary>
    /// <exception cref="ArgumentException">The layer can't work on that shape.</exception>
    protected virtual IReadOnlyList<int?> OutputShapeFor(IReadOnlyList<int?> inputShape) => inputShape;

    /// <summary>Declares the weights by calls of <see cref="AddWeight"/>.</summary>
    /// <param name="inputShape">Without the batch dimension; null: not known before data.</param>
    protected virtual void AddWeights(IReadOnlyList<int?> inputShape)
    {
    }

    /// <summary>Declares a weight; only inside of <see cref="AddWeights"/>.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="initializer">Its first values; null: <c>glorot_uniform</c>.</param>
    /// <exception cref="InvalidOperationException">Called elsewhere.</exception>
    protected void AddWeight(string name, int[] shape, Initializer? initializer = null) =>
        (_declared ?? throw new InvalidOperationException("AddWeight can only be called by AddWeights.")).Add((name, shape, initializer ?? new GlorotUniform()));

    /// <summary>Computes the output of one sample.</summary>
    /// <param name="x">The input, row-major.</param>
    /// <param name="y">The output, row-major, to be set.</param>
    /// <param name="weights">The weights.</param>
    protected internal abstract void Forward(ReadOnlySpan<float> x, Span<float> y, ArrayWeights weights);

    /// <summary>Computes the gradients of one sample.</summary>
    /// <param name="x">The input.</param>
    /// <param name="y">The output.</param>
    /// <param name="dy">The gradient at the output.</param>
    /// <param name="dx">The gradient at the input, to be set.</param>
    /// <param name="weights">The weights; gradients are to be added to <see cref="ArrayWeights.Gradient"/>.</param>
    protected internal abstract void Backward(ReadOnlySpan<float> x, ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx, ArrayWeights weights);

    internal override bool HandsOnMask(int output) => PassesMask;

    internal sealed override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape) => OutputShapeFor(inputShape);

    internal sealed override IEnumerable<(string Name, int[] Shape, Initializer Initializer)> DescribeWeights(IReadOnlyList<int?> inputShape)
    {
        _declared = [];
        try
        {
            AddWeights(inputShape);
            return _declared;
        }
        finally
        {
            _declared = null;
        }
    }

    internal sealed override LayerProgram CreateProgram(ProgramContext context) => new ArrayProgram(this, context);
}

/// <summary>The weights of an <see cref="ArrayLayer"/> while it computes, by the order in which they were added.</summary>
public readonly ref struct ArrayWeights
{
    private readonly IReadOnlyList<Parameter> _parameters;
    private readonly float[][]? _gradients;

    internal ArrayWeights(IReadOnlyList<Parameter> parameters, float[][]? gradients) => (_parameters, _gradients) = (parameters, gradients);

    /// <summary>The values of a weight, row-major.</summary>
    public ReadOnlySpan<float> this[int index] => _parameters[index].Value.Span[.._parameters[index].Count];

    /// <summary>Where gradients of a weight are added up, row-major.</summary>
    /// <exception cref="InvalidOperationException">There is no backward pass.</exception>
    public Span<float> Gradient(int index) => (_gradients ?? throw new InvalidOperationException("There are gradients in Backward only."))[index];
}
