using Unroll.Configuration;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Kernels.Update;
using Unroll.Schedules;

namespace Unroll.Optimizers;

/// <summary>
/// FTRL-proximal (McMahan et al. 2013): n = a + g², z += g + 2·shrinkage·w − (n^p − a^p)/lr·w with p = −learning_rate_power,
/// w = (clip(z, −l1, l1) − z) / (n^p/lr + 2·l2 + β/lr), a = n. As in Keras the first step does not look at a weight's first
/// value, and a weight without any gradient becomes 0. At learning rate 0, where the rule divides by zero, weights stay.
/// </summary>
public sealed class Ftrl : KernelOptimizer
{
    private static readonly Argument<double>
        PowerArgument = Argument.Number("learning_rate_power", -0.5).Require(value => double.IsFinite(value) && value <= 0, "0 or less"),
        InitialAccumulatorValueArgument = Argument.Number("initial_accumulator_value", 0.1).AtLeast(0.0),
        L1Argument = Argument.Number("l1_regularization_strength", 0).AtLeast(0.0),
        L2Argument = Argument.Number("l2_regularization_strength", 0).AtLeast(0.0),
        ShrinkageArgument = Argument.Number("l2_shrinkage_regularization_strength", 0).AtLeast(0.0),
        BetaArgument = Argument.Number("beta", 0).AtLeast(0.0);

    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">Step size or schedule; null: 0.001.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step size is negative or not finite.</exception>
    public Ftrl(LearningRateSchedule? learningRate = null) : base(learningRate ?? 0.001)
    {
    }

    /// <summary>How steps shrink with the sum of squared gradients, 0 or less; 0: not at all.</summary>
    public double LearningRatePower { get => Get(PowerArgument); init => Set(PowerArgument, value); }

    /// <summary>First value of the sums of squares, 0 or more.</summary>
    public double InitialAccumulatorValue { get => Get(InitialAccumulatorValueArgument); init => Set(InitialAccumulatorValueArgument, value); }

    /// <summary>Drives weights to exactly zero, 0 or more.</summary>
    public double L1RegularizationStrength { get => Get(L1Argument); init => Set(L1Argument, value); }

    /// <summary>Keeps weights small, 0 or more.</summary>
    public double L2RegularizationStrength { get => Get(L2Argument); init => Set(L2Argument, value); }

    /// <summary>Twice this share of a weight joins its gradient, 0 or more.</summary>
    public double L2ShrinkageRegularizationStrength { get => Get(ShrinkageArgument); init => Set(ShrinkageArgument, value); }

    /// <summary>The paper's β: steps are smaller from the start, 0 or more.</summary>
    public double Beta { get => Get(BetaArgument); init => Set(BetaArgument, value); }

    internal static Registration<Optimizer> Registration { get; } = new Registration<Optimizer, Ftrl>("Ftrl")
    {
        Arguments = [.. CommonArguments, PowerArgument, InitialAccumulatorValueArgument, L1Argument, L2Argument, ShrinkageArgument, BetaArgument],
        Make = _ => new Ftrl(),
    };

    /// <inheritdoc/>
    public override int SlotCount => 2;

    /// <inheritdoc/>
    protected override string DefaultName => "ftrl";

    internal override IReadOnlyList<SlotForm> SlotsOf(WeightForm weight) => [new SlotForm(weight.Shape, InitialAccumulatorValue), new SlotForm(weight.Shape)];

    internal override void Update(VectorWidth width, long iteration, WeightForm form, Block weights, Block gradient, ReadOnlySpan<Block> slots)
    {
        double rate = RateAt(iteration);
        if (rate == 0) return;
        var step = new UpdateKernels.FtrlStep(
            (float)(1 / rate), (float)-LearningRatePower, (float)L1RegularizationStrength, (float)(2 * L2RegularizationStrength + Beta / rate),
            (float)(2 * L2ShrinkageRegularizationStrength));
        UpdateKernels.Ftrl(width, step, weights, gradient, slots[0], slots[1]);
    }
}
