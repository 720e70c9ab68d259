using Unroll.Execution;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;
using Unroll.Regularizers;

namespace Unroll.Plan;

/// <summary>
/// What the output of one call adds to the loss: the regularizer's penalty of every row of the batch by itself, summed in
/// ascending order and divided by the rows.
/// </summary>
internal sealed class ActivityPenalty(Regularizer regularizer, LaneShape shape, int maxRows, VectorWidth width)
{
    private readonly double[] _rows = new double[maxRows];
    private readonly int[] _shape = [1, shape.Size];

    /// <summary>Working memory for one group at a time.</summary>
    public (Block Values, Block Gradient) CreateScratch(Arena arena)
    {
        int padded = (shape.Size + VectorWidths.Chunk - 1) / VectorWidths.Chunk * VectorWidths.Chunk;
        return (arena.Allocate(padded), arena.Allocate(padded));
    }

    /// <summary>Writes down the penalties of a group's rows.</summary>
    public void Record(LaneTensor output, BatchGroup group, Block values)
    {
        for (int row = 0; row < group.Rows; row++)
        {
            CopyRow(output, row, group.Lanes, values);
            _rows[group.FirstRow + row] = regularizer.Penalty(values, shape.Size, _shape);
        }
    }

    /// <summary>Adds the slopes to the gradient at the output.</summary>
    public void AddGradient(LaneTensor output, BatchGroup group, Block values, Block gradient)
    {
        for (int row = 0; row < group.Rows; row++)
        {
            CopyRow(output, row, group.Lanes, values);
            gradient.Clear();
            regularizer.AddGradient(width, gradient, values, shape.Size, _shape);
            for (int e = 0; e < shape.Size; e++)
                output.Gradient.Span[Layers.LaneOffset.Of(e, shape.Features, group.Lanes) + row] += gradient.Span[e] / group.BatchRows;
        }
    }

    /// <summary>The penalty of a batch.</summary>
    public double Total(int rows)
    {
        double sum = 0;
        foreach (double row in _rows.AsSpan(0, rows)) sum += row;
        return sum / rows;
    }

    private void CopyRow(LaneTensor output, int row, int lanes, Block values)
    {
        for (int e = 0; e < shape.Size; e++) values.Span[e] = output.Value.Span[Layers.LaneOffset.Of(e, shape.Features, lanes) + row];
    }
}
