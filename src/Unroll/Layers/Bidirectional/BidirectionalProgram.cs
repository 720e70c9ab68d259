using System.Numerics.Tensors;
using Unroll.Execution;
using Unroll.Kernels.Memory;

namespace Unroll.Layers;

/// <summary>Runs both directions one after the other on the same group and merges what they put out.</summary>
internal sealed class BidirectionalProgram : LayerProgram
{
    // Dropout masks of the backward direction are drawn as those of a layer that no model has.
    private const int BackwardIndex = 1 << 16;

    private readonly LayerProgram _forward, _backward;
    private readonly MergeMode _mode;
    private readonly int _forwardUnits, _backwardUnits, _units;
    private readonly int _outputSteps; // steps that are put out
    private readonly int[] _forwardInputs, _backwardInputs; // what each direction takes of the call's inputs
    private readonly bool _hasGradient;

    public BidirectionalProgram(Bidirectional layer, ProgramContext context, RecurrentInputs inputs) : base(context)
    {
        RecurrentLayer forward = (RecurrentLayer)layer.ForwardLayer, backward = (RecurrentLayer)layer.BackwardLayer;
        _mode = layer.MergeMode;
        _forwardUnits = forward.Units;
        _backwardUnits = backward.Units;
        _units = _mode == MergeMode.Concat ? _forwardUnits + _backwardUnits : _forwardUnits;
        _outputSteps = forward.ReturnSequences ? context.InputSteps : 1;
        int merged = _mode == MergeMode.None ? 2 : 1, states = forward.StateCount;
        _hasGradient = context.OutputGradients.Take(merged).Any(isAsked => isAsked);
        _forwardInputs = Inputs(inputs, 0, states);
        _backwardInputs = Inputs(inputs, states, backward.StateCount);
        RecurrentInputs own = new(inputs.State is null ? null : 1, inputs.Mask is null ? null : _forwardInputs.Length - 1);
        _forward = forward.CreateProgram(Direction(context, forward, _forwardInputs, merged), own);
        _backward = backward.CreateProgram(
            Direction(context, backward, _backwardInputs, merged + (layer.ForwardLayer.ReturnState ? states : 0))
            with
            { LayerIndex = context.LayerIndex + BackwardIndex },
            own with { Mask = inputs.Mask is null ? null : _backwardInputs.Length - 1 });
    }

    public override bool AddsInParts => _forward.AddsInParts || _backward.AddsInParts;

    public override void Prepare()
    {
        _forward.Prepare();
        _backward.Prepare();
    }

    public override void BeginBatch(Inputs inputs, ReadOnlySpan<int> rows)
    {
        _forward.BeginBatch(inputs, rows);
        _backward.BeginBatch(inputs, rows);
    }

    public override Frame CreateFrame(Arena arena)
    {
        Frame forward = _forward.CreateFrame(arena), backward = _backward.CreateFrame(arena);
        LaneTensor[] merged = [.. Enumerable.Range(0, _mode == MergeMode.None ? 2 : 1).Select(i => Context.NewOutput(arena, i))];
        return new BidirectionalFrame([.. merged, .. forward.Outputs.Skip(1), .. backward.Outputs.Skip(1)], this, forward, backward);
    }

    public override void Forward(Frame frame, BatchGroup group)
    {
        var own = (BidirectionalFrame)frame;
        _forward.Forward(own.ForwardFrame, group);
        _backward.Forward(own.BackwardFrame, group);
        own.Output.Mask = own.ForwardFrame.Output.Mask;
        if (_mode == MergeMode.None) own.Outputs[1].Mask = own.Output.Mask;
        for (int t = 0; t < _outputSteps; t++)
        {
            ReadOnlySpan<float> forward = ForwardStep(own.ForwardFrame.Output.Value, t, group);
            ReadOnlySpan<float> backward = BackwardStep(own.BackwardFrame.Output.Value, t, group);
            Span<float> output = LaneTensor.Step(own.Output.Value, t, _units, group.Lanes);
            switch (_mode)
            {
                case MergeMode.Concat:
                    forward.CopyTo(output);
                    backward.CopyTo(output[forward.Length..]);
                    break;
                case MergeMode.Mul:
                    TensorPrimitives.Multiply(forward, backward, output);
                    break;
                case MergeMode.None:
                    forward.CopyTo(output);
                    backward.CopyTo(LaneTensor.Step(own.Outputs[1].Value, t, _backwardUnits, group.Lanes));
                    break;
                default:
                    TensorPrimitives.Add(forward, backward, output);
                    if (_mode == MergeMode.Ave) TensorPrimitives.Multiply(output, 0.5f, output);
                    break;
            }
        }
    }

    public override void Backward(Frame frame, BatchGroup group)
    {
        var own = (BidirectionalFrame)frame;
        if (_hasGradient)
        {
            for (int t = 0; t < _outputSteps; t++) Split(own, t, group);
        }

        _forward.Backward(own.ForwardFrame, group);
        _backward.Backward(own.BackwardFrame, group);
        for (int i = 0; i < _backwardInputs.Length; i++)
        {
            if (_forwardInputs.AsSpan().Contains(_backwardInputs[i]) && Context.InputGradients[_backwardInputs[i]])
                own.BackwardFrame.Inputs[i].AddToSource(group.Lanes);
        }
    }

    /// <summary>Gives each direction the gradient at its output.</summary>
    private void Split(BidirectionalFrame own, int t, BatchGroup group)
    {
        Span<float> forward = ForwardStep(own.ForwardFrame.Output.Gradient, t, group);
        Span<float> backward = BackwardStep(own.BackwardFrame.Output.Gradient, t, group);
        ReadOnlySpan<float> gradient = Gradient(own.Output, _units);
        switch (_mode)
        {
            case MergeMode.Concat:
                gradient[..forward.Length].CopyTo(forward);
                gradient[forward.Length..].CopyTo(backward);
                break;
            case MergeMode.Mul:
                TensorPrimitives.Multiply(gradient, BackwardStep(own.BackwardFrame.Output.Value, t, group), forward);
                TensorPrimitives.Multiply(gradient, ForwardStep(own.ForwardFrame.Output.Value, t, group), backward);
                break;
            case MergeMode.Ave:
                TensorPrimitives.Multiply(gradient, 0.5f, forward);
                forward.CopyTo(backward);
                break;
            case MergeMode.None:
                Copy(gradient, forward);
                Copy(Gradient(own.Outputs[1], _backwardUnits), backward);
                break;
            default:
                gradient.CopyTo(forward);
                gradient.CopyTo(backward);
                break;
        }

        ReadOnlySpan<float> Gradient(LaneTensor tensor, int units) =>
            tensor.Gradient.IsEmpty ? default : LaneTensor.Step(tensor.Gradient, t, units, group.Lanes);

        static void Copy(ReadOnlySpan<float> source, Span<float> target)
        {
            if (source.IsEmpty) target.Clear(); // nobody asked for this direction
            else source.CopyTo(target);
        }
    }

    private Span<float> ForwardStep(Block block, int t, BatchGroup group) => LaneTensor.Step(block, t, _forwardUnits, group.Lanes);

    /// <summary>The step that belongs to step t of the forward direction: sequences lie the other way round.</summary>
    private Span<float> BackwardStep(Block block, int t, BatchGroup group) =>
        LaneTensor.Step(block, _outputSteps - 1 - t, _backwardUnits, group.Lanes);

    /// <summary>The sequence, the direction's half of the initial states, and the mask.</summary>
    private static int[] Inputs(RecurrentInputs inputs, int skippedStates, int states) =>
    [
        0,
        .. inputs.State is { } state ? Enumerable.Range(state + skippedStates, states) : [],
        .. inputs.Mask is { } mask ? [mask] : Array.Empty<int>(),
    ];

    /// <summary>What one direction needs to know.</summary>
    private ProgramContext Direction(ProgramContext context, RecurrentLayer layer, int[] inputs, int firstState)
    {
        int states = layer.ReturnState ? layer.StateCount : 0;
        int units = layer.Units;
        return context with
        {
            Inputs = [.. inputs.Select(i => context.Inputs[i])],
            Outputs = [layer.ReturnSequences ? new LaneShape(context.InputSteps, units) : new LaneShape(units), .. context.Outputs.Skip(firstState).Take(states)],
            InputGradients = [.. inputs.Select(i => context.InputGradients[i])],
            OutputGradients = [_hasGradient, .. context.OutputGradients.Skip(firstState).Take(states)],
            Sources = [.. inputs.Select(i => context.Sources[i])],
        };
    }

    private sealed class BidirectionalFrame(LaneTensor[] outputs, BidirectionalProgram program, Frame forward, Frame backward) : Frame(outputs)
    {
        public Frame ForwardFrame => forward;

        public Frame BackwardFrame => backward;

        /// <summary>What both directions read has a gradient of its own for the backward direction.</summary>
        public override void Bind(LaneTensor[] inputs, Arena arena)
        {
            base.Bind(inputs, arena);
            forward.Bind([.. program._forwardInputs.Select(i => inputs[i])], arena);
            backward.Bind(
                [.. program._backwardInputs.Select(i => program._forwardInputs.Contains(i) ? inputs[i].ForFurtherReader(arena) : inputs[i])], arena);
        }
    }
}
