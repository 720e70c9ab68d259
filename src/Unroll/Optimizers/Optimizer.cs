using Unroll.Configuration;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Models.Training;
using Unroll.Schedules;

namespace Unroll.Optimizers;

/// <summary>
/// Turns gradients into weight updates. Converts from Keras' names: <c>optimizer: "adam"</c>. An optimizer is a set of
/// arguments; its state belongs to the compiled model. What all optimizers can do besides their own rule is set by
/// properties: <c>new SGD(0.1) { Clipnorm = 0.25, WeightDecay = 0.01 }</c>.
/// </summary>
public abstract partial class Optimizer
{
    private LearningRateSchedule _rate;

    private protected Optimizer(LearningRateSchedule learningRate)
    {
        _rate = learningRate;
        if (learningRate is ConstantLearningRate { Value: var rate }) RequireNotNegative("learning_rate", rate);
    }

    /// <summary>Keras' name, for example <c>adam</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Step size; with a schedule that of the first step.</summary>
    public double LearningRate => _rate.At(0);

    /// <summary>How the step size changes with the steps; null if it does not.</summary>
    public LearningRateSchedule? Schedule => _rate is ConstantLearningRate ? null : _rate;

    /// <summary>Arrays of the weights' size that the optimizer keeps.</summary>
    internal abstract int SlotCount { get; }

    /// <summary>
    /// How many of the slots stand side by side in files, weight after weight; of each further slot all weights follow.
    /// Adam: m₀, v₀, m₁, v₁, …, then the largest v's.
    /// </summary>
    internal virtual int InterleavedSlots => SlotCount;

    /// <summary>First value of the slots.</summary>
    internal virtual double FirstSlotValue => 0;

    /// <summary>The optimizer of that name, with default arguments or those in parentheses.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static implicit operator Optimizer(string name) => FromName(name);

    /// <summary>The optimizer of that name, with default arguments or those in parentheses: <c>rmsprop(learning_rate=1e-4)</c>.</summary>
    /// <exception cref="ArgumentException">There is none of that name, or an argument is wrong.</exception>
    public static Optimizer FromName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        try
        {
            return Registry.CreateOptimizer(ObjectConfig.Parse(name));
        }
        catch (FormatException exception)
        {
            throw new ArgumentException(exception.Message, nameof(name), exception);
        }
    }

    /// <summary>Variables that Keras counts: slots and averages, the step counter and, without a schedule, the learning rate.</summary>
    public long VariableCount(long weights) =>
        (SlotCount + (UseEma ? 1 : 0)) * weights + Scalars(1).Count + (Schedule is null ? 2 : 1);

    /// <summary>The same optimizer with another constant learning rate.</summary>
    internal Optimizer WithLearningRate(double learningRate)
    {
        var changed = (Optimizer)MemberwiseClone();
        changed._rate = learningRate;
        return changed;
    }

    /// <summary>The learning rate of a step, counted from 1.</summary>
    internal double RateAt(long iteration) => _rate.At(iteration - 1);

    /// <summary>Numbers that follow from the step counter alone, but are variables behind the slots in Keras' files.</summary>
    internal virtual IReadOnlyList<double> Scalars(long iteration) => [];

    /// <summary>Updates one weight in place.</summary>
    /// <param name="width">Vector width.</param>
    /// <param name="iteration">Steps done so far, this one included (t = 1, 2, …).</param>
    /// <param name="weights">The weight.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="slots">The optimizer's arrays for this weight.</param>
    internal abstract void Update(VectorWidth width, long iteration, Block weights, Block gradient, ReadOnlySpan<Block> slots);

    /// <summary>
    /// True if <see cref="UpdateRows"/> gives the same bits as <see cref="Update"/> and pays for a table of so many floats.
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

    private protected void RequireShare(string argument, double value) =>
        Require(value is >= 0 and < 1, argument, value, "at least 0 and below 1");

    private protected void RequirePositive(string argument, double value) =>
        Require(value > 0 && double.IsFinite(value), argument, value, "above 0");

    private protected void RequireNotNegative(string argument, double value) =>
        Require(value >= 0 && double.IsFinite(value), argument, value, "0 or more");

    private void Require(bool isRight, string argument, double value, string range)
    {
        if (!isRight) throw new ArgumentOutOfRangeException(argument, value, $"{GetType().Name}: argument '{argument}' is {value}; it must be {range}.");
    }
}
