using System.Text.Json.Nodes;

namespace Unroll.Configuration;

/// <summary>
/// Base of everything that is described by arguments: layers, optimizers, losses, … It holds the values that were given;
/// a property reads and writes its own by <see cref="Get"/> and <see cref="Set"/>.
/// </summary>
public abstract class Configurable
{
    // Never changed in place: copies of an object share it, and reading needs no lock.
    private (Argument Argument, object? Value)[] _values = [];

    private protected Configurable()
    {
    }

    /// <summary>What messages call the class.</summary>
    internal virtual string TypeName => GetType().Name;

    /// <summary>The value that was given, else the default.</summary>
    protected T Get<T>(Argument<T> argument)
    {
        ArgumentNullException.ThrowIfNull(argument);
        foreach ((Argument known, object? value) in _values)
        {
            if (IsSame(known, argument)) return (T)value!;
        }

        return argument.Default;
    }

    /// <summary>Gives the argument a value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is outside the argument's range.</exception>
    protected void Set<T>(Argument<T> argument, T value)
    {
        ArgumentNullException.ThrowIfNull(argument);
        argument.Check(TypeName, value);
        Put(argument, value);
        OnSet(argument);
    }

    /// <summary>Called when an argument was given a value: the place for checks that look at several.</summary>
    protected virtual void OnSet(Argument argument)
    {
    }

    /// <summary>True if the argument was given a value.</summary>
    private protected bool IsGiven(Argument argument) => _values.Any(entry => IsSame(entry.Argument, argument));

    /// <summary>The value as it is written to files.</summary>
    internal virtual object? ValueOf<T>(Argument<T> argument) => Get(argument);

    /// <summary>Takes a value that was read.</summary>
    internal void Take<T>(Argument<T> argument, T value) => Set(argument, value);

    /// <summary>Takes over all values of an object of the same class.</summary>
    private protected void TakeAll(Configurable other) => _values = other._values;

    /// <summary>True if both have the same values, given or by default.</summary>
    private protected bool HasSameValues(Configurable other) =>
        _values.Concat(other._values).All(entry => JsonNode.DeepEquals(entry.Argument.Write(this), entry.Argument.Write(other)));

    private protected void Put(Argument argument, object? value)
    {
        int at = Array.FindIndex(_values, entry => IsSame(entry.Argument, argument));
        _values = at < 0 ? [.. _values, (argument, value)] : [.. _values[..at], (argument, value), .. _values[(at + 1)..]];
    }

    // Classes may declare an argument of their base class anew, with another default.
    private static bool IsSame(Argument a, Argument b) => ReferenceEquals(a.Name, b.Name);
}

/// <summary>Base of things that are nothing but their arguments: two of one class with the same values are equal.</summary>
public abstract class ConfigurableValue : Configurable
{
    private protected ConfigurableValue()
    {
    }

    /// <summary>Tells apart things of one class that differ in more than their arguments.</summary>
    private protected virtual object? Variant => null;

    /// <inheritdoc/>
    public sealed override bool Equals(object? obj) =>
        obj is ConfigurableValue other && other.GetType() == GetType() && Equals(other.Variant, Variant) && HasSameValues(other);

    /// <inheritdoc/>
    public sealed override int GetHashCode() => HashCode.Combine(TypeName, Variant);
}
