using Unroll.Configuration;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Kernels.Update;
using Unroll.Schedules;

namespace Unroll.Optimizers;

/// <summary>
/// RMSprop (Hinton 2012) as Keras 3 computes it: v = ρ·v + (1 − ρ)·g², w −= lr·g / √(v + ε), ε inside the root.
/// </summary>
public sealed class RMSprop : KernelOptimizer
{
    private static readonly Argument<double> RhoArgument = Argument.Number("rho", 0.9).Share();

    private static readonly Argument<double> MomentumArgument = Argument.Number("momentum", 0).Between(0, 1);

    private static readonly Argument<double> EpsilonArgument = Argument.Number("epsilon", 1e-7).AtLeast(0.0);

    private static readonly Argument<bool> CenteredArgument = Argument.Flag("centered");

    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">Step size or schedule; null: 0.001.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step size is negative or not finite.</exception>
    public RMSprop(LearningRateSchedule? learningRate = null) : base(learningRate ?? 0.001)
    {
    }

    /// <inheritdoc/>
    protected override string DefaultName => "rmsprop";

    /// <summary>Decay of the mean of squared gradients, 0 to below 1.</summary>
    public double Rho { get => Get(RhoArgument); init => Set(RhoArgument, value); }

    /// <summary>Share of the last step that is repeated, 0 to 1.</summary>
    public double Momentum { get => Get(MomentumArgument); init => Set(MomentumArgument, value); }

    /// <summary>Added under the root; 0 or more.</summary>
    public double Epsilon { get => Get(EpsilonArgument); init => Set(EpsilonArgument, value); }

    /// <summary>True: divides by the variance of the gradient instead of its mean square.</summary>
    public bool Centered { get => Get(CenteredArgument); init => Set(CenteredArgument, value); }

    internal static Registration<Optimizer> Registration { get; } =
        new Registration<Optimizer, RMSprop>("RMSprop") { Arguments = [.. CommonArguments, RhoArgument, MomentumArgument, EpsilonArgument, CenteredArgument], Make = _ => new RMSprop() };

    /// <inheritdoc/>
    public override int SlotCount => 1 + (Momentum > 0 ? 1 : 0) + (Centered ? 1 : 0);

    internal override int InterleavedSlots => 1;

    internal override void Update(VectorWidth width, long iteration, WeightForm form, Block weights, Block gradient, ReadOnlySpan<Block> slots)
    {
        Block momentum = Momentum > 0 ? slots[1] : default;
        UpdateKernels.RmsProp(width, Step(iteration), weights, gradient, slots[0], momentum, Centered ? slots[^1] : default);
    }

    // Momentum moves rows that have no gradient, and centering keeps a second array: both need the dense update.
    internal override bool CanUpdateRows(int floats) => Momentum == 0 && !Centered;

    internal override void UpdateRows(LaggingRows table, Block gradient, ReadOnlySpan<int> rows) => UpdateKernels.RmsPropRows(
        table.Width, Step(table.Iteration), table.Weights, gradient, table.Slots[0], rows, table.RowWidth, table.LastSteps, table.Iteration);

    internal override void CatchUp(LaggingRows table, ReadOnlySpan<int> rows) =>
        UpdateKernels.RmsPropCatchUp(Step(table.Iteration), table.Slots[0], rows, table.RowWidth, table.LastSteps, table.Iteration);

    private UpdateKernels.RmsPropStep Step(long iteration) => new((float)RateAt(iteration), (float)Rho, (float)(1 - Rho), (float)Momentum, (float)Epsilon);
}
