using Unroll.Configuration;
using Unroll.Kernels.Activation;

namespace Unroll.Activations;

/// <summary>An activation function by its Keras name. Converts from a string: <c>activation: "sigmoid"</c>.</summary>
public sealed record Activation
{
    private Activation(string name, ActivationKind kind) => (Name, Kind) = (name, kind);

    /// <summary>y = x.</summary>
    public static Activation Linear { get; } = new("linear", ActivationKind.Linear);

    /// <summary>Hyperbolic tangent.</summary>
    public static Activation Tanh { get; } = new("tanh", ActivationKind.Tanh);

    /// <summary>1 / (1 + e^−x).</summary>
    public static Activation Sigmoid { get; } = new("sigmoid", ActivationKind.Sigmoid);

    /// <summary>max(x, 0).</summary>
    public static Activation Relu { get; } = new("relu", ActivationKind.Relu);

    /// <summary>relu6(x + 3) / 6, as in Keras 3.</summary>
    public static Activation HardSigmoid { get; } = new("hard_sigmoid", ActivationKind.HardSigmoid);

    /// <summary>0.2·x + 0.5 clipped to 0 … 1: what Keras 2 called <c>hard_sigmoid</c>. Files of Keras 2 are read so; Keras 3 has no name for it.</summary>
    public static Activation HardSigmoidKeras2 { get; } = new("hard_sigmoid_keras2", ActivationKind.HardSigmoidKeras2);

    /// <summary>x / (1 + |x|).</summary>
    public static Activation Softsign { get; } = new("softsign", ActivationKind.Softsign);

    /// <summary>e^x / Σ e^x over the outputs; for a Dense layer.</summary>
    public static Activation Softmax { get; } = new("softmax", ActivationKind.Softmax);

    /// <summary>All activations that there are.</summary>
    public static IReadOnlyList<Activation> All { get; } = [Linear, Tanh, Sigmoid, Relu, HardSigmoid, HardSigmoidKeras2, Softsign, Softmax];

    /// <summary>Keras' name.</summary>
    public string Name { get; }

    internal ActivationKind Kind { get; }

    /// <summary>The activation of that name.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists what there is.</exception>
    public static implicit operator Activation(string name) => FromName(name);

    /// <summary>The activation of that name, without regard to case and underscores.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists what there is.</exception>
    public static Activation FromName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        foreach (Activation activation in All)
        {
            if (NameMatching.Comparer.Equals(activation.Name, name)) return activation;
        }

        throw new ArgumentException(
            $"Activation '{name}' is unknown{NameMatching.Suggestion(name, [.. All.Select(activation => activation.Name)])}", nameof(name));
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
