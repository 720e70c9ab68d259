using System.Numerics.Tensors;
using Unroll.Execution;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;

namespace Unroll.Layers;

/// <summary>How values at one place become one.</summary>
internal enum MergeOperation
{
    Add,
    Subtract,
    Multiply,
    Divide,
    Average,
    Maximum,
    Minimum,
}

/// <summary>Merges inputs element by element, in their order; shapes are stretched to fit.</summary>
internal sealed class MergeProgram : LayerProgram
{
    private readonly MergeOperation _operation;
    private readonly int[]?[] _sources; // for each input where its elements stand; null: in the output's places
    private readonly bool _isLayer; // layers heed masks, operations on symbols don't

    public MergeProgram(ProgramContext context, MergeOperation operation, bool isLayer) : base(context)
    {
        (_operation, _isLayer) = (operation, isLayer);
        LaneShape output = context.Outputs[0];
        _sources = [.. context.Inputs.Select(input => input.Dimensions.SequenceEqual(output.Dimensions) ? null : Broadcast.Sources(input.Dimensions, output.Dimensions))];
    }

    private LaneShape Shape => Context.Outputs[0];

    public override Frame CreateFrame(Arena arena)
    {
        long size = LaneTensor.SizeOf(Shape);
        return new MergeFrame(Context.NewOutput(arena))
        {
            Masks = _isLayer ? arena.Allocate((long)Shape.Steps * BatchGroup.MaxLanes) : default,
            Stretched = [.. _sources.Select(sources => sources is null && !NeedsCopy ? default : arena.Allocate(size))],
            Gradient = Context.IsTraining ? arena.Allocate(size) : default,
            Partial = Context.IsTraining && _operation is MergeOperation.Maximum or MergeOperation.Minimum ? arena.Allocate(size) : default,
        };
    }

    /// <summary>
    /// What stands for a masked value, so that it changes nothing: 1 in a product, what is never taken among the largest and
    /// the smallest. Null: the value itself, whether masked or not.
    /// </summary>
    private float? Stand => !_isLayer ? null : _operation switch
    {
        MergeOperation.Multiply => 1f,
        MergeOperation.Maximum => float.NegativeInfinity,
        MergeOperation.Minimum => float.PositiveInfinity,
        _ => null,
    };

    private bool NeedsCopy => Stand is not null;

    public override void Forward(Frame frame, BatchGroup group)
    {
        var own = (MergeFrame)frame;
        int size = Size(group);
        if (_isLayer) SetMask(own, group);
        for (int i = 0; i < own.Inputs.Length; i++) own.Values[i] = Value(own, i, group);
        Span<float> output = own.Output.Value.Span[..size];
        own.Values[0].Span[..size].CopyTo(output);
        for (int i = 1; i < own.Inputs.Length; i++)
        {
            ReadOnlySpan<float> value = own.Values[i].Span[..size];
            switch (_operation)
            {
                case MergeOperation.Subtract: TensorPrimitives.Subtract(output, value, output); break;
                case MergeOperation.Multiply: TensorPrimitives.Multiply(output, value, output); break;
                case MergeOperation.Divide: TensorPrimitives.Divide(output, value, output); break;
                case MergeOperation.Maximum: Choose(output, value, larger: true); break;
                case MergeOperation.Minimum: Choose(output, value, larger: false); break;
                default: TensorPrimitives.Add(output, value, output); break;
            }
        }

        if (_operation == MergeOperation.Average) TensorPrimitives.Divide(output, own.Inputs.Length, output);
        if (_isLayer && _operation == MergeOperation.Multiply && !own.Output.Mask.IsEmpty) Replace(own.Output.Value, own.Output.Mask, group.Lanes, 0f);
    }

    public override void Backward(Frame frame, BatchGroup group)
    {
        var own = (MergeFrame)frame;
        int size = Size(group);
        for (int i = 0; i < own.Inputs.Length; i++)
        {
            if (!Context.InputGradients[i]) continue;
            Span<float> gradient = own.Gradient.Span[..size];
            SetGradient(own, i, gradient, size);
            if (_isLayer && _operation == MergeOperation.Multiply)
            {
                if (!own.Output.Mask.IsEmpty) Replace(own.Gradient, own.Output.Mask, group.Lanes, 0f);
                if (!own.Inputs[i].Mask.IsEmpty && own.Inputs[i].Shape.Steps == Shape.Steps) Replace(own.Gradient, own.Inputs[i].Mask, group.Lanes, 0f);
            }

            Span<float> target = own.Inputs[i].Gradient.Span;
            if (_sources[i] is not { } sources)
            {
                gradient.CopyTo(target);
                continue;
            }

            // What was repeated has the sum of the gradients of all its places.
            int features = own.Inputs[i].Shape.Features;
            target[..RecurrentSequence.Extent(own.Inputs[i].Shape.Steps, features, group.Lanes)].Clear();
            for (int e = 0; e < sources.Length; e++)
            {
                Span<float> sum = target.Slice(LaneOffset.Of(sources[e], features, group.Lanes), group.Lanes);
                TensorPrimitives.Add(sum, gradient.Slice(LaneOffset.Of(e, Shape.Features, group.Lanes), group.Lanes), sum);
            }
        }
    }

    /// <summary>The gradient at one of the stretched inputs.</summary>
    private void SetGradient(MergeFrame own, int index, Span<float> gradient, int size)
    {
        ReadOnlySpan<float> above = own.Output.Gradient.Span[..size];
        above.CopyTo(gradient);
        switch (_operation)
        {
            case MergeOperation.Subtract when index == 1:
                TensorPrimitives.Negate(gradient, gradient);
                break;
            case MergeOperation.Average:
                TensorPrimitives.Divide(gradient, own.Inputs.Length, gradient);
                break;
            case MergeOperation.Multiply:
                for (int i = 0; i < own.Inputs.Length; i++)
                    if (i != index) TensorPrimitives.Multiply(gradient, own.Values[i].Span[..size], gradient);
                break;
            case MergeOperation.Divide:
                TensorPrimitives.Divide(gradient, own.Values[1].Span[..size], gradient);
                if (index == 1)
                {
                    TensorPrimitives.Multiply(gradient, own.Output.Value.Span[..size], gradient);
                    TensorPrimitives.Negate(gradient, gradient);
                }

                break;
            case MergeOperation.Maximum:
            case MergeOperation.Minimum:
                Share(own, index, gradient, size);
                break;
        }
    }

    /// <summary>Pair by pair from the left: the gradient goes to the one that was taken, half to each of two that tie.</summary>
    private void Share(MergeFrame own, int index, Span<float> gradient, int size)
    {
        Span<float> partial = own.Partial.Span[..size];
        bool larger = _operation == MergeOperation.Maximum;
        for (int i = own.Inputs.Length - 1; i >= Math.Max(1, index); i--)
        {
            own.Values[0].Span[..size].CopyTo(partial);
            for (int j = 1; j < i; j++) Choose(partial, own.Values[j].Span[..size], larger);
            ReadOnlySpan<float> value = own.Values[i].Span[..size];
            bool isOwn = i == index;
            for (int k = 0; k < size; k++)
            {
                float left = partial[k], right = value[k];
                bool takesRight = larger ? right > left : right < left;
                gradient[k] *= left == right ? 0.5f : takesRight == isOwn ? 1f : 0f;
            }
        }
    }

    private static void Choose(Span<float> result, ReadOnlySpan<float> value, bool larger)
    {
        for (int k = 0; k < result.Length; k++)
            if (larger ? value[k] > result[k] : value[k] < result[k]) result[k] = value[k];
    }

    private Block Value(MergeFrame own, int index, BatchGroup group)
    {
        LaneTensor input = own.Inputs[index];
        Block stretched = own.Stretched[index];
        if (stretched.IsEmpty) return input.Value;
        if (_sources[index] is { } sources)
        {
            for (int e = 0; e < sources.Length; e++)
            {
                input.Value.Span.Slice(LaneOffset.Of(sources[e], input.Shape.Features, group.Lanes), group.Lanes)
                    .CopyTo(stretched.Span[LaneOffset.Of(e, Shape.Features, group.Lanes)..]);
            }
        }
        else
        {
            input.Value.Span[..Size(group)].CopyTo(stretched.Span);
        }

        // Where nothing counts, the largest and the smallest are the first one's, as in Keras.
        if (Stand is { } stand && !input.Mask.IsEmpty && input.Shape.Steps == Shape.Steps)
            Replace(stretched, input.Mask, group.Lanes, stand, index == 0 && _operation != MergeOperation.Multiply ? own.Output.Mask : default);
        return stretched;
    }

    /// <summary>A step counts if it counts for one of the inputs; if one of them has no mask, there is none.</summary>
    private void SetMask(MergeFrame own, BatchGroup group)
    {
        own.Output.Mask = default;
        foreach (LaneTensor input in own.Inputs)
            if (input.Mask.IsEmpty || input.Shape.Steps != Shape.Steps) return;
        int size = Shape.Steps * group.Lanes;
        Span<float> mask = own.Masks.Span[..size];
        own.Inputs[0].Mask.Span[..size].CopyTo(mask);
        for (int i = 1; i < own.Inputs.Length; i++)
        {
            ReadOnlySpan<float> other = own.Inputs[i].Mask.Span;
            for (int k = 0; k < size; k++)
                if (other[k] != 0) mask[k] = 1;
        }

        own.Output.Mask = own.Masks;
    }

    /// <summary>Replaces what is masked; of that only what counts in a second mask, if there is one.</summary>
    private void Replace(Block values, Block mask, int lanes, float replacement, Block second = default)
    {
        for (int t = 0; t < Shape.Steps; t++)
        {
            ReadOnlySpan<float> counts = mask.Span.Slice(t * lanes, lanes), also = second.IsEmpty ? default : second.Span.Slice(t * lanes, lanes);
            Span<float> step = LaneTensor.Step(values, t, Shape.Features, lanes);
            for (int k = 0; k < step.Length; k++)
                if (counts[k % lanes] == 0 && (also.IsEmpty || also[k % lanes] != 0)) step[k] = replacement;
        }
    }

    private int Size(BatchGroup group) => RecurrentSequence.Extent(Shape.Steps, Shape.Features, group.Lanes);

    private sealed class MergeFrame(LaneTensor output) : Frame(output)
    {
        public Block Masks { get; init; }

        /// <summary>Copies of inputs that are stretched or changed.</summary>
        public required Block[] Stretched { get; init; }

        /// <summary>What is merged: the inputs themselves or their copies.</summary>
        public Block[] Values => field ??= new Block[Stretched.Length];

        public Block Gradient { get; init; }

        public Block Partial { get; init; }
    }
}
