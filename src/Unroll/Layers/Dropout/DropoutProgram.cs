using System.Numerics.Tensors;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Models.Execution;
using Unroll.Random;

namespace Unroll.Layers;

/// <summary>Runs Dropout and SpatialDropout1D: draws the factors of a step and multiplies by them, forward and backward.</summary>
internal sealed class DropoutProgram : LayerProgram
{
    private readonly double _rate;
    private readonly int _seed;
    private readonly bool _perStep, _isActive;

    /// <param name="context">What the layer is prepared for.</param>
    /// <param name="rate">Share that is dropped.</param>
    /// <param name="seed">Key of the masks; null: the model's.</param>
    /// <param name="perStep">True: every time step has a mask of its own.</param>
    public DropoutProgram(ProgramContext context, double rate, int? seed, bool perStep) : base(context)
    {
        (_rate, _seed, _perStep) = (rate, seed ?? context.Seed, perStep);
        _isActive = context.IsTraining && rate > 0;
    }

    private int MaskRows => Context.InputFeatures * (_perStep ? Context.InputSteps : 1);

    public override void Prepare()
    {
        // Nothing depends on weights.
    }

    public override LayerBuffers CreateBuffers(Arena arena)
    {
        long size = (long)Context.InputSteps * RecurrentSequence.Stride(Context.InputFeatures, BatchGroup.MaxLanes);
        return new Buffers
        {
            Dropped = _isActive ? arena.Allocate(size) : default,
            OutputGradient = Context.IsTraining ? arena.Allocate(size) : default,
            Factors = _isActive ? arena.Allocate((long)MaskRows * BatchGroup.MaxLanes) : default,
        };
    }

    public override void Forward(LayerBuffers own, LayerBuffers input, BatchGroup group)
    {
        var buffers = (Buffers)own;
        own.Mask = input.Mask;
        own.Output = _isActive ? buffers.Dropped : input.Output;
        if (!_isActive) return;
        DropoutMask.Fill(
            Context.Width, buffers.Factors.Slice(0, MaskRows * group.Lanes), MaskRows, group.Lanes, group.FirstRow, _rate,
            _seed, RandomPurpose.Dropout, Context.LayerIndex, group.Epoch, group.Step);
        Multiply(input.Output, buffers, own.Output, group.Lanes);
    }

    public override void Backward(LayerBuffers own, LayerBuffers input, BatchGroup group)
    {
        if (!Context.NeedsInputGradient) return;
        if (_isActive)
        {
            Multiply(own.OutputGradient, (Buffers)own, input.OutputGradient, group.Lanes);
            return;
        }

        int size = RecurrentSequence.Extent(Context.InputSteps, Context.InputFeatures, group.Lanes);
        own.OutputGradient.Span[..size].CopyTo(input.OutputGradient.Span);
    }

    private void Multiply(Block source, Buffers buffers, Block target, int lanes)
    {
        int size = Context.InputFeatures * lanes, stride = RecurrentSequence.Stride(Context.InputFeatures, lanes);
        for (int t = 0; t < Context.InputSteps; t++)
        {
            ReadOnlySpan<float> factors = buffers.Factors.Span.Slice(_perStep ? t * size : 0, size);
            TensorPrimitives.Multiply(source.Span.Slice(t * stride, size), factors, target.Span.Slice(t * stride, size));
        }
    }

    private sealed class Buffers : LayerBuffers
    {
        public Block Dropped { get; init; }

        public Block Factors { get; init; }
    }
}
