using System.Numerics.Tensors;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Models.Execution;

namespace Unroll.Layers;

/// <summary>Runs both directions one after the other on the same group and merges what they put out.</summary>
internal sealed class BidirectionalProgram : LayerProgram
{
    // Dropout masks of the backward direction are drawn as those of a layer that no model has.
    private const int BackwardIndex = 1 << 16;

    private readonly RecurrentProgram _forward, _backward;
    private readonly MergeMode _mode;
    private readonly int _forwardUnits, _backwardUnits, _units;
    private readonly int _outputSteps; // steps that are put out

    public BidirectionalProgram(Bidirectional layer, ProgramContext context) : base(context)
    {
        ProgramContext inner = context with { ProjectedEmbedding = null };
        _forward = new RecurrentProgram(layer.ForwardLayer, inner);
        _backward = new RecurrentProgram(layer.BackwardLayer, inner with { LayerIndex = context.LayerIndex + BackwardIndex });
        _mode = layer.MergeMode;
        _forwardUnits = layer.ForwardLayer.Units;
        _backwardUnits = layer.BackwardLayer.Units;
        _units = _mode == MergeMode.Concat ? _forwardUnits + _backwardUnits : _forwardUnits;
        _outputSteps = layer.ForwardLayer.ReturnSequences ? context.InputSteps : 1;
    }

    public override void Prepare()
    {
        _forward.Prepare();
        _backward.Prepare();
    }

    public override LayerBuffers CreateBuffers(Arena arena)
    {
        long size = (long)_outputSteps * RecurrentSequence.Stride(_units, BatchGroup.MaxLanes);
        long inputSize = (long)Context.InputSteps * RecurrentSequence.Stride(Context.InputFeatures, BatchGroup.MaxLanes);
        return new Buffers
        {
            Output = arena.Allocate(size),
            OutputGradient = Context.IsTraining ? arena.Allocate(size) : default,
            Forward = _forward.CreateBuffers(arena),
            Backward = _backward.CreateBuffers(arena),
            BackwardInput = new LayerBuffers
            {
                OutputGradient = Context.IsTraining && Context.NeedsInputGradient ? arena.Allocate(inputSize) : default,
            },
        };
    }

    public override void Forward(LayerBuffers own, LayerBuffers input, BatchGroup group)
    {
        var buffers = (Buffers)own;
        _forward.Forward(buffers.Forward, input, group);
        _backward.Forward(buffers.Backward, input, group);
        own.Mask = buffers.Forward.Mask;
        for (int t = 0; t < _outputSteps; t++)
        {
            ReadOnlySpan<float> forward = ForwardStep(buffers.Forward.Output, t, group), backward = BackwardStep(buffers.Backward.Output, t, group);
            Span<float> output = Step(own.Output, t, _units, group);
            switch (_mode)
            {
                case MergeMode.Concat:
                    forward.CopyTo(output);
                    backward.CopyTo(output[forward.Length..]);
                    break;
                case MergeMode.Mul:
                    TensorPrimitives.Multiply(forward, backward, output);
                    break;
                default:
                    TensorPrimitives.Add(forward, backward, output);
                    if (_mode == MergeMode.Ave) TensorPrimitives.Multiply(output, 0.5f, output);
                    break;
            }
        }
    }

    public override void Backward(LayerBuffers own, LayerBuffers input, BatchGroup group)
    {
        var buffers = (Buffers)own;
        for (int t = 0; t < _outputSteps; t++) Split(buffers, t, group);
        _forward.Backward(buffers.Forward, input, group);
        buffers.BackwardInput.Output = input.Output;
        buffers.BackwardInput.Mask = input.Mask;
        _backward.Backward(buffers.Backward, buffers.BackwardInput, group);
        if (!Context.NeedsInputGradient) return;
        int size = RecurrentSequence.Extent(Context.InputSteps, Context.InputFeatures, group.Lanes);
        Span<float> sum = input.OutputGradient.Span[..size];
        TensorPrimitives.Add(sum, buffers.BackwardInput.OutputGradient.Span[..size], sum);
    }

    /// <summary>Gives each direction the gradient at its output.</summary>
    private void Split(Buffers buffers, int t, BatchGroup group)
    {
        ReadOnlySpan<float> gradient = Step(buffers.OutputGradient, t, _units, group);
        Span<float> forward = ForwardStep(buffers.Forward.OutputGradient, t, group), backward = BackwardStep(buffers.Backward.OutputGradient, t, group);
        switch (_mode)
        {
            case MergeMode.Concat:
                gradient[..forward.Length].CopyTo(forward);
                gradient[forward.Length..].CopyTo(backward);
                break;
            case MergeMode.Mul:
                TensorPrimitives.Multiply(gradient, BackwardStep(buffers.Backward.Output, t, group), forward);
                TensorPrimitives.Multiply(gradient, ForwardStep(buffers.Forward.Output, t, group), backward);
                break;
            case MergeMode.Ave:
                TensorPrimitives.Multiply(gradient, 0.5f, forward);
                forward.CopyTo(backward);
                break;
            default:
                gradient.CopyTo(forward);
                gradient.CopyTo(backward);
                break;
        }
    }

    private Span<float> ForwardStep(Block block, int t, BatchGroup group) => Step(block, t, _forwardUnits, group);

    /// <summary>The step that belongs to step t of the forward direction: sequences lie the other way round.</summary>
    private Span<float> BackwardStep(Block block, int t, BatchGroup group) => Step(block, _outputSteps - 1 - t, _backwardUnits, group);

    private static Span<float> Step(Block block, int t, int units, BatchGroup group) =>
        block.Span.Slice(t * RecurrentSequence.Stride(units, group.Lanes), units * group.Lanes);

    private sealed class Buffers : LayerBuffers
    {
        public required LayerBuffers Forward { get; init; }

        public required LayerBuffers Backward { get; init; }

        /// <summary>The layer below as the backward direction sees it: the same outputs, a gradient of its own.</summary>
        public required LayerBuffers BackwardInput { get; init; }
    }
}
