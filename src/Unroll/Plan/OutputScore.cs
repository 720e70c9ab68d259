using Unroll.Execution;
using Unroll.Losses;

namespace Unroll.Plan;

/// <summary>How one of a model's outputs is scored, and what came of it for the last batch.</summary>
/// <param name="loss">The loss; null: the output is put out, but not scored.</param>
/// <param name="weight">What the loss counts for in the total.</param>
/// <param name="isLogit">Whether the layer leaves its activation to the loss.</param>
/// <param name="shape">Shape of the output.</param>
/// <param name="maxRows">Rows of the largest batch.</param>
internal sealed class OutputScore(Loss? loss, double weight, bool isLogit, OutputShape shape, int maxRows)
{
    public Loss? Loss => loss;

    public double Weight => weight;

    public bool IsLogit => isLogit;

    public OutputShape Shape => shape;

    /// <summary>What a value of the loss is told from.</summary>
    public SliceKind Kind { get; } = loss?.KindFor(shape.HasTime) ?? SliceKind.Row;

    /// <summary>True if the loss sees more than one row and step, so that it is told when the whole batch has come out.</summary>
    public bool NeedsWholeBatch => Kind != SliceKind.Row;

    /// <summary>True if what the sum is divided by depends on weights or targets.</summary>
    public bool IsDividedByCounts { get; } = loss is { Reduction: LossReduction.MeanWithSampleWeight } or { IgnoresSome: true, Reduction: not LossReduction.Sum };

    /// <summary>True if what the sum is divided by is known only when the masks of all rows are.</summary>
    public bool IsDividedLater => loss is not null && !NeedsWholeBatch && (shape.HasTime || IsDividedByCounts);

    /// <summary>True for a loss that plain rows have: told row by row, and their mean.</summary>
    public bool IsPlain => !NeedsWholeBatch && loss is ElementwiseLoss { Reduction: LossReduction.SumOverBatchSize };

    /// <summary>Loss and accuracy of each row.</summary>
    public RowResult[] Results { get; } = new RowResult[maxRows];

    /// <summary>Everything that was put out; null unless <see cref="RecordOutputs"/> was called.</summary>
    public BatchOutputs? Outputs { get; private set; }

    /// <summary>What the gradient of a batch is multiplied with, since masked steps don't count; 1 unless that is known beforehand.</summary>
    public double ValidFactor { get; set; } = 1;

    /// <summary>From now on all outputs are kept, and losses, masks and sample weights of every kind are heeded.</summary>
    public void RecordOutputs() => Outputs ??= new BatchOutputs(maxRows, shape, IsDividedByCounts, NeedsWholeBatch ? loss : null);

    /// <summary>What a row at a step counts for in the sum that the loss is divided by.</summary>
    /// <param name="target">Its target.</param>
    /// <param name="weight">Its weight.</param>
    public double CountOf(ReadOnlySpan<float> target, double weight) =>
        loss!.TakesClassIds && loss.IsIgnored(target[0]) ? 0 : loss.Reduction == LossReduction.MeanWithSampleWeight ? weight : 1;

    /// <summary>What a batch's sum of losses is divided by, as long as nothing is masked.</summary>
    public double Divisor(int rows) => loss is { Reduction: LossReduction.Sum } ? 1 : (double)rows * shape.Steps;

    /// <summary>
    /// What the sum of the losses of a batch, divided by the count of everything, is to be multiplied with to be the mean over
    /// what is not masked.
    /// </summary>
    public double FactorOverValid(int rows)
    {
        if (Outputs is null || !IsDividedLater || loss is { Reduction: LossReduction.Sum }) return 1;
        int count = rows * shape.Steps, valid = 0;
        if (IsDividedByCounts)
        {
            double sum = 0;
            foreach (double counts in Outputs.Counts.AsSpan(0, count)) sum += counts;
            return sum == 0 ? 1 : count / sum;
        }

        foreach (float counts in Outputs.Mask.AsSpan(0, count))
        {
            if (counts != 0) valid++;
        }

        return valid == count || valid == 0 ? 1 : (double)count / valid;
    }

    /// <summary>Multiplies the losses of the batch's rows.</summary>
    public void ScaleLosses(int rows, double factor)
    {
        if (factor == 1) return;
        foreach (ref RowResult result in Results.AsSpan(0, rows)) result = result with { Loss = result.Loss * factor };
    }
}
