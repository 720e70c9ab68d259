using Unroll.Configuration;

namespace Unroll.Losses;

/// <summary>
/// What training makes small, by its Keras name. Converts from a string: <c>loss: "binary_crossentropy"</c>. The loss of a
/// batch is the mean over its rows (and time steps, if the output has them), each multiplied by its sample weight. One of
/// your own overrides <see cref="Evaluate(ReadOnlySpan{float}, ReadOnlySpan{float}, Span{double})"/>; if it is a mean over the
/// outputs, <see cref="ElementwiseLoss"/> is simpler.
/// </summary>
public abstract class Loss : Configurable
{
    /// <summary>All losses that are known by name.</summary>
    public static Catalog<Loss> Catalog => LossCatalog.Instance;

    /// <summary>What Keras writes first for every loss: the beginning of a registration's arguments.</summary>
    public static IReadOnlyList<Argument> CommonArguments { get; } =
        [Argument.Shown<Loss>("name", loss => loss.Name), Argument.Fixed("reduction", "sum_over_batch_size")];

    /// <summary>Keras' name; for one of your own, unless overridden, the class's name in snake case.</summary>
    public virtual string Name => SnakeCase.Of(GetType().Name);

    /// <summary>True if a target is the number of the right class, false if it has a value for every output.</summary>
    public virtual bool TakesClassIds => false;

    /// <summary>The smallest and the largest target that make sense. Others are refused before anything is computed.</summary>
    public virtual (float Least, float Most) TargetRange => (float.MinValue, float.MaxValue);

    /// <summary>What messages advise about targets outside of <see cref="TargetRange"/>; empty: nothing.</summary>
    public virtual string TargetAdvice => "";

    /// <summary>
    /// The activation that the loss takes over if it is the last layer's: it is then fed logits. That is exact where
    /// probabilities would round to 0 or 1, and the gradient at the logit is simply p − y. Null: none.
    /// </summary>
    internal virtual string? FusedActivation => null;

    /// <summary>The loss of that name, with default arguments or those in parentheses.</summary>
    /// <exception cref="ArgumentException">There is none, or an argument is wrong; the message lists what there is.</exception>
    public static implicit operator Loss(string name) => FromName(name);

    /// <summary>The loss of that name, without regard to case and underscores, with default arguments or those in parentheses.</summary>
    /// <exception cref="ArgumentException">There is none, or an argument is wrong; the message lists what there is.</exception>
    public static Loss FromName(string name) => Catalog.Create(name);

    /// <summary>The loss of one row at one time step.</summary>
    /// <param name="output">What the model puts out.</param>
    /// <param name="target">What it should be: one value per output, or the number of the class if <see cref="TakesClassIds"/>.</param>
    /// <param name="gradient">The slope of the loss at every output, to be set.</param>
    public abstract double Evaluate(ReadOnlySpan<float> output, ReadOnlySpan<float> target, Span<double> gradient);

    /// <summary>The loss of one row at one time step.</summary>
    /// <param name="output">What came out: logits if the loss took over the activation.</param>
    /// <param name="target">What it should be.</param>
    /// <param name="isFused">Whether the loss took over the activation.</param>
    /// <param name="prediction">What metrics see, one per output.</param>
    /// <param name="gradient">The gradient at what came in, one per output.</param>
    internal virtual double Evaluate(
        ReadOnlySpan<float> output, ReadOnlySpan<float> target, bool isFused, Span<float> prediction, Span<double> gradient)
    {
        output.CopyTo(prediction);
        return Evaluate(output, target, gradient);
    }
}
