using Unroll.Kernels.Embedding;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Models.Execution;

namespace Unroll.Layers;

internal sealed class EmbeddingProgram(Embedding layer, ProgramContext context) : LayerProgram(context)
{
    private readonly Parameter _table = layer.Parameters[0];
    private readonly int _width = layer.Options.OutputDim;

    // The layer above takes rows from the table itself; only the mask is made here.
    private readonly bool _isProjected = context.ProjectedEmbedding is not null;

    public override void Prepare()
    {
        // Rows are read where they lie.
    }

    public override LayerBuffers CreateBuffers(Arena arena)
    {
        int steps = Context.InputSteps;
        long size = _isProjected ? 0 : (long)steps * RecurrentSequence.Stride(_width, BatchGroup.MaxLanes);
        return new LayerBuffers
        {
            Output = arena.Allocate(size),
            OutputGradient = Context.IsTraining ? arena.Allocate(size) : default,
            Mask = layer.Options.MaskZero ? arena.Allocate((long)steps * BatchGroup.MaxLanes) : default,
        };
    }

    public override void Forward(LayerBuffers own, LayerBuffers input, BatchGroup group)
    {
        if (!_isProjected) EmbeddingKernel.Gather(_table.Value, _width, group.Ids, group.Steps, group.Lanes, own.Output);
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
}
