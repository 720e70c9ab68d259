using Unroll.Execution;
using Unroll.Losses;

namespace Unroll.Plan;

/// <summary>What a batch's rows put out, for metrics that need more than the plain path counts on the fly.</summary>
/// <param name="maxRows">Rows of the largest batch.</param>
/// <param name="shape">Shape of one row's output.</param>
/// <param name="counts">Whether the loss is divided by what the rows count for.</param>
/// <param name="loss">A loss that sees the whole batch; null: the loss is told row by row.</param>
internal sealed class BatchOutputs(int maxRows, OutputShape shape, bool counts, Loss? loss)
{
    private readonly BatchScorer? _scorer = loss is null ? null : new BatchScorer(loss, loss.KindFor(shape.HasTime));
    private float[] _targets = [], _weights = [];

    /// <summary>Predictions [row][time][unit].</summary>
    public float[] Predictions { get; } = new float[checked(maxRows * shape.Size)];

    /// <summary>1 or 0 [row][time]: what counts. All 1 without a mask.</summary>
    public float[] Mask { get; } = new float[checked(maxRows * shape.Steps)];

    /// <summary>What each [row][time] counts for in the divisor of the loss; empty if that is the number of what is not masked.</summary>
    public double[] Counts { get; } = counts ? new double[checked(maxRows * shape.Steps)] : [];

    public OutputShape Shape => shape;

    /// <summary>The slope of a loss that sees the whole batch, [row][time][unit].</summary>
    public ReadOnlySpan<double> Gradient => _scorer!.Gradient;

    /// <summary>The loss of the batch that came out, for a loss that sees all of it.</summary>
    /// <param name="targets">All targets of the output.</param>
    /// <param name="order">Data rows of the batch's rows.</param>
    public double Score(Targets targets, ReadOnlySpan<int> order)
    {
        int size = targets.SampleSize, rows = order.Length;
        if (_targets.Length != rows * size) _targets = new float[rows * size];
        for (int row = 0; row < rows; row++) targets.Values.AsSpan(order[row] * size, size).CopyTo(_targets.AsSpan(row * size));
        int weights = targets.Weights is null ? 0 : rows * shape.Steps;
        if (_weights.Length != weights) _weights = new float[weights];
        for (int i = 0; i < weights; i++) _weights[i] = (float)targets.WeightOf(order[i / shape.Steps], i % shape.Steps);
        return _scorer!.Score(
            new LossBatch(rows, shape.Steps, shape.Units, Predictions.AsSpan(0, rows * shape.Size), _targets),
            new BatchWeights(_weights, targets.HasWeightsPerStep, default));
    }
}
