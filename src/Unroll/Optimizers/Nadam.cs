using Unroll.Configuration;
using Unroll.Kernels.Math;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Kernels.Update;
using Unroll.Schedules;

namespace Unroll.Optimizers;

/// <summary>
/// Nadam (Dozat 2016), Adam that looks ahead along its momentum, as Keras computes it: with u_t = β1·(1 − ½·0.96^t) and
/// U = u_1·…·u_t, w −= lr · (u_{t+1}·m/(1 − U·u_{t+1}) + (1 − u_t)·g/(1 − U)) / (√(v/(1 − β2^t)) + ε).
/// </summary>
public sealed class Nadam : KernelOptimizer
{
    // Beyond this many steps 1 − ½·0.96^t is 1 in double precision.
    private const int Warmup = 1000;

    // Products of the first factors 1 − ½·0.96^k: U is such a product times β1^t, so it need not be remembered.
    private static readonly double[] Products = CreateProducts();

    private static readonly Argument<double> Beta1Argument = Argument.Number("beta_1", 0.9).Share();

    private static readonly Argument<double> Beta2Argument = Argument.Number("beta_2", 0.999).Share();

    private static readonly Argument<double> EpsilonArgument = Argument.Number("epsilon", 1e-7).AtLeast(0.0);

    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">Step size or schedule; null: 0.001.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step size is negative or not finite.</exception>
    public Nadam(LearningRateSchedule? learningRate = null) : base(learningRate ?? 0.001)
    {
    }

    /// <inheritdoc/>
    protected override string DefaultName => "nadam";

    /// <summary>Decay of the mean of gradients, 0 to below 1.</summary>
    public double Beta1 { get => Get(Beta1Argument); init => Set(Beta1Argument, value); }

    /// <summary>Decay of the mean of squared gradients, 0 to below 1.</summary>
    public double Beta2 { get => Get(Beta2Argument); init => Set(Beta2Argument, value); }

    /// <summary>Added to the root; 0 or more.</summary>
    public double Epsilon { get => Get(EpsilonArgument); init => Set(EpsilonArgument, value); }

    internal static Registration<Optimizer> Registration { get; } =
        new Registration<Optimizer, Nadam>("Nadam") { Arguments = [.. CommonArguments, Beta1Argument, Beta2Argument, EpsilonArgument], Make = _ => new Nadam() };

    /// <inheritdoc/>
    public override int SlotCount => 2;

    internal override IReadOnlyList<double> Scalars(long iteration) => [Product(iteration)];

    internal override void Update(VectorWidth width, long iteration, WeightForm form, Block weights, Block gradient, ReadOnlySpan<Block> slots)
    {
        double now = Beta1 * Factor(iteration), next = Beta1 * Factor(iteration + 1), product = Product(iteration);
        var step = new UpdateKernels.NadamStep(
            (float)RateAt(iteration), (float)(1 - Beta1), (float)Beta2, (float)(1 - Beta2),
            (float)(next / (1 - product * next)), (float)((1 - now) / (1 - product)),
            (float)(1 / (1 - Portable.Power(Beta2, iteration))), (float)Epsilon);
        UpdateKernels.Nadam(width, step, weights, gradient, slots[0], slots[1]);
    }

    /// <summary>u_1·…·u_t.</summary>
    private double Product(long iteration) => Portable.Power(Beta1, iteration) * Products[Math.Min(iteration, Warmup)];

    private static double Factor(long iteration) => 1 - 0.5 * Portable.Power(0.96, iteration);

    private static double[] CreateProducts()
    {
        var products = new double[Warmup + 1];
        products[0] = 1;
        for (int k = 1; k <= Warmup; k++) products[k] = products[k - 1] * Factor(k);
        return products;
    }
}
