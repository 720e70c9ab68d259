using Unroll.Configuration;

namespace Unroll.Constraints;

/// <summary>
/// What a weight is made to fulfil after every training step; first values are left alone. Converts from Keras' names:
/// <c>KernelConstraint = "max_norm"</c>, also with arguments, <c>"max_norm(3)"</c>. One of your own overrides <see cref="Apply"/>.
/// </summary>
public abstract class Constraint : ConfigurableValue
{
    /// <summary>All constraints that are known by name.</summary>
    public static Catalog<Constraint> Catalog => ConstraintCatalog.Instance;

    /// <summary>The constraint of that name, with default arguments or those in parentheses.</summary>
    /// <exception cref="ArgumentException">There is none of that name, or an argument is wrong.</exception>
    public static implicit operator Constraint(string name) => FromName(name);

    /// <summary>The constraint of that name, with default arguments or those in parentheses.</summary>
    /// <exception cref="ArgumentException">There is none of that name, or an argument is wrong; the message lists what there is.</exception>
    public static Constraint FromName(string name) => Catalog.Create(name);

    /// <summary>Refuses weights that the constraint can't work on; called once, before training.</summary>
    /// <param name="weight">The weight's name, for the message.</param>
    /// <param name="shape">Sizes of all dimensions.</param>
    /// <exception cref="ArgumentException">The constraint can't work on that shape.</exception>
    public virtual void Check(string weight, ReadOnlySpan<int> shape)
    {
    }

    /// <summary>Makes the weight fulfil the constraint.</summary>
    /// <param name="weights">All values, row-major.</param>
    /// <param name="shape">Sizes of all dimensions.</param>
    public abstract void Apply(Span<float> weights, ReadOnlySpan<int> shape);
}

/// <summary>Negative weights become 0.</summary>
public sealed class NonNeg : Constraint
{
    internal static Registration<Constraint> Registration { get; } =
        new Registration<Constraint, NonNeg>("NonNeg") { Aliases = ["non_negative"], Make = _ => new NonNeg() };

    /// <inheritdoc/>
    public override void Apply(Span<float> weights, ReadOnlySpan<int> shape)
    {
        foreach (ref float weight in weights)
        {
            if (weight < 0) weight = 0;
        }
    }
}
