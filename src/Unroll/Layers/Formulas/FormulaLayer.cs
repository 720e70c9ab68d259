using Unroll.Execution;
using Unroll.Formulas;
using Unroll.Initializers;

namespace Unroll.Layers;

/// <summary>
/// A layer of your own as a formula, applied at every time step, <c>[B, …, F] → [B, …, U]</c>. It is recorded once, and runs
/// forward and backward on the same kernels as built-in layers.
/// <code>
/// using static Unroll.Formulas.Formula;
/// …
/// public sealed class Gated(int units) : FormulaLayer
/// {
///     protected override Value Formula(Value x) =>
///         Sigmoid(x * Weight("gate", [x.Features, units])) * (x * Weight("kernel", [x.Features, units]));
/// }
/// </code>
/// </summary>
public abstract class FormulaLayer : Layer
{
    private readonly Lock _recording = new(); // predictions may be planned by several threads at a time
    private DeclaredWeights? _weights;

    /// <inheritdoc/>
    public override string ClassName => GetType().Name;

    /// <summary>The formula: features of one time step to features of one time step.</summary>
    protected abstract Value Formula(Value x);

    /// <summary>A weight of the formula: a matrix [rows, columns] or a vector.</summary>
    /// <param name="name">Its name; the same name is the same weight.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="initializer">Its first values; null: <c>glorot_uniform</c> for a matrix, <c>zeros</c> for a vector.</param>
    /// <exception cref="InvalidOperationException">Called outside of <see cref="Formula"/>.</exception>
    protected Value Weight(string name, int[] shape, Initializer? initializer = null)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return (_weights ?? throw new InvalidOperationException("Weight can only be called inside of Formula."))
            .Get(name, shape, initializer ?? (shape.Length == 1 ? new Zeros() : new GlorotUniform()));
    }

    internal override bool HandsOnMask(int output) => true;

    internal sealed override IEnumerable<(string Name, int[] Shape, Initializer Initializer)> DescribeWeights(IReadOnlyList<int?> inputShape)
    {
        Record(Features(inputShape), out DeclaredWeights weights);
        return weights.All;
    }

    internal sealed override IReadOnlyList<int?> InferOutputShape(IReadOnlyList<int?> inputShape) =>
        [.. inputShape.SkipLast(1), Record(Features(inputShape), out _).Output.Features];

    internal sealed override LayerProgram CreateProgram(ProgramContext context) => new FormulaProgram(
        context, Parameters, Record(context.InputFeatures, out _), new FormulaFlags { IsLayer = true });

    private Recording Record(int features, out DeclaredWeights weights)
    {
        lock (_recording)
        {
            weights = _weights = new DeclaredWeights();
            try
            {
                Value x = Value.Input(features);
                Value y = Formula(x);
                return Recording.OfLayer(x, weights.Values, y);
            }
            finally
            {
                _weights = null;
            }
        }
    }

    private int Features(IReadOnlyList<int?> inputShape) => inputShape.Count > 0 && inputShape[^1] is { } features
        ? features
        : throw WrongInput(inputShape, "inputs with a known number of features");
}
