using System.Collections;
using System.Runtime.CompilerServices;

namespace Unroll.Formulas;

/// <summary>
/// Several values, such as the states of a cell: <c>(Value h, Value c) = states;</c> takes them apart, <c>return (h, c);</c>
/// or <c>return [h, c];</c> puts them together.
/// </summary>
[CollectionBuilder(typeof(Values), nameof(Create))]
public sealed class Values : IReadOnlyList<Value>
{
    private readonly Value[] _values;

    private Values(Value[] values)
    {
        foreach (Value value in values) ArgumentNullException.ThrowIfNull(value, nameof(values));
        _values = values;
    }

    /// <summary>What a cell puts out at the step; unless set, the first of the values.</summary>
    public Value? Output { get; private init; }

    /// <inheritdoc/>
    public int Count => _values.Length;

    /// <inheritdoc/>
    public Value this[int index] => _values[index];

    /// <summary>One value.</summary>
    public static implicit operator Values(Value value) => new([value]);

    /// <summary>Two values.</summary>
    public static implicit operator Values((Value, Value) values) => new([values.Item1, values.Item2]);

    /// <summary>Three values.</summary>
    public static implicit operator Values((Value, Value, Value) values) => new([values.Item1, values.Item2, values.Item3]);

    /// <summary>The values in the order given.</summary>
    public static Values Create(ReadOnlySpan<Value> values) => new(values.ToArray());

    /// <summary>The same values as new states, with an output that is not the first of them: <c>return Values.Create([h, c]).PutOut(y);</c></summary>
    public Values PutOut(Value output) => new(_values) { Output = output };

    /// <summary>Takes two values apart.</summary>
    /// <exception cref="InvalidOperationException">There are more or fewer.</exception>
    public void Deconstruct(out Value first, out Value second)
    {
        Require(2);
        (first, second) = (_values[0], _values[1]);
    }

    /// <summary>Takes three values apart.</summary>
    /// <exception cref="InvalidOperationException">There are more or fewer.</exception>
    public void Deconstruct(out Value first, out Value second, out Value third)
    {
        Require(3);
        (first, second, third) = (_values[0], _values[1], _values[2]);
    }

    /// <inheritdoc/>
    public IEnumerator<Value> GetEnumerator() => ((IEnumerable<Value>)_values).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private void Require(int count)
    {
        if (_values.Length != count)
            throw new InvalidOperationException($"There are {_values.Length} values, not {count}: take each by its index, such as states[0].");
    }
}
