using Unroll.Configuration;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Kernels.Update;
using Unroll.Schedules;

namespace Unroll.Optimizers;

/// <summary>Adagrad (Duchi et al. 2011): a += g², w −= lr·g / √(a + ε).</summary>
public sealed class Adagrad : Optimizer
{
    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">Step size or schedule; null: 0.001.</param>
    /// <param name="initialAccumulatorValue">First value of the sums of squares, 0 or more.</param>
    /// <param name="epsilon">Added under the root; above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public Adagrad(LearningRateSchedule? learningRate = null, double initialAccumulatorValue = 0.1, double epsilon = 1e-7)
        : base(learningRate ?? 0.001)
    {
        RequireNotNegative("initial_accumulator_value", initialAccumulatorValue);
        RequirePositive("epsilon", epsilon);
        (InitialAccumulatorValue, Epsilon) = (initialAccumulatorValue, epsilon);
    }

    /// <inheritdoc/>
    public override string Name => "adagrad";

    /// <summary>First value of the sums of squares.</summary>
    public double InitialAccumulatorValue { get; }

    /// <summary>Added under the root.</summary>
    public double Epsilon { get; }

    internal static Registration<Optimizer> Registration { get; } = new Registration<Optimizer, Adagrad>("Adagrad")
    {
        Arguments =
        [
            .. OptimizerArguments.Common<Adagrad>(),
            new("initial_accumulator_value", adagrad => adagrad.InitialAccumulatorValue),
            new("epsilon", adagrad => adagrad.Epsilon),
        ],
        Make = a => OptimizerArguments.Read(a, new Adagrad(a.LearningRate(0.001), a.Double("initial_accumulator_value", 0.1), a.Double("epsilon", 1e-7))),
    };

    internal override int SlotCount => 1;

    internal override double FirstSlotValue => InitialAccumulatorValue;

    internal override void Update(VectorWidth width, long iteration, Block weights, Block gradient, ReadOnlySpan<Block> slots) =>
        UpdateKernels.Adagrad(width, new((float)RateAt(iteration), (float)Epsilon), weights, gradient, slots[0]);
}
