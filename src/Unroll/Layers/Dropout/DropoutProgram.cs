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
    private readonly int[]? _noiseOf;
    private readonly bool _isActive;

    /// <param name="context">What the layer is prepared for.</param>
    /// <param name="rate">Share that is dropped.</param>
    /// <param name="seed">Key of the masks; null: the model's.</param>
    /// <param name="noiseOf">For each element of a row the place of its factor; null: each has its own.</param>
    public DropoutProgram(ProgramContext context, double rate, int? seed, int[]? noiseOf) : base(context)
    {
        (_rate, _seed, _noiseOf) = (rate, seed ?? context.Seed, noiseOf);
        _isActive = context.IsTraining && rate > 0;
    }

    private int MaskRows => _noiseOf is null ? Context.InputSize : _noiseOf.Max() + 1;

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
        int features = Context.InputFeatures, stride = RecurrentSequence.Stride(features, lanes);
        for (int t = 0; t < Context.InputSteps; t++)
        {
            int first = _noiseOf is null ? t * features : _noiseOf[t * features];
            if (_noiseOf is null || IsRun(t * features, features, first))
            {
                int size = features * lanes;
                TensorPrimitives.Multiply(source.Span.Slice(t * stride, size), allFactors.Span.Slice(first * lanes, size), target.Span.Slice(t * stride, size));
                continue;
            }

            for (int f = 0; f < features; f++)
            {
                int at = t * stride + f * lanes;
                TensorPrimitives.Multiply(
                    source.Span.Slice(at, lanes), allFactors.Span.Slice(_noiseOf[t * features + f] * lanes, lanes), target.Span.Slice(at, lanes));
            }
        }
    }

    /// <summary>True if the factors of a step's features lie side by side.</summary>
    private bool IsRun(int start, int features, int first) => _noiseOf![start + features - 1] == first + features - 1;

    private sealed class DropoutFrame(LaneTensor output) : Frame(output)
    {
        public Block Factors { get; init; }
    }
}
