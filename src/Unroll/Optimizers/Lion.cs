using Unroll.Configuration;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Kernels.Update;
using Unroll.Schedules;

namespace Unroll.Optimizers;

/// <summary>
/// Lion (Chen et al. 2023): w −= lr·sign(β1·m + (1 − β1)·g), m = β2·m + (1 − β2)·g. Every weight moves by the learning rate,
/// which is usually a third to a tenth of Adam's.
/// </summary>
public sealed class Lion : KernelOptimizer
{
    private static readonly Argument<double> Beta1Argument = Argument.Number("beta_1", 0.9).Between(0, 1);

    private static readonly Argument<double> Beta2Argument = Argument.Number("beta_2", 0.99).Between(0, 1);

    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">Step size or schedule; null: 0.001.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step size is negative or not finite.</exception>
    public Lion(LearningRateSchedule? learningRate = null) : base(learningRate ?? 0.001)
    {
    }

    /// <summary>What the mean of gradients counts for in a step, 0 to 1.</summary>
    public double Beta1 { get => Get(Beta1Argument); init => Set(Beta1Argument, value); }

    /// <summary>Decay of the mean of gradients, 0 to 1.</summary>
    public double Beta2 { get => Get(Beta2Argument); init => Set(Beta2Argument, value); }

    internal static Registration<Optimizer> Registration { get; } =
        new Registration<Optimizer, Lion>("Lion") { Arguments = [.. CommonArguments, Beta1Argument, Beta2Argument], Make = _ => new Lion() };

    /// <inheritdoc/>
    public override int SlotCount => 1;

    /// <inheritdoc/>
    protected override string DefaultName => "lion";

    internal override void Update(VectorWidth width, long iteration, WeightForm form, Block weights, Block gradient, ReadOnlySpan<Block> slots) =>
        UpdateKernels.Lion(
            width, new((float)RateAt(iteration), (float)Beta1, (float)(1 - Beta1), (float)Beta2, (float)(1 - Beta2)), weights, gradient, slots[0]);
}
