using Unroll.Configuration;
using Unroll.Execution;
using Unroll.Formulas;
using Unroll.Initializers;

namespace Unroll.Layers;

/// <summary>
/// A recurrent cell of your own as a formula for one time step. <see cref="RNN"/> does the rest: masks, dropout, directions,
/// states, stacking, gradients.
/// <code>
/// using static Unroll.Formulas.Formula;
/// …
/// public sealed class MinimalGatedUnit(int units) : RecurrentCell(units)
/// {
///     protected override Value Step(Value x, Value h)
///     {
///         Value f = Sigmoid(x * Kernel("kf") + h * RecurrentKernel("rf") + Bias("bf"));
///         return (1 - f) * h + f * Tanh(x * Kernel("kn") + (f * h) * RecurrentKernel("rn") + Bias("bn"));
///     }
/// }
/// …
/// new RNN(new MinimalGatedUnit(16) { Dropout = 0.2 })
/// </code>
/// </summary>
public abstract class RecurrentCell : Layer, IRecurrentCell
{
    /// <summary>Size of the hidden state, the cell's first argument.</summary>
    protected static readonly Argument<int> UnitsArgument = Argument.Whole("units").Size();

    private static readonly Argument<double> DropoutArgument = Argument.Number("dropout", 0).Between(0, 1);

    private static readonly Argument<double> RecurrentDropoutArgument = Argument.Number("recurrent_dropout", 0).Between(0, 1);

    private readonly Lock _recording = new(); // predictions may be planned by several threads at a time
    private DeclaredWeights? _weights;
    private int _features;

    /// <summary>Creates the cell.</summary>
    /// <param name="units">Size of the hidden state.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not positive, or larger than 1,048,576.</exception>
    protected RecurrentCell(int units) => Units = units;

    /// <summary>What every cell's registration begins with: name, units, dropout, recurrent dropout.</summary>
    public static IReadOnlyList<Argument> CellArguments { get; } = [.. CommonArguments, UnitsArgument, DropoutArgument, RecurrentDropoutArgument];

    /// <inheritdoc/>
    public override string ClassName => GetType().Name;

    /// <summary>Size of the hidden state.</summary>
    public int Units { get => Get(UnitsArgument); init => Set(UnitsArgument, value); }

    /// <summary>Share of the inputs that is set to zero in training, 0 to 1; one mask per batch row, the same at all time steps.</summary>
    public double Dropout { get => Get(DropoutArgument); init => Set(DropoutArgument, value); }

    /// <summary>The same for states where they enter products with matrices.</summary>
    public double RecurrentDropout { get => Get(RecurrentDropoutArgument); init => Set(RecurrentDropoutArgument, value); }

    /// <summary>Sizes of all states; unless overridden there is one, the hidden state. The first is put out.</summary>
    public virtual IReadOnlyList<int> StateSizes => [Units];

    /// <summary>One time step of a cell with one state: the new state, which is put out.</summary>
    /// <param name="x">The input, [F].</param>
    /// <param name="h">The state before the step, [U].</param>
    protected virtual Value Step(Value x, Value h) => throw new InvalidOperationException(
        $"{ClassName} says nothing of its step: override Step(Value x, Value h), or Step(Value x, Values states) for several states.");

    /// <summary>One time step of a cell with any states: the new states in their order, the one that is put out first.</summary>
    /// <param name="x">The input, [F].</param>
    /// <param name="states">The states before the step.</param>
    protected virtual Values Step(Value x, Values states)
    {
        ArgumentNullException.ThrowIfNull(states);
        return Step(x, states[0]);
    }

    /// <summary>A matrix [F, U] for the input.</summary>
    protected Value Kernel(string name, Initializer? initializer = null) => Weight(name, [_features, Units], initializer);

    /// <summary>A matrix [U, U] for the hidden state; its first values are orthogonal unless told otherwise.</summary>
    protected Value RecurrentKernel(string name, Initializer? initializer = null) => Weight(name, [Units, Units], initializer ?? new Orthogonal());

    /// <summary>A vector [U]; its first values are zeros unless told otherwise.</summary>
    protected Value Bias(string name, Initializer? initializer = null) => Weight(name, [Units], initializer);

    /// <summary>A weight of any size: a matrix [rows, columns] or a vector.</summary>
    /// <param name="name">Its name; the same name is the same weight.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="initializer">Its first values; null: <c>glorot_uniform</c> for a matrix, <c>zeros</c> for a vector.</param>
    /// <exception cref="InvalidOperationException">Called outside of Step.</exception>
    protected Value Weight(string name, int[] shape, Initializer? initializer = null)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return (_weights ?? throw new InvalidOperationException("Weights can only be named inside of Step."))
            .Get(name, shape, initializer ?? (shape.Length == 1 ? new Zeros() : new GlorotUniform()));
    }

    /// <summary>Records the formula of a step.</summary>
    internal Recording Record(int features, out DeclaredWeights weights)
    {
        lock (_recording)
        {
            DeclaredWeights declared = weights = _weights = new DeclaredWeights();
            _features = features;
            try
            {
                return Recording.OfCell(features, StateSizes, () => declared.Values, Step);
            }
            finally
            {
                _weights = null;
            }
        }
    }

    IReadOnlyList<(Layer Layer, string Path)> IRecurrentCell.OverTime(SequenceFlags flags) => [(new CellLayer(this, flags), "")];

    internal override LayerProgram CreateProgram(ProgramContext context) => throw RecurrentInputs.NotByItself(this);

    internal override IReadOnlyList<IReadOnlyList<int?>> InferOutputShapes(CallInputs inputs) => throw RecurrentInputs.NotByItself(this);
}
