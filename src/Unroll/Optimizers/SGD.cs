using Unroll.Configuration;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Kernels.Update;
using Unroll.Schedules;

namespace Unroll.Optimizers;

/// <summary>Gradient descent: w −= lr·g; with momentum μ: m = μ·m − lr·g, w += m (Nesterov: w += μ·m − lr·g).</summary>
public sealed class SGD : KernelOptimizer
{
    private static readonly Argument<double> MomentumArgument = Argument.Number("momentum", 0).Between(0, 1);

    private static readonly Argument<bool> NesterovArgument = Argument.Flag("nesterov");

    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">Step size or schedule; null: 0.01.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step size is negative or not finite.</exception>
    public SGD(LearningRateSchedule? learningRate = null) : base(learningRate ?? 0.01)
    {
    }

    /// <inheritdoc/>
    protected override string DefaultName => "SGD";

    /// <summary>Share of the last step that is repeated, 0 to 1.</summary>
    public double Momentum { get => Get(MomentumArgument); init => Set(MomentumArgument, value); }

    /// <summary>True: looks ahead along the momentum.</summary>
    public bool Nesterov { get => Get(NesterovArgument); init => Set(NesterovArgument, value); }

    internal static Registration<Optimizer> Registration { get; } =
        new Registration<Optimizer, SGD>("SGD") { Arguments = [.. CommonArguments, MomentumArgument, NesterovArgument], Make = _ => new SGD() };

    /// <inheritdoc/>
    public override int SlotCount => Momentum > 0 ? 1 : 0;

    internal override void Update(VectorWidth width, long iteration, WeightForm form, Block weights, Block gradient, ReadOnlySpan<Block> slots) =>
        UpdateKernels.Sgd(
            width, new UpdateKernels.SgdStep((float)RateAt(iteration), (float)Momentum, Nesterov), weights, gradient,
            Momentum > 0 ? slots[0] : default);
}
