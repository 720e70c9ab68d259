using Unroll.Kernels.Recurrent;
using Unroll.Losses;

namespace Unroll.Models.Execution;

/// <summary>The score of any loss, with masks and sample weights, which keeps the outputs for any metric.</summary>
internal sealed partial class GroupRunner
{
    private float[] _output = [], _prediction = [];
    private double[] _slopes = [];

    /// <summary>As <see cref="Score"/>, but each row's loss is multiplied by its weight and outputs are written down.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="isFused">Whether the last layer leaves its activation to the loss.</param>
    /// <param name="targets">All targets.</param>
    /// <param name="order">Data rows of the group's rows.</param>
    /// <param name="batchRows">Rows of the whole batch: the loss is their mean.</param>
    /// <param name="results">One entry per row of the group; losses count masked steps as if they were 0.</param>
    /// <param name="outputs">Where the batch's outputs go.</param>
    public void ScoreInFull(
        Loss loss, bool isFused, Targets targets, ReadOnlySpan<int> order, int batchRows, Span<RowResult> results, BatchOutputs outputs)
    {
        OutputShape shape = outputs.Shape;
        LayerBuffers last = _buffers[^1];
        ReadOnlySpan<float> output = last.Output.Span, mask = shape.HasTime ? last.Mask.Span : default;
        Span<float> gradient = last.OutputGradient.Span;
        if (_output.Length != shape.Units) (_output, _prediction, _slopes) = (new float[shape.Units], new float[shape.Units], new double[shape.Units]);
        gradient.Clear(); // rows that pad the group, and masked steps, count for nothing
        int lanes = Group.Lanes, stride = RecurrentSequence.Stride(shape.Units, lanes);
        int targetUnits = loss.TakesClassIds ? 1 : shape.Units;
        double scale = 1.0 / ((double)batchRows * shape.Steps);
        for (int row = 0; row < Group.Rows; row++)
        {
            double weight = targets.Weights is { } weights ? weights[order[row]] : 1, sum = 0;
            int place = (Group.FirstRow + row) * shape.Steps;
            for (int t = 0; t < shape.Steps; t++, place++)
            {
                int at = t * stride + row;
                for (int j = 0; j < shape.Units; j++) _output[j] = output[at + j * lanes];
                ReadOnlySpan<float> target = targets.Values.AsSpan((order[row] * shape.Steps + t) * targetUnits, targetUnits);
                double value = loss.Evaluate(_output, target, isFused, _prediction, _slopes);
                _prediction.CopyTo(outputs.Predictions, place * shape.Units);
                bool counts = mask.IsEmpty || mask[t * lanes + row] != 0;
                outputs.Mask[place] = counts ? 1 : 0;
                if (!counts) continue;
                sum += value * weight;
                if (gradient.IsEmpty) continue;
                for (int j = 0; j < shape.Units; j++) gradient[at + j * lanes] = (float)(_slopes[j] * weight * scale);
            }

            results[row] = new RowResult(sum / shape.Steps, 0);
        }
    }
}
