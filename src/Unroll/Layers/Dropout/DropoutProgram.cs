using System.Numerics.Tensors;
using Unroll.Execution;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
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

    public override Frame CreateFrame(Arena arena) => _isActive
        ? new DropoutFrame(Context.NewOutput(arena)) { Factors = arena.Allocate((long)MaskRows * BatchGroup.MaxLanes) }
        : new DropoutFrame(Context.NewOutput(arena, 0, 0));

    public override void Forward(Frame frame, BatchGroup group)
    {
        frame.Output.Mask = frame.Input.Mask;
        if (!_isActive)
        {
            frame.Output.Value = frame.Input.Value;
            return;
        }

        Block factors = ((DropoutFrame)frame).Factors;
        DropoutMask.Fill(
            Context.Width, factors.Slice(0, MaskRows * group.Lanes), MaskRows, group.Lanes, group.FirstRow, _rate,
            _seed, RandomPurpose.Dropout, Context.LayerIndex, group.Epoch, group.Step);
        Multiply(frame.Input.Value, factors, frame.Output.Value, group.Lanes);
    }

    public override void Backward(Frame frame, BatchGroup group)
    {
        if (!Context.NeedsInputGradient) return;
        if (_isActive)
        {
            Multiply(frame.Output.Gradient, ((DropoutFrame)frame).Factors, frame.Input.Gradient, group.Lanes);
            return;
        }

        int size = RecurrentSequence.Extent(Context.InputSteps, Context.InputFeatures, group.Lanes);
        frame.Output.Gradient.Span[..size].CopyTo(frame.Input.Gradient.Span);
    }

    private void Multiply(Block source, Block allFactors, Block target, int lanes)
    {
        int size = Context.InputFeatures * lanes, stride = RecurrentSequence.Stride(Context.InputFeatures, lanes);
        for (int t = 0; t < Context.InputSteps; t++)
        {
            ReadOnlySpan<float> factors = allFactors.Span.Slice(_perStep ? t * size : 0, size);
            TensorPrimitives.Multiply(source.Span.Slice(t * stride, size), factors, target.Span.Slice(t * stride, size));
        }
    }

    private sealed class DropoutFrame(LaneTensor output) : Frame(output)
    {
        public Block Factors { get; init; }
    }
}
