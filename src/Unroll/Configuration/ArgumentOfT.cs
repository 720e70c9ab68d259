using System.Text.Json.Nodes;

namespace Unroll.Configuration;

/// <summary>
/// An argument with a value. It is declared once and the property goes through it:
/// <code>
/// private static readonly Argument&lt;double&gt; RateArgument = Argument.Number("rate", 0.5).Between(0, 1);
///
/// public double Rate { get => Get(RateArgument); init => Set(RateArgument, value); }
/// </code>
/// </summary>
/// <typeparam name="T">The value's type.</typeparam>
public sealed class Argument<T> : Argument
{
    private readonly ArgumentForm<T> _form;
    private readonly T? _default;
    private (Func<T, bool> IsRight, string Range)[] _ranges = [];

    internal Argument(string name, ArgumentForm<T> form) : base(name) => _form = form;

    internal Argument(string name, ArgumentForm<T> form, T defaultValue) : this(name, form)
    {
        _default = defaultValue;
        HasDefault = true;
    }

    /// <summary>False if the argument must be given.</summary>
    public bool HasDefault { get; }

    internal override bool IsTaken => true;

    /// <summary>The value of an object that was given none.</summary>
    /// <exception cref="InvalidOperationException">The argument must be given.</exception>
    internal T Default => HasDefault ? _default! : throw new InvalidOperationException($"The argument '{Name}' was not given and has no default.");

    /// <summary>What a message shows as an example of a value.</summary>
    internal string Example => _form.Example;

    /// <summary>The same argument, which refuses values outside a range.</summary>
    /// <param name="isRight">True for values inside.</param>
    /// <param name="range">What the message says a value must be, for example <c>above 0</c>.</param>
    public Argument<T> Require(Func<T, bool> isRight, string range)
    {
        ArgumentNullException.ThrowIfNull(isRight);
        ArgumentException.ThrowIfNullOrEmpty(range);
        Argument<T> copy = Copy();
        copy._ranges = [.. _ranges, (isRight, range)];
        return copy;
    }

    /// <summary>The same argument, which can't be written without its name.</summary>
    public Argument<T> KeywordOnly()
    {
        Argument<T> copy = Copy();
        copy.IsKeywordOnly = true;
        return copy;
    }

    /// <summary>The same argument as one that Keras does not know.</summary>
    public Argument<T> Own()
    {
        Argument<T> copy = KeywordOnly();
        copy.IsOwn = true;
        return copy;
    }

    /// <summary>The same argument, which files have but are not given.</summary>
    internal Argument<T> Unwritten()
    {
        Argument<T> copy = KeywordOnly();
        copy.IsWritten = false;
        return copy;
    }

    /// <summary>The same argument, which files have only where it is something else than null.</summary>
    internal Argument<T> LeftOutIfNull()
    {
        Argument<T> copy = Copy();
        copy.IsLeftOutIfNull = true;
        return copy;
    }

    /// <summary>Refuses a value outside the range.</summary>
    /// <param name="typeName">The class that is given the value, for the message.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentNullException">It is null and must not be.</exception>
    /// <exception cref="ArgumentOutOfRangeException">It is outside the range.</exception>
    internal void Check(string typeName, T value)
    {
        if (value is null && !(HasDefault && _default is null))
            throw new ArgumentNullException(Name, $"{typeName}: argument '{Name}' is null; it must have a value.");
        foreach ((Func<T, bool> isRight, string range) in _ranges)
        {
            if (!isRight(value))
                throw new ArgumentOutOfRangeException(Name, value, $"{typeName}: argument '{Name}' is {ArgumentText.Describe(value)}; it must be {range}.");
        }
    }

    /// <summary>Reads what is written.</summary>
    /// <param name="input">The written value; its node is null for <c>none</c>.</param>
    /// <param name="value">The value.</param>
    /// <returns>False for a <c>none</c> that stands for the default.</returns>
    /// <exception cref="ArgumentException">It is no such value.</exception>
    internal bool TryRead(ArgumentInput input, out T value)
    {
        if (input.Node is null && !_form.ReadsNone)
        {
            value = default!;
            return false;
        }

        value = _form.Read(input);
        return true;
    }

    internal override JsonNode? Write(Configurable owner) => _form.Write((T)owner.ValueOf(this)!);

    internal override void Transfer(ArgumentValues values, Configurable target)
    {
        if (values.TryGet(this, out T value)) target.Take(this, value);
    }

    private Argument<T> Copy() => (Argument<T>)MemberwiseClone();
}
