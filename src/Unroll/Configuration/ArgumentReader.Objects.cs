using Unroll.Activations;
using Unroll.Initializers;

namespace Unroll.Configuration;

/// <summary>Arguments that are objects themselves.</summary>
internal sealed partial class ArgumentReader
{
    /// <summary>An activation; a written <c>none</c> means linear, as in Keras.</summary>
    public Activation Activation(string name, string defaultName) =>
        Has(name) && Node(name) is null ? Activations.Activation.Linear : Activations.Activation.FromName(Object(name, defaultName).Type);

    /// <summary>An initializer.</summary>
    public Initializer Initializer(string name, string defaultName) => Registry.Initializers.Create(Object(name, defaultName));

    /// <summary>One of several words.</summary>
    /// <param name="name">The argument.</param>
    /// <param name="words">The words and what they mean; the first is the default.</param>
    public T Choice<T>(string name, params ReadOnlySpan<(string Word, T Value)> words)
    {
        if (OptionalString(name) is not { } text) return words[0].Value;
        foreach ((string word, T value) in words)
        {
            if (NameMatching.Comparer.Equals(word, text)) return value;
        }

        var known = new List<string>();
        foreach ((string word, T _) in words) known.Add(word);
        throw new ArgumentException($"{_typeName}: argument '{name}' is '{text}'; it must be one of {string.Join(", ", known)}.");
    }
}
