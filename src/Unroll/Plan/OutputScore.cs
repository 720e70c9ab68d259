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

    /// <summary>Loss and accuracy of each row.</summary>
    public RowResult[] Results { get; } = new RowResult[maxRows];

    /// <summary>Everything that was put out; null unless <see cref="RecordOutputs"/> was called.</summary>
    public BatchOutputs? Outputs { get; private set; }

    /// <summary>What the gradient of a batch is multiplied with, since masked steps don't count; 1 unless that is known beforehand.</summary>
    public double ValidFactor { get; set; } = 1;

    /// <summary>From now on all outputs are kept, and losses, masks and sample weights of every kind are heeded.</summary>
    public void RecordOutputs() => Outputs ??= new BatchOutputs(maxRows, shape);

    /// <summary>
    /// What the sum of the losses of a batch, divided by the count of everything, is to be multiplied with to be the mean over
    /// what is not masked.
    /// </summary>
    public double FactorOverValid(int rows)
    {
        if (Outputs is not { Shape.HasTime: true }) return 1;
        int count = rows * shape.Steps, valid = 0;
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
