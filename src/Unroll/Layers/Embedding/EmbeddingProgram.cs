using Unroll.Kernels.Embedding;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Models.Execution;

namespace Unroll.Layers;

internal sealed class EmbeddingProgram(Embedding layer, ProgramContext context) : LayerProgram(context)
{
    private readonly Parameter _table = layer.Parameters[0];
    private readonly int _width = layer.OutputDim;

    // The layer above takes rows from the table itself; only the mask is made here.
    private readonly bool _isProjected = context.ProjectedEmbedding is not null;

    // Present in training if the table is so large that a step had better visit no other rows than it uses.
    private readonly DistinctIds? _used = context is { IsTraining: true, ProjectedEmbedding: null } && TracksRows(layer, context)
        ? new DistinctIds(layer.InputDim, (long)context.MaxRows * context.InputSteps)
        : null;

    public override void Prepare()
    {
        if (!Context.IsTraining) _table.Lagging?.CatchUp(); // else by batch
    }

    public override void BeginBatch(Inputs inputs, ReadOnlySpan<int> rows)
    {
        if (_used is null) return;
        _used.Find(inputs, rows, Context.InputSteps, places: default);
        _table.Lagging?.CatchUp(_used.Ids.Span);
    }

    public override void EndBatch()
    {
        if (_used is not null) Context.Gradients!.SetUsedRows(_table, _used.Ids, _width);
    }

    public override LayerBuffers CreateBuffers(Arena arena)
    {
        int steps = Context.InputSteps;
        long size = _isProjected ? 0 : (long)steps * RecurrentSequence.Stride(_width, BatchGroup.MaxLanes);
        return new LayerBuffers
        {
            Output = arena.Allocate(size),
            OutputGradient = Context.IsTraining ? arena.Allocate(size) : default,
            Mask = layer.MaskZero ? arena.Allocate((long)steps * BatchGroup.MaxLanes) : default,
        };
    }

    public override void Forward(LayerBuffers own, LayerBuffers input, BatchGroup group)
    {
        if (!_isProjected) EmbeddingKernel.Gather(_table.Stored, _width, group.Ids, group.Steps, group.Lanes, own.Output);
        if (!own.Mask.IsEmpty) EmbeddingKernel.Mask(group.Ids, group.Steps, group.Lanes, own.Mask);
    }

    public override void Backward(LayerBuffers own, LayerBuffers input, BatchGroup group)
    {
        // The sum over tokens crosses groups: see AddSharedGradients.
    }

    public override void AddSharedGradients(LayerBuffers own, BatchGroup group)
    {
        if (_isProjected) return;
        EmbeddingKernel.AddGradient(
            Context.Gradients!.Total(_table), _width, group.Ids, group.Steps, group.Lanes, group.Rows, own.OutputGradient);
    }

    // Finding the rows takes some nanoseconds per token; clearing and updating a table of a megabyte takes more.
    private static bool TracksRows(Embedding layer, ProgramContext context) =>
        (long)layer.InputDim * layer.OutputDim >= 1 << 18
        && (long)context.MaxRows * context.InputSteps < layer.InputDim;
}
