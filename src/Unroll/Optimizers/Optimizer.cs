using Unroll.Configuration;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Schedules;

namespace Unroll.Optimizers;

/// <summary>
/// Turns gradients into weight updates. Converts from Keras' names: <c>optimizer: "adam"</c>. An optimizer is a set of
/// arguments; its state belongs to the compiled model. What all optimizers can do besides their own rule is set by
/// properties: <c>new SGD(0.1) { Clipnorm = 0.25, WeightDecay = 0.01 }</c>. One of your own overrides <see cref="SlotCount"/>
/// and <see cref="Update(in WeightUpdate)"/>.
/// </summary>
public abstract partial class Optimizer : Configurable
{
    /// <summary>Creates an optimizer.</summary>
    /// <param name="learningRate">Step size or schedule.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step size is negative or not finite.</exception>
    protected Optimizer(LearningRateSchedule learningRate) => Set(LearningRateArgument, learningRate);

    /// <summary>All optimizers that are known by name.</summary>
    public static Catalog<Optimizer> Catalog => OptimizerCatalog.Instance;

    /// <summary>What the optimizer is called in files: Keras' name, for example <c>adam</c>, unless it is given one.</summary>
    public string Name { get => Get(NameArgument) ?? DefaultName; init => Set(NameArgument, value); }

    /// <summary>The name of one that is given none; for one of your own, unless overridden, the class's name in snake case.</summary>
    protected virtual string DefaultName => SnakeCase.Of(GetType().Name);

    /// <summary>Step size; with a schedule that of the first step.</summary>
    public double LearningRate => Rate.At(0);

    /// <summary>How the step size changes with the steps; null if it does not.</summary>
    public LearningRateSchedule? Schedule => Rate is ConstantLearningRate ? null : Rate;

    /// <summary>Arrays that the optimizer keeps for a weight, each of the weight's size or less.</summary>
    public abstract int SlotCount { get; }

    /// <summary>
    /// How many of the slots stand side by side in files, weight after weight; of each further slot all weights follow.
    /// Adam: m₀, v₀, m₁, v₁, …, then the largest v's.
    /// </summary>
    internal virtual int InterleavedSlots => SlotCount;

    /// <summary>First value of the slots.</summary>
    public virtual double FirstSlotValue => 0;

    private LearningRateSchedule Rate => Get(LearningRateArgument);

    /// <summary>The optimizer of that name, with default arguments or those in parentheses.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static implicit operator Optimizer(string name) => FromName(name);

    /// <summary>The optimizer of that name, with default arguments or those in parentheses: <c>rmsprop(learning_rate=1e-4)</c>.</summary>
    /// <exception cref="ArgumentException">There is none of that name, or an argument is wrong.</exception>
    public static Optimizer FromName(string name) => Catalog.Create(name);

    /// <summary>The same optimizer with another constant learning rate.</summary>
    internal Optimizer WithLearningRate(double learningRate)
    {
        var changed = (Optimizer)MemberwiseClone();
        changed.Set(LearningRateArgument, learningRate);
        return changed;
    }

    /// <summary>The learning rate of a step, counted from 1.</summary>
    internal double RateAt(long iteration) => RateOfCall(iteration * CallsPerStep);

    /// <summary>The learning rate of a call with gradients, counted from 1: schedules go on also where several make a step.</summary>
    internal double RateOfCall(long call) => Rate.At(call - 1);

    /// <summary>The arrays that are kept for a weight.</summary>
    internal virtual IReadOnlyList<SlotForm> SlotsOf(WeightForm weight) =>
        [.. Enumerable.Repeat(new SlotForm(weight.Shape, FirstSlotValue), SlotCount)];

    /// <summary>Floats that a step needs for itself; weights share them.</summary>
    internal virtual long ScratchOf(WeightForm weight) => 0;

    /// <summary>Share of a weight, times the learning rate, that is subtracted before a step; null: none.</summary>
    internal virtual double? DecayOf(WeightForm weight) => IsExcludedFromDecay(weight.Path) ? null : WeightDecay;

    /// <summary>Numbers that follow from the step counter alone, but are variables behind the slots in Keras' files.</summary>
    internal virtual IReadOnlyList<double> Scalars(long iteration) => [];

    /// <summary>Updates one weight in place.</summary>
    /// <param name="step">The weight, its gradient, the optimizer's arrays for it, and which step it is.</param>
    public abstract void Update(in WeightUpdate step);

    /// <summary>Updates one weight in place.</summary>
    /// <param name="width">Vector width.</param>
    /// <param name="iteration">Steps done so far, this one included (t = 1, 2, …).</param>
    /// <param name="weight">The weight, its gradient and the optimizer's arrays for it.</param>
    internal virtual void Update(VectorWidth width, long iteration, OptimizedWeight weight)
    {
        Parameter parameter = weight.Parameter;
        Update(new WeightUpdate(
            parameter.Path, parameter.Value.Span[..parameter.Count], weight.Gradient.Span[..parameter.Count], parameter.Sizes, weight.Slots, iteration,
            RateAt(iteration)));
    }

    /// <summary>
    /// True if <see cref="UpdateRows"/> gives the same bits as an update of the whole table and pays for a table of so many floats.
    /// The answer depends on the table alone, hence stays the same during a fit.
    /// </summary>
    internal virtual bool CanUpdateRows(int floats) => false;

    /// <summary>Updates a table of which this step uses a few rows; the others are caught up later.</summary>
    internal virtual void UpdateRows(LaggingRows table, Block gradient, ReadOnlySpan<int> rows) =>
        throw new NotSupportedException($"{Name} has no update by rows.");

    /// <summary>True if rows without gradient move: then rows are caught up before their values are read.</summary>
    internal virtual bool MovesIdleRows => false;

    /// <summary>Brings rows and their state to the table's last step.</summary>
    internal virtual void CatchUp(LaggingRows table, ReadOnlySpan<int> rows) =>
        throw new NotSupportedException($"{Name} has no update by rows.");
}
