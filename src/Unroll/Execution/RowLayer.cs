using Unroll.Kernels.Memory;
using Unroll.Kernels.Recurrent;
using Unroll.Kernels.Simd;

namespace Unroll.Execution;

/// <summary>What flows along an edge when single rows are predicted: features in the lanes, <c>[time][features, padded to 16]</c>.</summary>
/// <param name="shape">Its shape.</param>
internal sealed class RowTensor(LaneShape shape)
{
    public LaneShape Shape => shape;

    /// <summary>Floats from one step to the next.</summary>
    public int Stride { get; } = RowSequence.Padded(shape.Features);

    public Block Value { get; set; }

    /// <summary>[time] of 1 and 0; empty without a mask.</summary>
    public Block Mask { get; set; }

    /// <summary>The row's token ids, if it is a model's input that holds ids.</summary>
    public ReadOnlyMemory<int> Ids { get; set; }

    /// <summary>A tensor with memory of its own.</summary>
    public static RowTensor Allocate(Arena arena, LaneShape shape)
    {
        var tensor = new RowTensor(shape);
        tensor.Value = arena.Allocate((long)shape.Steps * tensor.Stride);
        return tensor;
    }
}

/// <summary>What a call of a layer needs to know to prepare for predictions of single rows.</summary>
/// <param name="Arena">Memory that lives as long as the form.</param>
/// <param name="Width">Vector width of the kernels.</param>
/// <param name="Inputs">What goes in.</param>
/// <param name="Outputs">Shapes that go out.</param>
internal sealed record RowContext(Arena Arena, VectorWidth Width, IReadOnlyList<RowTensor> Inputs, IReadOnlyList<LaneShape> Outputs)
{
    /// <summary>The first input.</summary>
    public RowTensor Input => Inputs[0];

    /// <summary>Time steps of the first input; 1 without time.</summary>
    public int Steps => Input.Shape.Steps;

    /// <summary>Features per step of the first input.</summary>
    public int Features => Input.Shape.Features;
}

/// <summary>
/// A call of a layer in the form that predicts one row of a batch. Sums have the order of <see cref="LayerProgram"/>, so
/// both forms give the same bits.
/// </summary>
internal abstract class RowLayer(params RowTensor[] outputs)
{
    public RowTensor[] Outputs => outputs;

    /// <summary>The first output.</summary>
    public RowTensor Output => outputs[0];

    /// <summary>Takes over the weights as they are now.</summary>
    public virtual void Prepare()
    {
    }

    /// <summary>Computes the outputs from what goes in.</summary>
    public abstract void Run();
}
