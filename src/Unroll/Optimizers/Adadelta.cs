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
public sealed class Adadelta : Optimizer
{
    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">Step size or schedule; null: 0.001.</param>
    /// <param name="rho">Decay of the means of squares, 0 to below 1.</param>
    /// <param name="epsilon">Added under both roots; above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public Adadelta(LearningRateSchedule? learningRate = null, double rho = 0.95, double epsilon = 1e-7)
        : base(learningRate ?? 0.001)
    {
        RequireShare("rho", rho);
        RequirePositive("epsilon", epsilon);
        (Rho, Epsilon) = (rho, epsilon);
    }

    /// <inheritdoc/>
    public override string Name => "adadelta";

    /// <summary>Decay of the means of squares.</summary>
    public double Rho { get; }

    /// <summary>Added under both roots.</summary>
    public double Epsilon { get; }

    internal static Registration<Optimizer> Registration { get; } = new Registration<Optimizer, Adadelta>("Adadelta")
    {
        Arguments =
        [
            .. OptimizerArguments.Common<Adadelta>(),
            new("rho", adadelta => adadelta.Rho),
            new("epsilon", adadelta => adadelta.Epsilon),
        ],
        Make = a => OptimizerArguments.Read(a, new Adadelta(a.LearningRate(0.001), a.Double("rho", 0.95), a.Double("epsilon", 1e-7))),
    };

    internal override int SlotCount => 2;

    internal override void Update(VectorWidth width, long iteration, Block weights, Block gradient, ReadOnlySpan<Block> slots) =>
        UpdateKernels.Adadelta(
            width, new((float)RateAt(iteration), (float)Rho, (float)(1 - Rho), (float)Epsilon), weights, gradient, slots[0], slots[1]);
}
