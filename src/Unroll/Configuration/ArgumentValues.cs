using System.Text.Json.Nodes;

namespace Unroll.Configuration;

/// <summary>The arguments of one object as they were written in a text, a study or a file.</summary>
public sealed class ArgumentValues
{
    private readonly string _typeName;
    private readonly bool _isOfKeras;
    private readonly Dictionary<string, JsonNode?> _nodes = new(NameMatching.Comparer);
    private readonly HashSet<string> _taken = [];

    private ArgumentValues(string typeName, bool isOfKeras) => (_typeName, _isOfKeras) = (typeName, isOfKeras);

    /// <summary>The value that is written, else the default.</summary>
    /// <exception cref="ArgumentException">It is written wrongly, or missing and has no default.</exception>
    public T Get<T>(Argument<T> argument)
    {
        ArgumentNullException.ThrowIfNull(argument);
        _taken.Add(argument.Name);
        if (TryGet(argument, out T value)) return value;
        return argument.HasDefault
            ? argument.Default
            : throw new ArgumentException($"{_typeName}: argument '{argument.Name}' is missing; write {_typeName}({argument.Name}={argument.Example}), say.");
    }

    /// <summary>True if the argument is written.</summary>
    public bool Has(Argument argument)
    {
        ArgumentNullException.ThrowIfNull(argument);
        return _nodes.ContainsKey(argument.Name);
    }

    /// <summary>Sorts out what is written.</summary>
    /// <param name="config">What is written; arguments without a name belong to the positional ones in order.</param>
    /// <param name="typeName">The class's name, for messages.</param>
    /// <param name="arguments">All entries that the class knows.</param>
    /// <param name="positional">Names of those that can be written without their name.</param>
    /// <param name="alsoKnown">Entries that files of Keras may have besides; null: any at all.</param>
    /// <exception cref="ArgumentException">Too many arguments, one given twice, unknown, or with a value that Keras' entry can't have here.</exception>
    internal static ArgumentValues Read(
        ObjectConfig config, string typeName, IReadOnlyList<Argument> arguments, IReadOnlyList<string> positional, IReadOnlyList<Argument>? alsoKnown)
    {
        var values = new ArgumentValues(typeName, config.IsOfKeras);
        if (config.Positional.Count > positional.Count)
        {
            throw new ArgumentException(
                $"{typeName}: {config.Positional.Count} arguments without a name, but it takes at most {positional.Count}"
                + (positional.Count == 0 ? "." : $": {string.Join(", ", positional)}."));
        }

        for (int i = 0; i < config.Positional.Count; i++) values._nodes.Add(positional[i], config.Positional[i]);
        foreach ((string name, JsonNode? node) in config.Named)
        {
            Argument? argument = Find(arguments, name) ?? (config.IsOfKeras && alsoKnown is not null ? Find(alsoKnown, name) : null);
            if (argument is KerasEntry entry)
            {
                entry.Check(typeName, node);
            }
            else if (argument is null)
            {
                if (config.IsOfKeras && alsoKnown is null) continue; // newer versions of Keras add some
                string[] known = [.. positional.Union(arguments.Where(known => known.IsTaken).Select(known => known.Name))];
                throw new ArgumentException($"{typeName}: argument '{name}' is unknown{OldNames.OfArgument(name, known) ?? NameMatching.Suggestion(name, known)}");
            }
            else if (!values._nodes.TryAdd(argument.Name, node))
            {
                throw new ArgumentException($"{typeName}: argument '{argument.Name}' is given twice; write it once.");
            }
        }

        return values;
    }

    /// <summary>Gives an object what is written and was not asked for yet.</summary>
    internal void Apply(Configurable target, IEnumerable<Argument> arguments)
    {
        foreach (Argument argument in arguments.Where(argument => !_taken.Contains(argument.Name))) argument.Transfer(this, target);
    }

    internal bool TryGet<T>(Argument<T> argument, out T value)
    {
        value = default!;
        return _nodes.TryGetValue(argument.Name, out JsonNode? node)
            && argument.TryRead(new ArgumentInput(_typeName, argument.Name, node, _isOfKeras), out value);
    }

    private static Argument? Find(IReadOnlyList<Argument> arguments, string name) =>
        arguments.FirstOrDefault(argument => NameMatching.Comparer.Equals(argument.Name, name));
}
