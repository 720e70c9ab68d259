using System.Text.Json.Nodes;

namespace Unroll.Configuration;

/// <summary>
/// How a class is named and configured. Declared once, next to the class, and listed in <see cref="Registry"/>; files,
/// studies and the command line all go through it.
/// </summary>
/// <typeparam name="T">The kind of thing: layer, optimizer, …</typeparam>
internal abstract class Registration<T>(string name)
    where T : class
{
    /// <summary>Keras' class name.</summary>
    public string Name { get; } = name;

    /// <summary>Other names that Keras knows it by.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Names of the arguments that can be written without their name, in order.</summary>
    public abstract IReadOnlyList<string> PositionalNames { get; }

    /// <summary>True if the name is its class name or an alias, without regard to case and underscores.</summary>
    public bool IsCalled(string name) =>
        NameMatching.Comparer.Equals(Name, name) || Aliases.Any(alias => NameMatching.Comparer.Equals(alias, name));

    /// <summary>True if the object is of the registered class.</summary>
    public abstract bool IsClassOf(T value);

    /// <summary>Creates an object.</summary>
    /// <exception cref="ArgumentException">An argument is unknown or has a wrong value.</exception>
    public abstract T Create(ObjectConfig config);

    /// <summary>Keras' <c>config</c> object and, apart from it, arguments that Keras does not know.</summary>
    public abstract (JsonObject Config, JsonObject Own) Describe(T value);
}

/// <summary>The registration of one class.</summary>
internal sealed class Registration<T, TObject>(string name) : Registration<T>(name)
    where T : class
    where TObject : class, T
{
    private readonly IReadOnlyList<string>? _positional;

    /// <summary>Creates the object from its arguments.</summary>
    public required Func<ArgumentReader, TObject> Make { get; init; }

    /// <summary>All entries of the configuration in the order in which Keras writes them.</summary>
    public IReadOnlyList<ConfigArgument<TObject>> Arguments { get; init; } = [];

    /// <summary>Order of arguments without a name, if another than that of <see cref="Arguments"/>.</summary>
    public IReadOnlyList<string> Positional
    {
        init => _positional = value;
    }

    public override IReadOnlyList<string> PositionalNames =>
        _positional ?? [.. Arguments.Where(argument => argument.IsTaken && !argument.IsKeyword).Select(argument => argument.Name)];

    public override bool IsClassOf(T value) => value.GetType() == typeof(TObject);

    public override T Create(ObjectConfig config)
    {
        var taken = new Dictionary<string, JsonNode?>();
        foreach ((string name, JsonNode? value) in config.Named)
        {
            if (Arguments.FirstOrDefault(argument => !argument.IsTaken && NameMatching.Comparer.Equals(argument.Name, name)) is { } entry)
                entry.Check(Name, value);
            else
                taken.Add(name, value);
        }

        IReadOnlyList<string> positional = PositionalNames;
        string[] names = [.. positional.Union(Arguments.Where(argument => argument.IsTaken).Select(argument => argument.Name))];
        var reader = new ArgumentReader(config with { Named = taken }, Name, names, positional.Count);
        if (!config.ToleratesUnknown) reader.RejectUnknown();
        return Make(reader);
    }

    public override (JsonObject Config, JsonObject Own) Describe(T value)
    {
        var config = new JsonObject();
        var own = new JsonObject();
        foreach (ConfigArgument<TObject> argument in Arguments.Where(argument => argument.IsWritten))
            (argument.IsOwn ? own : config)[argument.Name] = KerasJson.ToNode(argument.Value((TObject)value));
        return (config, own);
    }
}
