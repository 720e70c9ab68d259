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
public sealed class Adamax : Optimizer
{
    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">Step size or schedule; null: 0.001.</param>
    /// <param name="beta1">Decay of the mean of gradients, 0 to below 1.</param>
    /// <param name="beta2">Decay of the largest gradient, 0 to below 1.</param>
    /// <param name="epsilon">Added to the divisor; above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public Adamax(LearningRateSchedule? learningRate = null, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-7)
        : base(learningRate ?? 0.001)
    {
        RequireShare("beta_1", beta1);
        RequireShare("beta_2", beta2);
        RequirePositive("epsilon", epsilon);
        (Beta1, Beta2, Epsilon) = (beta1, beta2, epsilon);
    }

    /// <inheritdoc/>
    public override string Name => "adamax";

    /// <summary>Decay of the mean of gradients.</summary>
    public double Beta1 { get; }

    /// <summary>Decay of the largest gradient.</summary>
    public double Beta2 { get; }

    /// <summary>Added to the divisor.</summary>
    public double Epsilon { get; }

    internal static Registration<Optimizer> Registration { get; } = new Registration<Optimizer, Adamax>("Adamax")
    {
        Arguments =
        [
            .. OptimizerArguments.Common<Adamax>(),
            new("beta_1", adamax => adamax.Beta1),
            new("beta_2", adamax => adamax.Beta2),
            new("epsilon", adamax => adamax.Epsilon),
        ],
        Make = a => OptimizerArguments.Read(a, new Adamax(a.LearningRate(0.001), a.Double("beta_1", 0.9), a.Double("beta_2", 0.999), a.Double("epsilon", 1e-7))),
    };

    internal override int SlotCount => 2;

    internal override void Update(VectorWidth width, long iteration, Block weights, Block gradient, ReadOnlySpan<Block> slots)
    {
        double rate = RateAt(iteration) / (1 - Portable.Power(Beta1, iteration));
        UpdateKernels.Adamax(width, new((float)rate, (float)(1 - Beta1), (float)Beta2, (float)Epsilon), weights, gradient, slots[0], slots[1]);
    }
}
