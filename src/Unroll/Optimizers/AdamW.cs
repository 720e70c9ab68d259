using Unroll.Configuration;
using Unroll.Schedules;

namespace Unroll.Optimizers;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter 2019): before Adam's step w −= lr·weight_decay·w, for all
/// weights, biases included, as in Keras.
/// </summary>
public sealed class AdamW : Adam
{
    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">Step size or schedule; null: 0.001.</param>
    /// <param name="weightDecay">Share of a weight, times the learning rate, that goes at each step.</param>
    /// <param name="beta1">Decay of the mean of gradients, 0 to below 1.</param>
    /// <param name="beta2">Decay of the mean of squared gradients, 0 to below 1.</param>
    /// <param name="epsilon">Added to the root; above 0.</param>
    /// <param name="amsgrad">True: divides by the largest v so far (Reddi et al. 2018).</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public AdamW(
        LearningRateSchedule? learningRate = null, double weightDecay = 0.004, double beta1 = 0.9, double beta2 = 0.999,
        double epsilon = 1e-7, bool amsgrad = false)
        : base(learningRate, beta1, beta2, epsilon, amsgrad) => WeightDecay = weightDecay;

    /// <inheritdoc/>
    public override string Name => "adamw";

    internal static new Registration<Optimizer> Registration { get; } = new Registration<Optimizer, AdamW>("AdamW")
    {
        Arguments =
        [
            .. OptimizerArguments.Common<AdamW>(),
            new("beta_1", adamw => adamw.Beta1),
            new("beta_2", adamw => adamw.Beta2),
            new("epsilon", adamw => adamw.Epsilon),
            new("amsgrad", adamw => adamw.Amsgrad),
        ],
        Positional = ["learning_rate", "weight_decay", "beta_1", "beta_2", "epsilon", "amsgrad"],
        Make = a => OptimizerArguments.Read(a, new AdamW(
            a.LearningRate(0.001), a.Double("weight_decay", 0.004), a.Double("beta_1", 0.9), a.Double("beta_2", 0.999), a.Double("epsilon", 1e-7), a.Bool("amsgrad", false))),
    };
}
