using Unroll.Execution;
using Unroll.Kernels.Memory;

namespace Unroll.Layers;

/// <summary>Rows of the table for the tokens of one row of a batch.</summary>
internal sealed class EmbeddingRow : RowLayer
{
    private readonly Parameter _table;
    private readonly RowTensor _input;
    private readonly int _width;
    private readonly Block _mask;

    public EmbeddingRow(Embedding layer, RowContext context) : base(RowTensor.Allocate(context.Arena, context.Outputs[0]))
    {
        _table = layer.Parameters[0];
        _input = context.Input;
        _width = layer.OutputDim;
        if (layer.MaskZero) _mask = context.Arena.Allocate(context.Outputs[0].Steps);
    }

    public override void Prepare() => _table.Lagging?.CatchUp(); // rows are read where they lie

    public override void Run()
    {
        ReadOnlySpan<float> table = _table.Stored.Span;
        ReadOnlySpan<int> ids = _input.Ids.Span;
        Output.Mask = _mask;
        Span<float> output = Output.Value.Span, mask = _mask.Span;
        for (int t = 0; t < ids.Length; t++)
        {
            table.Slice(ids[t] * _width, _width).CopyTo(output[(t * Output.Stride)..]);
            if (!mask.IsEmpty) mask[t] = ids[t] == 0 ? 0 : 1;
        }
    }
}
