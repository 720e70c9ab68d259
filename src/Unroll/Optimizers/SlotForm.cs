namespace Unroll.Optimizers;

/// <summary>What an optimizer knows of a weight before the first step.</summary>
/// <param name="Path">Names of layer and weight, <c>dense/kernel</c>.</param>
/// <param name="Shape">Sizes of all dimensions.</param>
internal readonly record struct WeightForm(string Path, int[] Shape)
{
    /// <summary>Number of values.</summary>
    public int Count => Shape.Aggregate(1, (product, size) => product * size);
}

/// <summary>One of the arrays that an optimizer keeps for a weight.</summary>
/// <param name="Shape">Sizes of all dimensions.</param>
/// <param name="First">Value before the first step.</param>
/// <param name="IsPlaceholder">True if nothing is kept, though Keras' files have a whole number 0 there.</param>
internal readonly record struct SlotForm(IReadOnlyList<int> Shape, double First = 0, bool IsPlaceholder = false)
{
    /// <summary>A number in files that stands for nothing.</summary>
    public static SlotForm Placeholder { get; } = new([], IsPlaceholder: true);

    /// <summary>Number of values.</summary>
    public int Count => Shape.Aggregate(1, (product, size) => product * size);
}

/// <summary>One of an optimizer's arrays as files hold it.</summary>
/// <param name="Form">Its shape.</param>
/// <param name="Value">Its values, with zeros or anything behind them; nothing for a placeholder.</param>
internal readonly record struct OptimizerVariable(SlotForm Form, Kernels.Memory.Block Value);
