using Unroll.Configuration;
using Unroll.Kernels.Math;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Kernels.Update;
using Unroll.Schedules;

namespace Unroll.Optimizers;


/// <summary>
/// Adafactor (Shazeer and Stern 2018): Adam without momentum whose mean squares of a matrix follow from their means over rows
/// and columns. u = g/√v, no longer than the threshold; w −= max(ε2, RMS(w))·min(lr, 1/√t)·u. As in Keras 3 the squares
/// are kept, too.
/// </summary>
public sealed class Adafactor : KernelOptimizer
{
    private static readonly Argument<double>
        DecayArgument = Argument.Number("beta_2_decay", -0.8).Require(value => double.IsFinite(value) && value <= 0, "0 or less"),
        Epsilon1Argument = Argument.Number("epsilon_1", 1e-30).AtLeast(0.0),
        Epsilon2Argument = Argument.Number("epsilon_2", 1e-3).AtLeast(0.0),
        ClipThresholdArgument = Argument.Number("clip_threshold", 1).Above(0.0);

    private static readonly Argument<bool> RelativeStepArgument = Argument.Flag("relative_step", true);

    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">Largest step size, or schedule; null: 0.001.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step size is negative or not finite.</exception>
    public Adafactor(LearningRateSchedule? learningRate = null) : base(learningRate ?? 0.001)
    {
    }

    /// <summary>Means of squares keep the share 1 − t^decay of themselves in step t; 0 or less.</summary>
    public double Beta2Decay { get => Get(DecayArgument); init => Set(DecayArgument, value); }

    /// <summary>Added to squared gradients, 0 or more.</summary>
    public double Epsilon1 { get => Get(Epsilon1Argument); init => Set(Epsilon1Argument, value); }

    /// <summary>Smallest root mean square of a weight that its steps are measured by, 0 or more.</summary>
    public double Epsilon2 { get => Get(Epsilon2Argument); init => Set(Epsilon2Argument, value); }

    /// <summary>Largest root mean square of a direction, above 0.</summary>
    public double ClipThreshold { get => Get(ClipThresholdArgument); init => Set(ClipThresholdArgument, value); }

    /// <summary>Without effect, as in Keras 3: the step size is min(lr, 1/√t) in either case.</summary>
    public bool RelativeStep { get => Get(RelativeStepArgument); init => Set(RelativeStepArgument, value); }

    internal static Registration<Optimizer> Registration { get; } = new Registration<Optimizer, Adafactor>("Adafactor")
    {
        Arguments = [.. CommonArguments, DecayArgument, Epsilon1Argument, Epsilon2Argument, ClipThresholdArgument, RelativeStepArgument],
        Make = _ => new Adafactor(),
    };

    /// <inheritdoc/>
    public override int SlotCount => 3;

    /// <inheritdoc/>
    protected override string DefaultName => "adafactor";

    // Row means have no columns, column means no rows, and vectors have neither.
    internal override IReadOnlyList<SlotForm> SlotsOf(WeightForm weight) => weight.Shape.Length < 2
        ? [SlotForm.Placeholder, SlotForm.Placeholder, new SlotForm(weight.Shape)]
        : [new SlotForm(weight.Shape[..^1]), new SlotForm([.. weight.Shape[..^2], weight.Shape[^1]]), new SlotForm(weight.Shape)];

    internal override void Update(VectorWidth width, long iteration, WeightForm form, Block weights, Block gradient, ReadOnlySpan<Block> slots)
    {
        double oneMinusBeta = Portable.Exp(Beta2Decay * Portable.Log(iteration));
        var step = new UpdateKernels.AdafactorStep(
            (float)Math.Min(RateAt(iteration), 1 / Math.Sqrt(iteration)), (float)(1 - oneMinusBeta), (float)oneMinusBeta, (float)Epsilon1, Epsilon2, ClipThreshold);
        bool isMatrix = form.Shape.Length >= 2;
        UpdateKernels.Adafactor(
            width, step, weights, gradient, isMatrix ? slots[0] : default, isMatrix ? slots[1] : default, slots[2], CountOf(form.Shape),
            isMatrix ? form.Shape[^2] : 1, isMatrix ? form.Shape[^1] : 1);
    }

    private static int CountOf(int[] shape)
    {
        int count = 1;
        foreach (int size in shape) count *= size;
        return count;
    }
}
