using System.Numerics.Tensors;
using Unroll.Execution;
using Unroll.Kernels.Memory;

namespace Unroll.Layers;

/// <summary>Puts what windows over a row of places see side by side, as products take it, and brings gradients back.</summary>
/// <param name="window">The windows.</param>
/// <param name="length">Places of the row.</param>
/// <param name="count">Windows.</param>
/// <param name="features">Features of a place.</param>
/// <param name="depth">Features of a column; other windows may have a part of it.</param>
/// <param name="offset">The first of a column's features that are these windows' own.</param>
internal sealed class WindowColumns(TimeWindow window, int length, int count, int features, int depth, int offset)
{
    private readonly int _before = window.Before(length);

    public int Depth => depth;

    public int Offset => offset;

    /// <summary>Fills the columns' part; beyond the ends are zeros.</summary>
    /// <param name="row">[length][features].</param>
    /// <param name="factors">[length · features][lanes] that the row is multiplied by; empty: none.</param>
    /// <param name="columns">[windows][depth].</param>
    /// <param name="lanes">Lanes of the group.</param>
    public void Gather(Block row, Block factors, Block columns, int lanes)
    {
        int size = features * lanes;
        for (int i = 0; i < count; i++)
        {
            Span<float> column = LaneTensor.Step(columns, i, depth, lanes)[(offset * lanes)..];
            for (int q = 0; q < window.Size; q++)
            {
                Span<float> target = column.Slice(q * size, size);
                int place = Place(i, q);
                if (place < 0 || place >= length) target.Clear();
                else if (factors.IsEmpty) LaneTensor.Step(row, place, features, lanes).CopyTo(target);
                else TensorPrimitives.Multiply(LaneTensor.Step(row, place, features, lanes), factors.Span.Slice(place * size, size), target);
            }
        }
    }

    /// <summary>Adds the gradients of all windows that saw a place.</summary>
    /// <param name="columns">[windows][width], which is changed.</param>
    /// <param name="width">Features of such a column.</param>
    /// <param name="factors">What the row was multiplied by; empty: nothing.</param>
    /// <param name="row">Gradient at [length][features].</param>
    /// <param name="lanes">Lanes of the group.</param>
    public void Scatter(Block columns, int width, Block factors, Block row, int lanes)
    {
        int size = features * lanes;
        for (int i = 0; i < count; i++)
        {
            Span<float> column = LaneTensor.Step(columns, i, width, lanes);
            for (int q = 0; q < window.Size; q++)
            {
                int place = Place(i, q);
                if (place < 0 || place >= length) continue;
                Span<float> part = column.Slice(q * size, size), target = LaneTensor.Step(row, place, features, lanes);
                if (!factors.IsEmpty) TensorPrimitives.Multiply(part, factors.Span.Slice(place * size, size), part);
                TensorPrimitives.Add(target, part, target);
            }
        }
    }

    private int Place(int i, int q) => i * window.Stride + q * window.Dilation - _before;
}
