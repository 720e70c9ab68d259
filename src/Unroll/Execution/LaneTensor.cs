using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;

namespace Unroll.Execution;

/// <summary>
/// What flows along one edge of the graph, for one group of rows: <c>[time][feature][lanes]</c> with the strides of
/// <see cref="RecurrentSequence"/>, with the gradient that flows back and the mask that goes with it.
/// </summary>
internal sealed class LaneTensor
{
    private readonly LaneTensor? _source;
    private Block _value, _mask;

    /// <param name="shape">Its shape for one row.</param>
    public LaneTensor(LaneShape shape) => Shape = shape;

    private LaneTensor(LaneTensor source, Arena arena)
    {
        (_source, Shape) = (source, source.Shape);
        Gradient = arena.Allocate(source.Gradient.Length);
    }

    public LaneShape Shape { get; }

    /// <summary>All steps; set by the program that puts it out, which may point to memory of its own or of another tensor.</summary>
    public Block Value
    {
        get => _source is null ? _value : _source.Value;
        set => _value = value;
    }

    /// <summary>Gradient at <see cref="Value"/>; empty where nobody asks for one.</summary>
    public Block Gradient { get; set; }

    /// <summary>[time][lanes] of 1 and 0; empty without a mask.</summary>
    public Block Mask
    {
        get => _source is null ? _mask : _source.Mask;
        set => _mask = value;
    }

    /// <summary>Token ids [lanes][time] of a model's input; empty for real values.</summary>
    public int[] Ids { get; init; } = [];

    /// <summary>Ids as the layer that takes them sees them.</summary>
    public ReadOnlySpan<int> AllIds => (_source ?? this).Ids;

    /// <summary>Floats that a tensor of this shape takes in the lanes of a full group.</summary>
    public static long SizeOf(LaneShape shape) => (long)shape.Steps * RecurrentSequence.Stride(shape.Features, BatchGroup.MaxLanes);

    /// <summary>The same tensor for a further reader, with a gradient of its own that <see cref="AddToSource"/> adds afterwards.</summary>
    public LaneTensor ForFurtherReader(Arena arena) => new(this, arena);

    /// <summary>Adds this reader's gradient to that of the tensor.</summary>
    /// <param name="lanes">Lanes of the group.</param>
    public void AddToSource(int lanes)
    {
        int size = RecurrentSequence.Extent(Shape.Steps, Shape.Features, lanes);
        Span<float> sum = _source!.Gradient.Span[..size];
        TensorPrimitives.Add(sum, Gradient.Span[..size], sum);
    }

    /// <summary>One step's features.</summary>
    public static Span<float> Step(Block block, int step, int features, int lanes) =>
        block.Span.Slice(step * RecurrentSequence.Stride(features, lanes), features * lanes);

    /// <summary>The same in vectors, a whole number of them, since lanes come in chunks. For what treats every number by itself, so that the width changes nothing.</summary>
    public static Span<Vector<float>> StepVectors(Block block, int step, int features, int lanes) =>
        MemoryMarshal.Cast<float, Vector<float>>(Step(block, step, features, lanes));

    /// <summary>The mask of one step in vectors; empty without a mask.</summary>
    public ReadOnlySpan<Vector<float>> MaskVectors(int step, int lanes) => MemoryMarshal.Cast<float, Vector<float>>(MaskOf(step, lanes));

    /// <summary>The mask of one step; empty without a mask.</summary>
    public ReadOnlySpan<float> MaskOf(int step, int lanes) => Mask.IsEmpty ? default : Mask.Span.Slice(step * lanes, lanes);
}

/// <summary>A call of a layer at work on one group of rows: what goes in, what comes out, and its working memory.</summary>
internal class Frame
{
    /// <param name="outputs">Made by the program.</param>
    public Frame(params LaneTensor[] outputs) => Outputs = outputs;

    public LaneTensor[] Inputs { get; private set; } = [];

    public LaneTensor[] Outputs { get; }

    /// <summary>The first input.</summary>
    public LaneTensor Input => Inputs[0];

    /// <summary>The first output.</summary>
    public LaneTensor Output => Outputs[0];

    /// <summary>Connects the frame with what goes in.</summary>
    public virtual void Bind(LaneTensor[] inputs, Arena arena) => Inputs = inputs;
}
