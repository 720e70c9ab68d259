using Unroll.Execution;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Kernels.Simd;

namespace Unroll.Plan;

/// <summary>A layer without a form for single rows among layers that have one: it runs in the first lane of a chunk.</summary>
internal sealed class LaneRow : RowLayer
{
    private readonly LayerProgram _program;
    private readonly Frame _frame;
    private readonly LaneTensor[] _lanes;
    private readonly IReadOnlyList<RowTensor> _inputs;
    private readonly BatchGroup _group = new() { Lanes = VectorWidths.Chunk, Rows = 1 };

    public LaneRow(PlannedCall call, RowContext context, GraphPlan plan)
        : base([.. context.Outputs.Select(shape => RowTensor.Allocate(context.Arena, shape))])
    {
        _inputs = context.Inputs;
        _program = call.CreateProgram(new ProgramContext(
            context.Arena, context.Width, [.. context.Inputs.Select(input => input.Shape)], context.Outputs, call.Index, 0, null,
            new bool[call.Inputs.Count], new bool[call.Outputs.Count], [.. call.Inputs.Select(plan.SourceOf)], call.Roles, false, 1));
        _frame = _program.CreateFrame(context.Arena);
        _lanes = [.. _inputs.Select(input => new LaneTensor(input.Shape)
        {
            Ids = new int[VectorWidths.Chunk * input.Shape.Size],
            Value = context.Arena.Allocate(LaneTensor.SizeOf(input.Shape)),
        })];
        _frame.Bind(_lanes, context.Arena);
        MaskMemory = [.. _inputs.Select(input => context.Arena.Allocate((long)input.Shape.Steps * VectorWidths.Chunk))];
        OutputMasks = [.. context.Outputs.Select(shape => context.Arena.Allocate(shape.Steps))];
    }

    private Block[] MaskMemory { get; }

    private Block[] OutputMasks { get; }

    public override void Prepare() => _program.Prepare();

    public override void Run()
    {
        const int Lanes = VectorWidths.Chunk;
        for (int i = 0; i < _lanes.Length; i++)
        {
            RowTensor row = _inputs[i];
            row.Ids.Span.CopyTo(_lanes[i].Ids);
            if (!row.Value.IsEmpty) Turn(row, _lanes[i].Value, toLanes: true);
            _lanes[i].Mask = row.Mask.IsEmpty ? default : MaskMemory[i];
            for (int t = 0; t < row.Mask.Length; t++) MaskMemory[i].Span[t * Lanes] = row.Mask.Span[t];
        }

        _program.Forward(_frame, _group);
        for (int i = 0; i < Outputs.Length; i++)
        {
            LaneTensor lanes = _frame.Outputs[i];
            Turn(Outputs[i], lanes.Value, toLanes: false);
            Outputs[i].Mask = lanes.Mask.IsEmpty ? default : OutputMasks[i];
            for (int t = 0; !lanes.Mask.IsEmpty && t < OutputMasks[i].Length; t++) OutputMasks[i].Span[t] = lanes.Mask.Span[t * Lanes];
        }
    }

    private static void Turn(RowTensor row, Block lanes, bool toLanes)
    {
        const int Lanes = VectorWidths.Chunk;
        int features = row.Shape.Features, stride = RecurrentSequence.Stride(features, Lanes);
        Span<float> a = row.Value.Span, b = lanes.Span;
        for (int t = 0; t < row.Shape.Steps; t++)
        {
            for (int f = 0; f < features; f++)
            {
                if (toLanes) b[t * stride + f * Lanes] = a[t * row.Stride + f];
                else a[t * row.Stride + f] = b[t * stride + f * Lanes];
            }
        }
    }
}
