using Unroll.Configuration;

namespace Unroll.Constraints;

/// <summary>
/// What a weight is made to fulfil after every training step; first values are left alone. Converts from Keras' names:
/// <c>kernelConstraint: "max_norm"</c>, also with arguments, <c>"max_norm(3)"</c>.
/// </summary>
public abstract record Constraint
{
    /// <summary>The constraint of that name.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static implicit operator Constraint(string name) => FromName(name);

    /// <summary>The constraint of that name, with default arguments or those in parentheses.</summary>
    /// <exception cref="ArgumentException">There is none of that name, or an argument is wrong; the message lists what there is.</exception>
    public static Constraint FromName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        try
        {
            return Registry.Constraints.Create(ObjectConfig.Parse(name));
        }
        catch (FormatException exception)
        {
            throw new ArgumentException(exception.Message, nameof(name), exception);
        }
    }

    /// <summary>Refuses weights that the constraint can't work on.</summary>
    /// <exception cref="ArgumentException">They don't have the axis.</exception>
    internal virtual void Check(string weight, IReadOnlyList<int> shape)
    {
    }

    /// <summary>Makes the weights fulfil the constraint.</summary>
    internal abstract void Apply(Span<float> weights, IReadOnlyList<int> shape);
}

/// <summary>Negative weights become 0.</summary>
public sealed record NonNeg : Constraint
{
    internal static Registration<Constraint> Registration { get; } =
        new Registration<Constraint, NonNeg>("NonNeg") { Aliases = ["non_negative"], Make = _ => new NonNeg() };

    internal override void Apply(Span<float> weights, IReadOnlyList<int> shape)
    {
        foreach (ref float weight in weights)
        {
            if (weight < 0) weight = 0;
        }
    }
}
