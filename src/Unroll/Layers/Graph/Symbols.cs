using System.Collections;
using System.Runtime.CompilerServices;

namespace Unroll.Layers;

/// <summary>
/// Several symbols, in an order or by name. One symbol converts to it, and one that holds a single symbol converts back:
/// <c>Symbol y = new Dense(3).Call(x)</c>, <c>new Concatenate().Call([a, b])</c>, <c>encoded[1..]</c>.
/// </summary>
[CollectionBuilder(typeof(Symbols), nameof(Create))]
public sealed class Symbols : IReadOnlyList<Symbol>
{
    private readonly Symbol[] _symbols;

    private Symbols(Symbol[] symbols, string[]? keys, bool isSingle)
    {
        _symbols = symbols;
        Keys = keys;
        IsSingle = isSingle;
    }

    /// <summary>Number of symbols.</summary>
    public int Count => _symbols.Length;

    /// <summary>Their names if they were given by name, sorted; else null.</summary>
    public IReadOnlyList<string>? Keys { get; }

    /// <summary>True for one symbol that stands for itself, false for a list, be it of one.</summary>
    internal bool IsSingle { get; }

    /// <summary>The symbol at a place.</summary>
    public Symbol this[int index] => _symbols[index];

    /// <summary>The symbol of that name.</summary>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public Symbol this[string key] => Keys is { } keys && Array.IndexOf((string[])keys, key) is >= 0 and int at
        ? _symbols[at]
        : throw new KeyNotFoundException($"There is no symbol '{key}'; there are {(Keys is null ? "none with names" : string.Join(", ", Keys))}.");

    /// <summary>Some of the symbols.</summary>
    public Symbols Slice(int start, int length) => new(_symbols.AsSpan(start, length).ToArray(), null, isSingle: false);

    /// <summary>One symbol.</summary>
    public static implicit operator Symbols(Symbol symbol)
    {
        ArgumentNullException.ThrowIfNull(symbol);
        return new Symbols([symbol], null, isSingle: true);
    }

    /// <summary>The only symbol.</summary>
    /// <exception cref="ArgumentException">There are several.</exception>
    public static implicit operator Symbol(Symbols symbols)
    {
        ArgumentNullException.ThrowIfNull(symbols);
        return symbols.ToSymbol();
    }

    /// <summary>One symbol.</summary>
    public static Symbols FromSymbol(Symbol symbol) => symbol;

    /// <summary>The only symbol.</summary>
    /// <exception cref="ArgumentException">There are several.</exception>
    public Symbol ToSymbol() => Count == 1
        ? _symbols[0]
        : throw new ArgumentException($"{_symbols.FirstOrDefault()?.Layer.Name ?? "The list"} has {Count} outputs where one is wanted; take one of them, outputs[0] say.");

    /// <summary>A list of symbols.</summary>
    public static Symbols Create(params ReadOnlySpan<Symbol> symbols)
    {
        foreach (Symbol symbol in symbols) ArgumentNullException.ThrowIfNull(symbol, nameof(symbols));
        return new Symbols(symbols.ToArray(), null, isSingle: false);
    }

    /// <summary>Symbols by name, as Keras' dictionaries: their order is that of the names.</summary>
    /// <exception cref="ArgumentException">A name comes twice.</exception>
    public static Symbols Named(params IEnumerable<(string Name, Symbol Symbol)> symbols)
    {
        (string Name, Symbol Symbol)[] sorted = [.. symbols.OrderBy(entry => entry.Name, StringComparer.Ordinal)];
        for (int i = 1; i < sorted.Length; i++)
            if (sorted[i].Name == sorted[i - 1].Name) throw new ArgumentException($"The name '{sorted[i].Name}' is given twice.", nameof(symbols));
        return new Symbols([.. sorted.Select(entry => entry.Symbol)], [.. sorted.Select(entry => entry.Name)], isSingle: false);
    }

    /// <inheritdoc/>
    public IEnumerator<Symbol> GetEnumerator() => ((IEnumerable<Symbol>)_symbols).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
