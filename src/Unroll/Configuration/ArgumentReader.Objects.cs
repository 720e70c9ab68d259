using System.Text.Json.Nodes;
using Unroll.Activations;
using Unroll.Constraints;
using Unroll.Initializers;
using Unroll.Regularizers;
using Unroll.Schedules;

namespace Unroll.Configuration;

/// <summary>Arguments that are objects themselves.</summary>
internal sealed partial class ArgumentReader
{
    /// <summary>An activation; a written <c>none</c> means linear, as in Keras.</summary>
    public Activation Activation(string name, string defaultName) =>
        Has(name) && Node(name) is null ? Activations.Activation.Linear : Activations.Activation.FromName(Object(name, defaultName).Type);

    /// <summary>An initializer.</summary>
    public Initializer Initializer(string name, string defaultName) => Registry.Initializers.Create(Object(name, defaultName));

    /// <summary>A regularizer, or null if absent or <c>none</c>.</summary>
    public Regularizer? Regularizer(string name) => Object(name) is { } config ? Registry.Regularizers.Create(config) : null;

    /// <summary>A constraint, or null if absent or <c>none</c>.</summary>
    public Constraint? Constraint(string name) => Object(name) is { } config ? Registry.Constraints.Create(config) : null;

    /// <summary>A learning rate: a number, or a schedule as a nested call.</summary>
    public LearningRateSchedule LearningRate(double defaultValue) => Node("learning_rate") is JsonObject
        ? Registry.Schedules.Create(Object("learning_rate")!)
        : Double("learning_rate", defaultValue);

    /// <summary>A list of numbers that must be given.</summary>
    public IReadOnlyList<double> Doubles(string name)
    {
        if (Node(name) is not { } node) throw Missing(name, "[1, 2]");
        return node is JsonArray array ? [.. array.Select(item => item is null ? throw Wrong(name, node, "a list of numbers") : Number(item) ?? throw Wrong(name, node, "a list of numbers"))]
            : throw Wrong(name, node, "a list of numbers");
    }

    /// <summary>A whole number that must be given and may be large.</summary>
    public long Long(string name, long? defaultValue = null)
    {
        double value = OptionalDouble(name) ?? defaultValue ?? throw Missing(name, "1000");
        return value == Math.Floor(value) && Math.Abs(value) <= 1L << 53 ? (long)value : throw Wrong(name, Node(name)!, "a whole number");
    }

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
