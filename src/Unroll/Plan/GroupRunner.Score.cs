using System.Runtime.CompilerServices;
using Unroll.Execution;
using Unroll.Kernels.Recurrent;
using Unroll.Losses;

namespace Unroll.Plan;

/// <summary>Scores the outputs of a group.</summary>
internal sealed partial class GroupRunner
{
    private float[] _output = [], _prediction = [];
    private double[] _slopes = [];

    /// <summary>Losses of the group's rows at one output; in training also the gradient there.</summary>
    /// <param name="index">Number of the output.</param>
    /// <param name="score">How it is scored, and where results go.</param>
    /// <param name="targets">All targets of the output.</param>
    /// <param name="order">Data rows of the group's rows.</param>
    /// <param name="batchRows">Rows of the whole batch: the loss is their mean.</param>
    public void Score(int index, OutputScore score, Targets targets, ReadOnlySpan<int> order, int batchRows)
    {
        Span<RowResult> results = score.Results.AsSpan(Group.FirstRow, order.Length);
        if (score.NeedsWholeBatch)
            TakeGradient(_outputs[index], score.Outputs!, score.Weight);
        else if (score.Outputs is null)
            Score(_outputs[index], (ElementwiseLoss)score.Loss!, score, targets.Values, order, batchRows, results);
        else
            ScoreInFull(_outputs[index], score, score.Outputs, targets, order, batchRows, results);
    }

    /// <summary>Writes down which time steps of an output count, before it is scored; for a loss that sees the whole batch all that came out.</summary>
    public void RecordMask(int index, OutputScore score, Targets targets, ReadOnlySpan<int> order)
    {
        BatchOutputs outputs = score.Outputs!;
        int steps = outputs.Shape.Steps;
        ReadOnlySpan<float> mask = outputs.Shape.HasTime ? _outputs[index].Mask.Span : default;
        for (int row = 0; row < Group.Rows; row++)
        {
            int place = (Group.FirstRow + row) * steps;
            for (int t = 0; t < steps; t++)
            {
                bool counts = mask.IsEmpty || mask[t * Group.Lanes + row] != 0;
                outputs.Mask[place + t] = counts ? 1 : 0;
                if (outputs.Counts.Length > 0)
                    outputs.Counts[place + t] = counts ? score.CountOf(targets.Values.AsSpan(order[row] * targets.SampleSize + t * (targets.SampleSize / steps), 1), targets.WeightOf(order[row], t)) : 0;
            }
        }

        if (score.NeedsWholeBatch) CopyOutput(index, outputs.Predictions.AsSpan(Group.FirstRow * outputs.Shape.Size, Group.Rows * outputs.Shape.Size));
    }

    /// <summary>Takes over the group's part of the gradient of a loss that saw the whole batch.</summary>
    private void TakeGradient(LaneTensor last, BatchOutputs outputs, double scale)
    {
        Span<float> gradient = last.Gradient.Span;
        if (gradient.IsEmpty) return;
        gradient.Clear(); // rows that pad the group count for nothing
        OutputShape shape = outputs.Shape;
        int lanes = Group.Lanes, stride = RecurrentSequence.Stride(shape.Units, lanes);
        ReadOnlySpan<double> slopes = outputs.Gradient[(Group.FirstRow * shape.Size)..];
        for (int row = 0; row < Group.Rows; row++)
        {
            for (int i = 0; i < shape.Size; i++)
                gradient[i / shape.Units * stride + i % shape.Units * lanes + row] = (float)(slopes[row * shape.Size + i] * scale);
        }
    }

    /// <summary>The common case: a loss element by element, no time, no weights; accuracy is counted on the fly.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Score(
        LaneTensor last, ElementwiseLoss loss, OutputScore score, float[] targets, ReadOnlySpan<int> order, int batchRows, Span<RowResult> results)
    {
        OutputShape shape = score.Shape;
        bool isLogit = score.IsLogit;
        ReadOnlySpan<float> output = last.Value.Span;
        Span<float> gradient = last.Gradient.Span;
        bool training = !gradient.IsEmpty;
        if (training) gradient.Clear(); // rows that pad the group count for nothing
        int lanes = Group.Lanes, stride = RecurrentSequence.Stride(shape.Units, lanes);
        double scale = score.Weight / ((double)batchRows * shape.Size);
        for (int row = 0; row < Group.Rows; row++)
        {
            ReadOnlySpan<float> target = targets.AsSpan(order[row] * shape.Size, shape.Size);
            double sum = 0;
            int right = 0;
            for (int t = 0; t < shape.Steps; t++)
            {
                int bestOutput = 0, bestTarget = 0;
                float highest = float.NegativeInfinity;
                for (int j = 0; j < shape.Units; j++)
                {
                    int at = t * stride + j * lanes + row;
                    float wanted = target[t * shape.Units + j];
                    (double value, float prediction, double slope) = loss.Evaluate(output[at], wanted, isLogit);
                    sum += value;
                    if (training) gradient[at] = (float)(slope * scale);
                    if (shape.Units == 1)
                    {
                        if ((prediction > 0.5f ? 1f : 0f) == wanted) right++;
                        continue;
                    }

                    if (prediction > highest) (highest, bestOutput) = (prediction, j);
                    if (wanted > target[t * shape.Units + bestTarget]) bestTarget = j;
                }

                if (shape.Units > 1 && bestOutput == bestTarget) right++;
            }

            results[row] = new RowResult(sum / shape.Size, (double)right / shape.Steps);
        }
    }

    /// <summary>Any loss, with masks and sample weights; outputs are written down for any metric.</summary>
    private void ScoreInFull(
        LaneTensor last, OutputScore score, BatchOutputs outputs, Targets targets, ReadOnlySpan<int> order, int batchRows, Span<RowResult> results)
    {
        OutputShape shape = outputs.Shape;
        ReadOnlySpan<float> output = last.Value.Span, mask = shape.HasTime ? last.Mask.Span : default;
        Span<float> gradient = last.Gradient.Span;
        if (_output.Length != shape.Units) (_output, _prediction, _slopes) = (new float[shape.Units], new float[shape.Units], new double[shape.Units]);
        gradient.Clear(); // rows that pad the group, and masked steps, count for nothing
        int lanes = Group.Lanes, stride = RecurrentSequence.Stride(shape.Units, lanes);
        int targetUnits = score.Loss is { TakesClassIds: true } ? 1 : shape.Units;
        bool isSum = score.Loss is { Reduction: LossReduction.Sum };
        double scale = score.Weight * score.ValidFactor / score.Divisor(batchRows);
        for (int row = 0; row < Group.Rows; row++)
        {
            double sum = 0;
            int place = (Group.FirstRow + row) * shape.Steps;
            for (int t = 0; t < shape.Steps; t++, place++)
            {
                int at = t * stride + row;
                for (int j = 0; j < shape.Units; j++) _output[j] = output[at + j * lanes];
                bool counts = mask.IsEmpty || mask[t * lanes + row] != 0;
                outputs.Mask[place] = counts ? 1 : 0;
                if (score.Loss is not { } loss)
                {
                    _output.CopyTo(outputs.Predictions, place * shape.Units);
                    continue;
                }

                ReadOnlySpan<float> target = targets.Values.AsSpan((order[row] * shape.Steps + t) * targetUnits, targetUnits);
                double value = loss.Evaluate(_output, target, score.IsLogit, _prediction, _slopes);
                _prediction.CopyTo(outputs.Predictions, place * shape.Units);
                double weight = counts ? targets.WeightOf(order[row], t) : 0;
                if (outputs.Counts.Length > 0) outputs.Counts[place] = counts ? score.CountOf(target, weight) : 0;
                if (!counts) continue;
                sum += value * weight;
                if (gradient.IsEmpty) continue;
                for (int j = 0; j < shape.Units; j++) gradient[at + j * lanes] = (float)(_slopes[j] * weight * scale);
            }

            results[row] = new RowResult(isSum ? sum * batchRows : sum / shape.Steps, 0);
        }
    }
}
