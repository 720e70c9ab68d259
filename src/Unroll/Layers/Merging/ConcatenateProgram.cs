using Unroll.Execution;
using Unroll.Kernels.Memory;

namespace Unroll.Layers;

/// <summary>Runs <see cref="Concatenate"/>.</summary>
internal sealed class ConcatenateProgram : LayerProgram
{
    private readonly int[][] _places; // for each input where its elements go, row-major
    private readonly bool _isTime;

    /// <param name="context">What the call is prepared for.</param>
    /// <param name="axis">The axis without that of the batch.</param>
    public ConcatenateProgram(ProgramContext context, int axis) : base(context)
    {
        IReadOnlyList<int> output = context.Outputs[0].Dimensions;
        _isTime = axis == 0 && output.Count > 1;
        int inner = output.Skip(axis + 1).Aggregate(1, (product, size) => product * size), start = 0;
        _places = new int[context.Inputs.Count][];
        for (int i = 0; i < _places.Length; i++)
        {
            int block = context.Inputs[i].Dimensions[axis] * inner, first = start * inner, stride = output[axis] * inner;
            _places[i] = [.. Enumerable.Range(0, context.Inputs[i].Size).Select(e => e / block * stride + first + e % block)];
            start += context.Inputs[i].Dimensions[axis];
        }
    }

    public override Frame CreateFrame(Arena arena) =>
        new ConcatenateFrame(Context.NewOutput(arena)) { Masks = arena.Allocate((long)Context.Outputs[0].Steps * BatchGroup.MaxLanes) };

    public override void Forward(Frame frame, BatchGroup group)
    {
        for (int i = 0; i < _places.Length; i++) Copy(frame.Inputs[i].Value, frame.Output.Value, i, group.Lanes, toOutput: true);
        SetMask((ConcatenateFrame)frame, group.Lanes);
    }

    public override void Backward(Frame frame, BatchGroup group)
    {
        for (int i = 0; i < _places.Length; i++)
            if (Context.InputGradients[i]) Copy(frame.Inputs[i].Gradient, frame.Output.Gradient, i, group.Lanes, toOutput: false);
    }

    private void Copy(Block input, Block output, int index, int lanes, bool toOutput)
    {
        int[] places = _places[index];
        int features = Context.Inputs[index].Features, all = Context.Outputs[0].Features;
        for (int e = 0; e < places.Length; e += features) // elements of a step stay neighbours
        {
            Span<float> own = input.Span.Slice(LaneOffset.Of(e, features, lanes), features * lanes);
            Span<float> merged = output.Span.Slice(LaneOffset.Of(places[e], all, lanes), features * lanes);
            if (toOutput) own.CopyTo(merged);
            else merged.CopyTo(own);
        }
    }

    private void SetMask(ConcatenateFrame own, int lanes)
    {
        own.Output.Mask = default;
        bool any = false, all = true;
        foreach (LaneTensor input in own.Inputs)
        {
            if (input.Mask.IsEmpty) all = false;
            else any = true;
        }

        if (!any || Context.Outputs[0].Dimensions.Count < 2 || (!_isTime && !all)) return; // one that counts everywhere makes all count
        Span<float> mask = own.Masks.Span;
        int start = 0;
        for (int i = 0; i < own.Inputs.Length; i++)
        {
            LaneTensor input = own.Inputs[i];
            int size = input.Shape.Steps * lanes;
            Span<float> target = mask.Slice(_isTime ? start : 0, size);
            if (input.Mask.IsEmpty)
            {
                target.Fill(1);
            }
            else if (_isTime || i == 0)
            {
                input.Mask.Span[..size].CopyTo(target);
            }
            else
            {
                for (int k = 0; k < size; k++)
                    if (input.Mask.Span[k] != 0) target[k] = 1;
            }

            start += size;
        }

        own.Output.Mask = own.Masks;
    }

    private sealed class ConcatenateFrame(LaneTensor output) : Frame(output)
    {
        public Block Masks { get; init; }
    }
}
