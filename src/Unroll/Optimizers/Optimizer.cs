using Unroll.Configuration;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Optimizers;

/// <summary>
/// Turns gradients into weight updates. Converts from Keras' names: <c>optimizer: "adam"</c>. An optimizer is a set of
/// arguments; its state belongs to the compiled model.
/// </summary>
public abstract class Optimizer
{
    private protected Optimizer(double learningRate)
    {
        if (!double.IsFinite(learningRate) || learningRate < 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(learningRate), learningRate, $"{GetType().Name}: argument 'learning_rate' is {learningRate}; it must be 0 or more.");
        }

        LearningRate = learningRate;
    }

    /// <summary>Keras' name, for example <c>adam</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Step size.</summary>
    public double LearningRate { get; }

    /// <summary>Arrays of the weights' size that the optimizer keeps.</summary>
    internal abstract int SlotCount { get; }

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

    /// <summary>Variables that Keras counts: the slots, the step counter and the learning rate.</summary>
    public long VariableCount(long weights) => SlotCount * weights + 2;

    /// <summary>Updates one weight in place.</summary>
    /// <param name="width">Vector width.</param>
    /// <param name="iteration">Steps done so far, this one included (t = 1, 2, …).</param>
    /// <param name="weights">The weight.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="slots">The optimizer's arrays for this weight.</param>
    internal abstract void Update(VectorWidth width, long iteration, Block weights, Block gradient, ReadOnlySpan<Block> slots);

    /// <summary>True if <see cref="UpdateRows"/> gives the same bits as <see cref="Update"/> and pays.</summary>
    internal virtual bool CanUpdateRows => false;

    /// <summary>Updates a table of which this step uses a few rows; the others are caught up later.</summary>
    internal virtual void UpdateRows(
        VectorWidth width, long iteration, Block weights, Block gradient, ReadOnlySpan<Block> slots, ReadOnlySpan<int> rows, int rowWidth, Span<long> lastSteps) =>
        throw new NotSupportedException($"{Name} has no update by rows.");

    /// <summary>Brings the state of all rows to <paramref name="iteration"/>.</summary>
    internal virtual void CatchUp(long iteration, ReadOnlySpan<Block> slots, int rowWidth, Span<long> lastSteps) =>
        throw new NotSupportedException($"{Name} has no update by rows.");

    private protected static void RequireShare(string optimizer, string argument, double value)
    {
        if (value is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(argument, value, $"{optimizer}: argument '{argument}' is {value}; it must be at least 0 and below 1.");
    }

    private protected static void RequirePositive(string optimizer, string argument, double value)
    {
        if (!(value > 0) || !double.IsFinite(value))
            throw new ArgumentOutOfRangeException(argument, value, $"{optimizer}: argument '{argument}' is {value}; it must be above 0.");
    }
}
