using Unroll.Configuration;
using Unroll.Kernels.Memory;
using Unroll.Kernels.Simd;

namespace Unroll.Regularizers;

/// <summary>
/// What a weight adds to the loss, in training and in evaluation. Converts from Keras' names: <c>KernelRegularizer = "l2"</c>,
/// also with arguments, <c>"l2(0.001)"</c>. One of your own overrides <see cref="Penalty(ReadOnlySpan{float}, ReadOnlySpan{int})"/> and
/// <see cref="AddGradient(ReadOnlySpan{float}, ReadOnlySpan{int}, Span{float})"/>.
/// </summary>
public abstract class Regularizer : ConfigurableValue
{
    /// <summary>All regularizers that are known by name.</summary>
    public static Catalog<Regularizer> Catalog => RegularizerCatalog.Instance;

    /// <summary>The regularizer of that name, with default arguments or those in parentheses.</summary>
    /// <exception cref="ArgumentException">There is none of that name, or an argument is wrong.</exception>
    public static implicit operator Regularizer(string name) => FromName(name);

    /// <summary>The regularizer of that name, with default arguments or those in parentheses.</summary>
    /// <exception cref="ArgumentException">There is none of that name, or an argument is wrong; the message lists what there is.</exception>
    public static Regularizer FromName(string name) => Catalog.Create(name);

    /// <summary>What the weight adds to the loss.</summary>
    /// <param name="weights">All values, row-major.</param>
    /// <param name="shape">Sizes of all dimensions.</param>
    public abstract double Penalty(ReadOnlySpan<float> weights, ReadOnlySpan<int> shape);

    /// <summary>Adds the penalty's gradient to the weight's.</summary>
    /// <param name="weights">All values, row-major.</param>
    /// <param name="shape">Sizes of all dimensions.</param>
    /// <param name="gradient">What the penalty's slope is added to, one per value.</param>
    public abstract void AddGradient(ReadOnlySpan<float> weights, ReadOnlySpan<int> shape, Span<float> gradient);

    /// <summary>The penalty of a weight that has zeros behind it, up to whole vectors.</summary>
    internal virtual double Penalty(Block weights, int count, ReadOnlySpan<int> shape) => Penalty(weights.Span[..count], shape);

    /// <summary>Adds the gradient to that of a weight that has zeros behind it.</summary>
    internal virtual void AddGradient(VectorWidth width, Block gradient, Block weights, int count, ReadOnlySpan<int> shape) =>
        AddGradient(weights.Span[..count], shape, gradient.Span[..count]);
}
