using Unroll.Configuration;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Kernels.Update;
using Unroll.Schedules;

namespace Unroll.Optimizers;

/// <summary>
/// Adadelta (Zeiler 2012): a = ρ·a + (1 − ρ)·g², δ = −√(d + ε)/√(a + ε)·g, d = ρ·d + (1 − ρ)·δ², w += lr·δ. The paper's
/// learning rate is 1.
/// </summary>
public sealed class Adadelta : KernelOptimizer
{
    private static readonly Argument<double> RhoArgument = Argument.Number("rho", 0.95).Share();

    private static readonly Argument<double> EpsilonArgument = Argument.Number("epsilon", 1e-7).AtLeast(0.0);

    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">Step size or schedule; null: 0.001.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step size is negative or not finite.</exception>
    public Adadelta(LearningRateSchedule? learningRate = null) : base(learningRate ?? 0.001)
    {
    }

    /// <inheritdoc/>
    protected override string DefaultName => "adadelta";

    /// <summary>Decay of the means of squares, 0 to below 1.</summary>
    public double Rho { get => Get(RhoArgument); init => Set(RhoArgument, value); }

    /// <summary>Added under both roots; 0 or more.</summary>
    public double Epsilon { get => Get(EpsilonArgument); init => Set(EpsilonArgument, value); }

    internal static Registration<Optimizer> Registration { get; } =
        new Registration<Optimizer, Adadelta>("Adadelta") { Arguments = [.. CommonArguments, RhoArgument, EpsilonArgument], Make = _ => new Adadelta() };

    /// <inheritdoc/>
    public override int SlotCount => 2;

    internal override void Update(VectorWidth width, long iteration, WeightForm form, Block weights, Block gradient, ReadOnlySpan<Block> slots) =>
        UpdateKernels.Adadelta(
            width, new((float)RateAt(iteration), (float)Rho, (float)(1 - Rho), (float)Epsilon), weights, gradient, slots[0], slots[1]);
}
