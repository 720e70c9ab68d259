using System.Text.Json.Nodes;

namespace Unroll.Configuration;

/// <summary>
/// One entry of a class's configuration: its name in Keras and how an object tells its value. Keras' entries that have
/// no counterpart here are declared, too, since Keras expects them in files: <see cref="Fixed(string, object?)"/> if another value would
/// change results, <see cref="Ignored"/> if not.
/// </summary>
internal sealed class ConfigArgument<T>
{
    private Func<JsonNode?, bool>? _isAccepted;

    /// <param name="name">Keras' name.</param>
    /// <param name="value">The value in an object: what <see cref="KerasJson.ToNode"/> can write.</param>
    public ConfigArgument(string name, Func<T, object?> value) => (Name, Value) = (name, value);

    public string Name { get; }

    public Func<T, object?> Value { get; }

    /// <summary>True if the class takes the argument; false if it is only there for Keras' sake.</summary>
    public bool IsTaken => _isAccepted is null;

    /// <summary>False for entries of older files that are checked, but not written.</summary>
    public bool IsWritten { get; private init; } = true;

    /// <summary>True for arguments that can't be written without their name.</summary>
    public bool IsKeyword { get; private init; }

    /// <summary>True for arguments that Keras does not know; they stand beside the configuration that Keras reads.</summary>
    public bool IsOwn { get; private init; }

    /// <summary>An entry that must have one value, for example <c>stateful: false</c>.</summary>
    public static ConfigArgument<T> Fixed(string name, object? value) =>
        new(name, _ => value) { _isAccepted = node => JsonNode.DeepEquals(node, KerasJson.ToNode(value)) };

    /// <summary>An entry that must satisfy a condition; <paramref name="value"/> is what is written.</summary>
    public static ConfigArgument<T> Fixed(string name, Func<T, object?> value, Func<JsonNode?, bool> isAccepted) =>
        new(name, value) { _isAccepted = isAccepted };

    /// <summary>An entry whose value changes no result.</summary>
    public static ConfigArgument<T> Ignored(string name, object? value) => new(name, _ => value) { _isAccepted = _ => true };

    /// <summary>An entry of older versions that must have one value and is not written any more.</summary>
    public static ConfigArgument<T> Outdated(string name, object? value) =>
        new(name, _ => value) { _isAccepted = node => JsonNode.DeepEquals(node, KerasJson.ToNode(value)), IsWritten = false };

    /// <summary>An argument that can't be written without its name.</summary>
    public static ConfigArgument<T> Keyword(string name, Func<T, object?> value) => new(name, value) { IsKeyword = true };

    /// <summary>An argument that Keras does not know.</summary>
    public static ConfigArgument<T> Own(string name, Func<T, object?> value) => new(name, value) { IsKeyword = true, IsOwn = true };

    /// <summary>Refuses a value that the class can't have.</summary>
    /// <exception cref="ArgumentException">It is not the fixed value.</exception>
    public void Check(string typeName, JsonNode? node)
    {
        if (_isAccepted?.Invoke(node) ?? true) return;
        throw new ArgumentException(
            $"{typeName}: argument '{Name}' is {ArgumentReader.Describe(node)}; here it can only be {ArgumentReader.Describe(KerasJson.ToNode(Value(default!)))}.");
    }
}
