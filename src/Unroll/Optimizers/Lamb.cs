using Unroll.Configuration;
using Unroll.Kernels.Math;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Kernels.Update;
using Unroll.Schedules;

namespace Unroll.Optimizers;


/// <summary>
/// LAMB (You et al. 2020): Adam's direction u, bias corrected, in steps as long as the weight they change:
/// w −= lr·‖w‖/‖u‖·u, for each weight as a whole. For large batches.
/// </summary>
public sealed class Lamb : KernelOptimizer
{
    private static readonly Argument<double> Beta1Argument = Argument.Number("beta_1", 0.9).Share();

    private static readonly Argument<double> Beta2Argument = Argument.Number("beta_2", 0.999).Share();

    private static readonly Argument<double> EpsilonArgument = Argument.Number("epsilon", 1e-7).AtLeast(0.0);

    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">Step size or schedule; null: 0.001.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step size is negative or not finite.</exception>
    public Lamb(LearningRateSchedule? learningRate = null) : base(learningRate ?? 0.001)
    {
    }

    /// <summary>Decay of the mean of gradients, 0 to below 1.</summary>
    public double Beta1 { get => Get(Beta1Argument); init => Set(Beta1Argument, value); }

    /// <summary>Decay of the mean of squared gradients, 0 to below 1.</summary>
    public double Beta2 { get => Get(Beta2Argument); init => Set(Beta2Argument, value); }

    /// <summary>Added to the root; 0 or more.</summary>
    public double Epsilon { get => Get(EpsilonArgument); init => Set(EpsilonArgument, value); }

    internal static Registration<Optimizer> Registration { get; } =
        new Registration<Optimizer, Lamb>("Lamb") { Arguments = [.. CommonArguments, Beta1Argument, Beta2Argument, EpsilonArgument], Make = _ => new Lamb() };

    /// <inheritdoc/>
    public override int SlotCount => 2;

    /// <inheritdoc/>
    protected override string DefaultName => "lamb";

    internal override void Update(VectorWidth width, long iteration, WeightForm form, Block weights, Block gradient, ReadOnlySpan<Block> slots)
    {
        var step = new UpdateKernels.LambStep(
            (float)RateAt(iteration), (float)(1 - Beta1), (float)Beta2, (float)(1 - Beta2),
            (float)(1 / (1 - Portable.Power(Beta1, iteration))), (float)(1 / (1 - Portable.Power(Beta2, iteration))), (float)Epsilon);
        UpdateKernels.Lamb(width, step, weights, gradient, slots[0], slots[1]);
    }
}
