using Unroll.Configuration;
using Unroll.Kernels.Math;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Kernels.Update;
using Unroll.Schedules;

namespace Unroll.Optimizers;

/// <summary>
/// Adam (Kingma and Ba 2015) as Keras computes it: m += (g − m)(1 − β1), v += (g² − v)(1 − β2),
/// w −= lr·√(1 − β2^t)/(1 − β1^t) · m / (√v + ε).
/// </summary>
public class Adam : KernelOptimizer
{
    private const int LargeTable = 1 << 20; // floats

    private protected static readonly Argument<double> Beta1Argument = Argument.Number("beta_1", 0.9).Share();

    private protected static readonly Argument<double> Beta2Argument = Argument.Number("beta_2", 0.999).Share();

    private protected static readonly Argument<double> EpsilonArgument = Argument.Number("epsilon", 1e-7).AtLeast(0.0);

    private protected static readonly Argument<bool> AmsgradArgument = Argument.Flag("amsgrad");

    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">Step size or schedule; null: 0.001.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step size is negative or not finite.</exception>
    public Adam(LearningRateSchedule? learningRate = null) : base(learningRate ?? 0.001)
    {
    }

    /// <inheritdoc/>
    protected override string DefaultName => "adam";

    /// <summary>Decay of the mean of gradients, 0 to below 1.</summary>
    public double Beta1 { get => Get(Beta1Argument); init => Set(Beta1Argument, value); }

    /// <summary>Decay of the mean of squared gradients, 0 to below 1.</summary>
    public double Beta2 { get => Get(Beta2Argument); init => Set(Beta2Argument, value); }

    /// <summary>Added to the root; 0 or more.</summary>
    public double Epsilon { get => Get(EpsilonArgument); init => Set(EpsilonArgument, value); }

    /// <summary>True: divides by the largest v so far (Reddi et al. 2018).</summary>
    public bool Amsgrad { get => Get(AmsgradArgument); init => Set(AmsgradArgument, value); }

    internal static Registration<Optimizer> Registration { get; } =
        new Registration<Optimizer, Adam>("Adam") { Arguments = [.. CommonArguments, Beta1Argument, Beta2Argument, EpsilonArgument, AmsgradArgument], Make = _ => new Adam() };

    /// <inheritdoc/>
    public override int SlotCount => Amsgrad ? 3 : 2;

    internal override int InterleavedSlots => 2;

    internal override void Update(VectorWidth width, long iteration, WeightForm form, Block weights, Block gradient, ReadOnlySpan<Block> slots) =>
        UpdateKernels.Adam(width, Step(Rate(iteration)), weights, gradient, slots[0], slots[1], Amsgrad ? slots[2] : default);

    // Amsgrad keeps a third array, and without shrinking steps rows never come to rest: both take the dense update. So do
    // tables that stay in the cache, because putting work off makes it no less: 20,000 × 64 floats take 0.7 of the time.
    internal override bool CanUpdateRows(int floats) =>
        floats >= LargeTable && !Amsgrad && UpdateKernels.AdamStepsShrink(Beta1, Beta2);

    internal override bool MovesIdleRows => true;

    internal override void UpdateRows(LaggingRows table, Block gradient, ReadOnlySpan<int> rows)
    {
        float rate = Rate(table.Iteration);
        table.AddRate(rate);
        UpdateKernels.AdamRows(table.Width, Step(rate), table.Weights, gradient, table.Slots[0], table.Slots[1], rows, table.RowWidth);
        foreach (int row in rows) table.LastSteps[row] = table.Iteration;
    }

    internal override void CatchUp(LaggingRows table, ReadOnlySpan<int> rows) => UpdateKernels.AdamCatchUp(
        table.Width, Step(table.LargestRate), table.Rates, table.Weights, table.Slots[0], table.Slots[1], rows, table.RowWidth,
        table.LastSteps, table.Iteration);

    private float Rate(long iteration) =>
        (float)(RateAt(iteration) * Math.Sqrt(1 - Portable.Power(Beta2, iteration)) / (1 - Portable.Power(Beta1, iteration)));

    private UpdateKernels.AdamStep Step(float rate) => new(rate, (float)(1 - Beta1), (float)Beta2, (float)(1 - Beta2), (float)Epsilon);
}
