using Unroll.Execution;
using Unroll.Kernels.Embedding;
using Unroll.Kernels.Memory;

namespace Unroll.Layers;

internal sealed class EmbeddingProgram(Embedding layer, ProgramContext context) : LayerProgram(context)
{
    private readonly Parameter _table = layer.Parameters[0];
    private readonly int _width = layer.OutputDim;

    // The layer above takes rows from the table itself; only the mask is made here.
    private readonly bool _isProjected = context.IsAbsorbed;

    // Present in training if the table is so large that a step had better visit no other rows than it uses.
    private readonly DistinctIds? _used = context is { IsTraining: true, IsAbsorbed: false, IsShared: false } && TracksRows(layer, context)
        ? new DistinctIds(layer.InputDim, (long)context.MaxRows * context.InputSize)
        : null;

    public override void Prepare()
    {
        if (!Context.IsTraining) _table.Lagging?.CatchUp(); // else by batch
    }

    public override void BeginBatch(Inputs inputs, ReadOnlySpan<int> rows)
    {
        if (_used is null) return;
        _used.Find(inputs.Ids(Context.Sources[0]!.Value), rows, Context.InputSize, places: default);
        _table.Lagging?.CatchUp(_used.Ids.Span);
    }

    public override void EndBatch()
    {
        if (_used is not null) Context.Gradients!.SetUsedRows(_table, _used.Ids, _width);
    }

    public override Frame CreateFrame(Arena arena)
    {
        LaneTensor output = _isProjected ? Context.NewOutput(arena, 0, 0) : Context.NewOutput(arena);
        return new EmbeddingFrame(output) { Mask = layer.MaskZero ? arena.Allocate((long)Context.InputSize * BatchGroup.MaxLanes) : default };
    }

    public override void Forward(Frame frame, BatchGroup group)
    {
        ReadOnlySpan<int> ids = frame.Input.AllIds;
        if (!_isProjected) EmbeddingKernel.Gather(_table.Stored, _width, ids, Context.InputSize, group.Lanes, frame.Output.Value);
        if (!layer.MaskZero) return;
        frame.Output.Mask = ((EmbeddingFrame)frame).Mask;
        EmbeddingKernel.Mask(ids, Context.InputSize, group.Lanes, frame.Output.Mask);
    }

    public override void Backward(Frame frame, BatchGroup group)
    {
        // The sum over tokens crosses groups: see AddSharedGradients.
    }

    public override void AddSharedGradients(Frame frame, BatchGroup group)
    {
        if (_isProjected) return;
        EmbeddingKernel.AddGradient(
            Context.Gradients!.Total(_table), _width, frame.Input.AllIds, Context.InputSize, group.Lanes, group.Rows, frame.Output.Gradient);
    }

    // Finding the rows takes some nanoseconds per token; clearing and updating a table of a megabyte takes more.
    private static bool TracksRows(Embedding layer, ProgramContext context) =>
        (long)layer.InputDim * layer.OutputDim >= 1 << 18
        && (long)context.MaxRows * context.InputSize < layer.InputDim;

    private sealed class EmbeddingFrame(LaneTensor output) : Frame(output)
    {
        public Block Mask { get; init; }
    }
}
