using Unroll.Kernels.Memory;

namespace Unroll.Optimizers;

/// <summary>One weight at one training step, as an optimizer sees it.</summary>
public readonly ref struct WeightUpdate
{
    private readonly ReadOnlySpan<Block> _slots;

    internal WeightUpdate(
        string path, Span<float> weights, ReadOnlySpan<float> gradient, ReadOnlySpan<int> shape, ReadOnlySpan<Block> slots, long iteration, double learningRate)
    {
        Path = path;
        Weights = weights;
        Gradient = gradient;
        Shape = shape;
        (Iteration, LearningRate) = (iteration, learningRate);
        _slots = slots;
    }

    /// <summary>Names of layer and weight, <c>dense/kernel</c>.</summary>
    public string Path { get; }

    /// <summary>The values, row-major, to be changed.</summary>
    public Span<float> Weights { get; }

    /// <summary>The loss's slope at every value, regularizers and clipping included.</summary>
    public ReadOnlySpan<float> Gradient { get; }

    /// <summary>Sizes of all dimensions.</summary>
    public ReadOnlySpan<int> Shape { get; }

    /// <summary>Steps done so far, this one included: 1, 2, ….</summary>
    public long Iteration { get; }

    /// <summary>The learning rate of this step.</summary>
    public double LearningRate { get; }

    /// <summary>One of the <see cref="Optimizer.SlotCount"/> arrays that the optimizer keeps for the weight, one number per value.</summary>
    /// <exception cref="IndexOutOfRangeException">There are not so many.</exception>
    public Span<float> Slot(int index) => _slots[index].Span[..Weights.Length];
}
