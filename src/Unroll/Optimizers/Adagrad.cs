using Unroll.Configuration;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Kernels.Update;
using Unroll.Schedules;

namespace Unroll.Optimizers;

/// <summary>Adagrad (Duchi et al. 2011): a += g², w −= lr·g / √(a + ε).</summary>
public sealed class Adagrad : KernelOptimizer
{
    private static readonly Argument<double> InitialAccumulatorValueArgument = Argument.Number("initial_accumulator_value", 0.1).AtLeast(0.0);

    private static readonly Argument<double> EpsilonArgument = Argument.Number("epsilon", 1e-7).AtLeast(0.0);

    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">Step size or schedule; null: 0.001.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step size is negative or not finite.</exception>
    public Adagrad(LearningRateSchedule? learningRate = null) : base(learningRate ?? 0.001)
    {
    }

    /// <inheritdoc/>
    protected override string DefaultName => "adagrad";

    /// <summary>First value of the sums of squares, 0 or more.</summary>
    public double InitialAccumulatorValue { get => Get(InitialAccumulatorValueArgument); init => Set(InitialAccumulatorValueArgument, value); }

    /// <summary>Added under the root; 0 or more.</summary>
    public double Epsilon { get => Get(EpsilonArgument); init => Set(EpsilonArgument, value); }

    internal static Registration<Optimizer> Registration { get; } =
        new Registration<Optimizer, Adagrad>("Adagrad") { Arguments = [.. CommonArguments, InitialAccumulatorValueArgument, EpsilonArgument], Make = _ => new Adagrad() };

    /// <inheritdoc/>
    public override int SlotCount => 1;

    /// <inheritdoc/>
    public override double FirstSlotValue => InitialAccumulatorValue;

    internal override void Update(VectorWidth width, long iteration, WeightForm form, Block weights, Block gradient, ReadOnlySpan<Block> slots) =>
        UpdateKernels.Adagrad(width, new((float)RateAt(iteration), (float)Epsilon), weights, gradient, slots[0]);
}
