using Unroll.Configuration;
using Unroll.Kernels.Activation;

namespace Unroll.Activations;

/// <summary>
/// An activation function by its Keras name. Converts from a string: <c>Activation = "sigmoid"</c>. One of your own overrides
/// <see cref="Apply"/> and <see cref="Differentiate"/>, which layers call from several threads at a time.
/// </summary>
public abstract class Activation : ConfigurableValue
{
    /// <summary>All activations that are known by name.</summary>
    public static Catalog<Activation> Catalog => ActivationCatalog.Instance;

    /// <summary>y = x.</summary>
    public static Activation Linear { get; } = new FusedActivation("linear", ActivationKind.Linear);

    /// <summary>Hyperbolic tangent.</summary>
    public static Activation Tanh { get; } = new FusedActivation("tanh", ActivationKind.Tanh);

    /// <summary>1 / (1 + e^−x).</summary>
    public static Activation Sigmoid { get; } = new FusedActivation("sigmoid", ActivationKind.Sigmoid);

    /// <summary>max(x, 0).</summary>
    public static Activation Relu { get; } = new FusedActivation("relu", ActivationKind.Relu);

    /// <summary>relu6(x + 3) / 6, as in Keras 3.</summary>
    public static Activation HardSigmoid { get; } = new FusedActivation("hard_sigmoid", ActivationKind.HardSigmoid);

    /// <summary>0.2·x + 0.5 clipped to 0 … 1: what Keras 2 called <c>hard_sigmoid</c>. Files of Keras 2 are read so; Keras 3 has no name for it.</summary>
    public static Activation HardSigmoidKeras2 { get; } = new FusedActivation("hard_sigmoid_keras2", ActivationKind.HardSigmoidKeras2);

    /// <summary>x / (1 + |x|).</summary>
    public static Activation Softsign { get; } = new FusedActivation("softsign", ActivationKind.Softsign);

    /// <summary>e^x / Σ e^x over the outputs.</summary>
    public static Activation Softmax { get; } = new FusedActivation("softmax", ActivationKind.Softmax);

    /// <summary>Those that recurrent and dense kernels compute by themselves.</summary>
    internal static IReadOnlyList<Activation> Fused { get; } = [Linear, Tanh, Sigmoid, Relu, HardSigmoid, HardSigmoidKeras2, Softsign, Softmax];

    /// <summary>Keras' name; for one of your own, unless overridden, the class's name in snake case.</summary>
    public virtual string Name => SnakeCase.Of(GetType().Name);

    /// <summary>True if recurrent and dense kernels compute it by themselves.</summary>
    internal bool IsFused => Kind is not null;

    /// <summary>The kernels' name of the activation; null: they don't have it, and it is computed by <see cref="Apply"/>.</summary>
    internal virtual ActivationKind? Kind => null;

    /// <summary>True if as many values come out as go in.</summary>
    internal bool KeepsCount => CountOutputs(2) == 2;

    /// <summary>The activation of that name, with default arguments or those in parentheses.</summary>
    /// <exception cref="ArgumentException">There is none of that name, or an argument is wrong.</exception>
    public static implicit operator Activation(string name) => FromName(name);

    /// <summary>The activation of that name, without regard to case and underscores, with default arguments or those in parentheses.</summary>
    /// <exception cref="ArgumentException">There is none of that name, or an argument is wrong; the message lists what there is.</exception>
    public static Activation FromName(string name) => Catalog.Create(name);

    /// <summary>How many values come out.</summary>
    /// <exception cref="ArgumentException">The activation can't work on that many.</exception>
    internal virtual int CountOutputs(int inputs) => inputs;

    /// <summary>y = f(x) for the values of one sample at one time step.</summary>
    /// <param name="x">What comes in.</param>
    /// <param name="y">What comes out, one per value.</param>
    public abstract void Apply(ReadOnlySpan<float> x, Span<float> y);

    /// <summary>The gradient at what comes in.</summary>
    /// <param name="x">What came in.</param>
    /// <param name="y">What came out.</param>
    /// <param name="dy">The gradient at what came out.</param>
    /// <param name="dx">The gradient at what came in; for a function element by element <c>dy · f′(x)</c>.</param>
    public abstract void Differentiate(ReadOnlySpan<float> x, ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx);

    /// <inheritdoc/>
    public override string ToString() => ActivationCatalog.Describe(this);
}
