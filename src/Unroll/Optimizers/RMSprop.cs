using Unroll.Configuration;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Kernels.Update;
using Unroll.Models.Training;
using Unroll.Schedules;

namespace Unroll.Optimizers;

/// <summary>
/// RMSprop (Hinton 2012) as Keras 3 computes it: v = ρ·v + (1 − ρ)·g², w −= lr·g / √(v + ε), ε inside the root.
/// </summary>
public sealed class RMSprop : Optimizer
{
    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">Step size or schedule; null: 0.001.</param>
    /// <param name="rho">Decay of the mean of squared gradients, 0 to below 1.</param>
    /// <param name="momentum">Share of the last step that is repeated, 0 to below 1.</param>
    /// <param name="epsilon">Added under the root; above 0.</param>
    /// <param name="centered">True: divides by the variance of the gradient instead of its mean square.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public RMSprop(LearningRateSchedule? learningRate = null, double rho = 0.9, double momentum = 0.0, double epsilon = 1e-7, bool centered = false)
        : base(learningRate ?? 0.001)
    {
        RequireShare("rho", rho);
        RequireShare("momentum", momentum);
        RequirePositive("epsilon", epsilon);
        (Rho, Momentum, Epsilon, Centered) = (rho, momentum, epsilon, centered);
    }

    /// <inheritdoc/>
    public override string Name => "rmsprop";

    /// <summary>Decay of the mean of squared gradients.</summary>
    public double Rho { get; }

    /// <summary>Share of the last step that is repeated.</summary>
    public double Momentum { get; }

    /// <summary>Added under the root.</summary>
    public double Epsilon { get; }

    /// <summary>Whether the variance divides.</summary>
    public bool Centered { get; }

    internal static Registration<Optimizer> Registration { get; } = new Registration<Optimizer, RMSprop>("RMSprop")
    {
        Arguments =
        [
            .. OptimizerArguments.Common<RMSprop>(),
            new("rho", rmsprop => rmsprop.Rho),
            new("momentum", rmsprop => rmsprop.Momentum),
            new("epsilon", rmsprop => rmsprop.Epsilon),
            new("centered", rmsprop => rmsprop.Centered),
        ],
        Make = a => OptimizerArguments.Read(a, new RMSprop(
            a.LearningRate(0.001), a.Double("rho", 0.9), a.Double("momentum", 0), a.Double("epsilon", 1e-7), a.Bool("centered", false))),
    };

    internal override int SlotCount => 1 + (Momentum > 0 ? 1 : 0) + (Centered ? 1 : 0);

    internal override int InterleavedSlots => 1;

    internal override void Update(VectorWidth width, long iteration, Block weights, Block gradient, ReadOnlySpan<Block> slots)
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
