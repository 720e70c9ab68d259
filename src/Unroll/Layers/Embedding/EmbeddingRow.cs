using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Models.Execution;

namespace Unroll.Layers;

/// <summary>Rows of the table for the tokens of one row of a batch.</summary>
internal sealed class EmbeddingRow : RowLayer
{
    private readonly Parameter _table;
    private readonly int _width;

    public EmbeddingRow(Embedding layer, RowContext context)
    {
        _table = layer.Parameters[0];
        _width = layer.OutputDim;
        Output = context.Arena.Allocate((long)context.Steps * RowSequence.Padded(_width));
        Mask = layer.MaskZero ? context.Arena.Allocate(context.Steps) : default;
    }

    public override Block Mask { get; }

    public override void Prepare() => _table.Lagging?.CatchUp(); // rows are read where they lie

    public override void Run(ReadOnlySpan<int> ids)
    {
        ReadOnlySpan<float> table = _table.Stored.Span;
        Span<float> output = Output.Span, mask = Mask.Span;
        int stride = RowSequence.Padded(_width);
        for (int t = 0; t < ids.Length; t++)
        {
            table.Slice(ids[t] * _width, _width).CopyTo(output[(t * stride)..]);
            if (!mask.IsEmpty) mask[t] = ids[t] == 0 ? 0 : 1;
        }
    }
}
