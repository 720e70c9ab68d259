using Unroll.Configuration;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Kernels.Update;
using Unroll.Schedules;

namespace Unroll.Optimizers;

/// <summary>Gradient descent: w −= lr·g; with momentum μ: m = μ·m − lr·g, w += m (Nesterov: w += μ·m − lr·g).</summary>
public sealed class SGD : Optimizer
{
    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">Step size or schedule; null: 0.01.</param>
    /// <param name="momentum">Share of the last step that is repeated, 0 to below 1.</param>
    /// <param name="nesterov">True: looks ahead along the momentum.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public SGD(LearningRateSchedule? learningRate = null, double momentum = 0.0, bool nesterov = false)
        : base(learningRate ?? 0.01)
    {
        RequireShare("momentum", momentum);
        (Momentum, Nesterov) = (momentum, nesterov);
    }

    /// <inheritdoc/>
    public override string Name => "SGD";

    /// <summary>Share of the last step that is repeated.</summary>
    public double Momentum { get; }

    /// <summary>Whether it looks ahead along the momentum.</summary>
    public bool Nesterov { get; }

    internal static Registration<Optimizer> Registration { get; } = new Registration<Optimizer, SGD>("SGD")
    {
        Arguments =
        [
            .. OptimizerArguments.Common<SGD>(),
            new("momentum", sgd => sgd.Momentum),
            new("nesterov", sgd => sgd.Nesterov),
        ],
        Make = a => OptimizerArguments.Read(a, new SGD(a.LearningRate(0.01), a.Double("momentum", 0), a.Bool("nesterov", false))),
    };

    internal override int SlotCount => Momentum > 0 ? 1 : 0;

    internal override void Update(VectorWidth width, long iteration, Block weights, Block gradient, ReadOnlySpan<Block> slots) =>
        UpdateKernels.Sgd(
            width, new UpdateKernels.SgdStep((float)RateAt(iteration), (float)Momentum, Nesterov), weights, gradient,
            Momentum > 0 ? slots[0] : default);
}
