using Unroll.Configuration;
using Unroll.Kernels.Math;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Kernels.Update;
using Unroll.Schedules;

namespace Unroll.Optimizers;

/// <summary>
/// Adamax (Kingma and Ba 2015, section 7), Adam with the largest gradient instead of the root of squares:
/// u = max(β2·u, |g|), w −= lr/(1 − β1^t) · m / (u + ε).
/// </summary>
public sealed class Adamax : KernelOptimizer
{
    private const double SmallestDivisor = 1e-30; // of a weight that never had a gradient, if epsilon is 0

    private static readonly Argument<double> Beta1Argument = Argument.Number("beta_1", 0.9).Share();

    private static readonly Argument<double> Beta2Argument = Argument.Number("beta_2", 0.999).Share();

    private static readonly Argument<double> EpsilonArgument = Argument.Number("epsilon", 1e-7).AtLeast(0.0);

    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">Step size or schedule; null: 0.001.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step size is negative or not finite.</exception>
    public Adamax(LearningRateSchedule? learningRate = null) : base(learningRate ?? 0.001)
    {
    }

    /// <inheritdoc/>
    protected override string DefaultName => "adamax";

    /// <summary>Decay of the mean of gradients, 0 to below 1.</summary>
    public double Beta1 { get => Get(Beta1Argument); init => Set(Beta1Argument, value); }

    /// <summary>Decay of the largest gradient, 0 to below 1.</summary>
    public double Beta2 { get => Get(Beta2Argument); init => Set(Beta2Argument, value); }

    /// <summary>Added to the divisor; 0 or more.</summary>
    public double Epsilon { get => Get(EpsilonArgument); init => Set(EpsilonArgument, value); }

    internal static Registration<Optimizer> Registration { get; } =
        new Registration<Optimizer, Adamax>("Adamax") { Arguments = [.. CommonArguments, Beta1Argument, Beta2Argument, EpsilonArgument], Make = _ => new Adamax() };

    /// <inheritdoc/>
    public override int SlotCount => 2;

    internal override void Update(VectorWidth width, long iteration, WeightForm form, Block weights, Block gradient, ReadOnlySpan<Block> slots)
    {
        double rate = RateAt(iteration) / (1 - Portable.Power(Beta1, iteration));
        UpdateKernels.Adamax(width, new((float)rate, (float)(1 - Beta1), (float)Beta2, (float)Math.Max(Epsilon, SmallestDivisor)), weights, gradient, slots[0], slots[1]);
    }
}
