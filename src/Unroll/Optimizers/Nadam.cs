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
public sealed class Nadam : Optimizer
{
    // Beyond this many steps 1 − ½·0.96^t is 1 in double precision.
    private const int Warmup = 1000;

    // Products of the first factors 1 − ½·0.96^k: U is such a product times β1^t, so it need not be remembered.
    private static readonly double[] Products = CreateProducts();

    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">Step size or schedule; null: 0.001.</param>
    /// <param name="beta1">Decay of the mean of gradients, 0 to below 1.</param>
    /// <param name="beta2">Decay of the mean of squared gradients, 0 to below 1.</param>
    /// <param name="epsilon">Added to the root; above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public Nadam(LearningRateSchedule? learningRate = null, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-7)
        : base(learningRate ?? 0.001)
    {
        RequireShare("beta_1", beta1);
        RequireShare("beta_2", beta2);
        RequirePositive("epsilon", epsilon);
        (Beta1, Beta2, Epsilon) = (beta1, beta2, epsilon);
    }

    /// <inheritdoc/>
    public override string Name => "nadam";

    /// <summary>Decay of the mean of gradients.</summary>
    public double Beta1 { get; }

    /// <summary>Decay of the mean of squared gradients.</summary>
    public double Beta2 { get; }

    /// <summary>Added to the root.</summary>
    public double Epsilon { get; }

    internal static Registration<Optimizer> Registration { get; } = new Registration<Optimizer, Nadam>("Nadam")
    {
        Arguments =
        [
            .. OptimizerArguments.Common<Nadam>(),
            new("beta_1", nadam => nadam.Beta1),
            new("beta_2", nadam => nadam.Beta2),
            new("epsilon", nadam => nadam.Epsilon),
        ],
        Make = a => OptimizerArguments.Read(a, new Nadam(a.LearningRate(0.001), a.Double("beta_1", 0.9), a.Double("beta_2", 0.999), a.Double("epsilon", 1e-7))),
    };

    internal override int SlotCount => 2;

    internal override IReadOnlyList<double> Scalars(long iteration) => [Product(iteration)];

    internal override void Update(VectorWidth width, long iteration, Block weights, Block gradient, ReadOnlySpan<Block> slots)
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
