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
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public AdamW(LearningRateSchedule? learningRate = null, double weightDecay = 0.004) : base(learningRate) => WeightDecay = weightDecay;

    /// <inheritdoc/>
    protected override string DefaultName => "adamw";

    internal static new Registration<Optimizer> Registration { get; } = new Registration<Optimizer, AdamW>("AdamW")
    {
        Arguments = [.. CommonArguments, Beta1Argument, Beta2Argument, EpsilonArgument, AmsgradArgument],
        Positional = [LearningRateArgument, WeightDecayArgument, Beta1Argument, Beta2Argument, EpsilonArgument, AmsgradArgument],
        Make = _ => new AdamW(),
    };
}
