using Unroll.Activations;
using Unroll.Kernels.Activation;

namespace Unroll.Formulas;

/// <summary>The functions of formulas over <see cref="Value"/>. But for sums and means they work feature by feature.</summary>
public static class Formula
{
    /// <summary>1 / (1 + e^−x).</summary>
    public static Value Sigmoid(Value x) => Value.Function(ValueKind.Sigmoid, x);

    /// <summary>Hyperbolic tangent.</summary>
    public static Value Tanh(Value x) => Value.Function(ValueKind.Tanh, x);

    /// <summary>max(x, 0); its slope at 0 is 0.</summary>
    public static Value Relu(Value x) => Value.Function(ValueKind.Relu, x);

    /// <summary>relu6(x + 3) / 6, as in Keras 3.</summary>
    public static Value HardSigmoid(Value x) => Value.Function(ValueKind.HardSigmoid, x);

    /// <summary>x / (1 + |x|).</summary>
    public static Value Softsign(Value x) => Value.Function(ValueKind.Softsign, x);

    /// <summary>ln(1 + e^x).</summary>
    public static Value Softplus(Value x) => Value.Function(ValueKind.Softplus, x);

    /// <summary>e^x.</summary>
    public static Value Exp(Value x) => Value.Function(ValueKind.Exp, x);

    /// <summary>Natural logarithm; −∞ at 0, NaN below.</summary>
    public static Value Log(Value x) => Value.Function(ValueKind.Log, x);

    /// <summary>Square root; its slope at 0 is infinite: add a small number before.</summary>
    public static Value Sqrt(Value x) => Value.Function(ValueKind.Sqrt, x);

    /// <summary>x².</summary>
    public static Value Square(Value x) => Value.Function(ValueKind.Square, x);

    /// <summary>|x|; its slope at 0 is 0.</summary>
    public static Value Abs(Value x) => Value.Function(ValueKind.Abs, x);

    /// <summary>The smaller of two; the gradient goes to the first where they are equal.</summary>
    public static Value Min(Value a, Value b) => Value.Both(ValueKind.Minimum, "Min", a, b);

    /// <summary>The larger of two; the gradient goes to the first where they are equal.</summary>
    public static Value Max(Value a, Value b) => Value.Both(ValueKind.Maximum, "Max", a, b);

    /// <summary>Sum over the features: one feature, which goes with every feature of another value.</summary>
    public static Value Sum(Value x) => Value.OneFeature(ValueKind.Sum, x);

    /// <summary>Mean over the features: one feature, which goes with every feature of another value.</summary>
    public static Value Mean(Value x) => Value.OneFeature(ValueKind.Mean, x);

    /// <summary>The features of all values, one value after the other.</summary>
    /// <exception cref="ArgumentException">There is no value.</exception>
    public static Value Concat(params Value[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return Value.Concat([.. values]);
    }

    /// <summary>Some neighbouring features.</summary>
    /// <param name="x">Value.</param>
    /// <param name="first">First feature, from 0.</param>
    /// <param name="count">Number of features.</param>
    /// <exception cref="ArgumentException">The value has no such features.</exception>
    public static Value Slice(Value x, int first, int count) => Value.Slice(x, first, count);

    /// <summary>Equal parts of a value, in order: gates that one matrix computes side by side.</summary>
    /// <exception cref="ArgumentException">The number of features is no multiple of <paramref name="parts"/>.</exception>
    public static Values Split(Value x, int parts)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (parts < 1 || x.Features % parts != 0)
            throw new ArgumentException($"'{x}' has {x.Features} features, which {parts} parts cannot share equally.", nameof(parts));
        int count = x.Features / parts;
        return Values.Create([.. Enumerable.Range(0, parts).Select(part => Slice(x, part * count, count))]);
    }

    /// <summary>An activation: by name, <c>Activate("gelu", x)</c>, or one of your own.</summary>
    /// <exception cref="ArgumentException">As many features don't come out as go in: glu.</exception>
    public static Value Activate(Activation activation, Value x)
    {
        ArgumentNullException.ThrowIfNull(activation);
        ArgumentNullException.ThrowIfNull(x);
        return activation.Kind switch
        {
            ActivationKind.Linear => x,
            ActivationKind.Tanh => Tanh(x),
            ActivationKind.Sigmoid => Sigmoid(x),
            ActivationKind.Relu => Relu(x),
            ActivationKind.HardSigmoid => HardSigmoid(x),
            ActivationKind.HardSigmoidKeras2 => Value.Function(ValueKind.HardSigmoidKeras2, x),
            ActivationKind.Softsign => Softsign(x),
            _ when activation.KeepsCount => Value.Function(activation, x),
            _ => throw new ArgumentException($"The activation '{activation.Name}' does not put out as many features as go in; write it out, with Split.", nameof(activation)),
        };
    }
}
