using Unroll.Configuration;

namespace Unroll.Losses;

/// <summary>How the values of a batch become one number.</summary>
public enum LossReduction
{
    /// <summary>Their weighted sum, divided by the count of what is not masked, whatever the weights: the usual one.</summary>
    SumOverBatchSize,

    /// <summary>Their weighted sum.</summary>
    Sum,

    /// <summary>Their weighted sum, divided by the sum of the weights.</summary>
    MeanWithSampleWeight,

    /// <summary>They stay what they are; not for training, only for <see cref="Loss.Unreduced"/>.</summary>
    None,
}

/// <summary>How a reduction is written.</summary>
internal static class LossReductionForm
{
    private static readonly ArgumentForm<LossReduction> Words = ArgumentForms.Choice(
    [
        ("sum_over_batch_size", LossReduction.SumOverBatchSize), ("mean", LossReduction.SumOverBatchSize), ("auto", LossReduction.SumOverBatchSize),
        ("sum", LossReduction.Sum), ("mean_with_sample_weight", LossReduction.MeanWithSampleWeight), ("none", LossReduction.None),
    ]);

    /// <summary>Keras writes "none" or null for the values as they are; Keras 2 "auto" for the mean.</summary>
    public static Argument<LossReduction> Argument { get; } = new Argument<LossReduction>(
        "reduction", Words with { Read = input => input.Node is null ? LossReduction.None : Words.Read(input), ReadsNone = true },
        LossReduction.SumOverBatchSize).KeywordOnly();
}
