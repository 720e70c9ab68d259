using System.Text.Json.Nodes;

namespace Unroll.Configuration;

/// <summary>
/// How a class is named and configured. Declared once, next to the class; files, studies and the command line all go
/// through it. A class of your own is made known by <c>Catalog.Register</c>.
/// </summary>
/// <typeparam name="T">The kind of thing: layer, optimizer, …</typeparam>
public abstract class Registration<T>
    where T : Configurable
{
    private protected Registration(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
    }

    /// <summary>The class's name; Keras' name, if it has the class.</summary>
    public string Name { get; }

    /// <summary>Other names that it is known by.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>
    /// The configuration with the size of the vocabulary filled in where it is known from the data and left out by the user;
    /// if there is nothing to fill in, what came in.
    /// </summary>
    public Func<ObjectConfig, int, ObjectConfig> WithVocabulary { get; init; } = (config, _) => config;

    /// <summary>Names of the arguments that can be written without their name, in order.</summary>
    public abstract IReadOnlyList<string> PositionalNames { get; }

    /// <summary>True if the name is its class name or an alias, without regard to case and underscores.</summary>
    internal bool IsCalled(string name) =>
        NameMatching.Comparer.Equals(Name, name) || Aliases.Any(alias => NameMatching.Comparer.Equals(alias, name));

    /// <summary>True if the object is of the registered class.</summary>
    internal abstract bool IsClassOf(T value);

    /// <summary>Creates an object.</summary>
    /// <param name="config">Its arguments.</param>
    /// <param name="alsoKnown">Entries that files of Keras may have besides; null: any at all.</param>
    /// <exception cref="ArgumentException">An argument is unknown or has a wrong value.</exception>
    internal abstract T Create(ObjectConfig config, IReadOnlyList<Argument>? alsoKnown);

    /// <summary>Keras' <c>config</c> object and, apart from it, arguments that Keras does not know.</summary>
    internal abstract (JsonObject Config, JsonObject Own) Describe(T value);
}

/// <summary>The registration of one class.</summary>
/// <typeparam name="T">The kind of thing: layer, optimizer, …</typeparam>
/// <typeparam name="TObject">The class.</typeparam>
/// <param name="name">The class's name.</param>
public sealed class Registration<T, TObject>(string name) : Registration<T>(name)
    where T : Configurable
    where TObject : T
{
    private readonly IReadOnlyList<Argument>? _positional;

    /// <summary>Creates an object. Arguments that are not asked for here are set afterwards.</summary>
    public required Func<ArgumentValues, TObject> Make { get; init; }

    /// <summary>All entries of the configuration in the order in which files have them.</summary>
    public IReadOnlyList<Argument> Arguments { get; init; } = [];

    /// <summary>Order of arguments without a name, if another than that of <see cref="Arguments"/>.</summary>
    public IReadOnlyList<Argument> Positional
    {
        init => _positional = value;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> PositionalNames =>
        [.. (_positional ?? Arguments.Where(argument => argument.IsTaken && !argument.IsKeywordOnly)).Select(argument => argument.Name)];

    internal override bool IsClassOf(T value) => value.GetType() == typeof(TObject);

    internal override T Create(ObjectConfig config, IReadOnlyList<Argument>? alsoKnown)
    {
        ArgumentValues values = ArgumentValues.Read(config, Name, Arguments, PositionalNames, alsoKnown);
        TObject made = Make(values);
        values.Apply(made, Arguments);
        return made;
    }

    internal override (JsonObject Config, JsonObject Own) Describe(T value)
    {
        var config = new JsonObject();
        var own = new JsonObject();
        foreach (Argument argument in Arguments.Where(argument => argument.IsWritten))
        {
            JsonNode? written = argument.Write(value);
            if (written is not null || !argument.IsLeftOutIfNull) (argument.IsOwn ? own : config)[argument.Name] = written;
        }

        return (config, own);
    }
}
