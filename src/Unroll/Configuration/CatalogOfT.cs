using System.Text.Json.Nodes;

namespace Unroll.Configuration;

/// <summary>All registered classes of one kind, found by name and written as Keras writes them. Safe for use from several threads.</summary>
/// <typeparam name="T">The kind of thing: layer, optimizer, …</typeparam>
public class Catalog<T>
    where T : Configurable
{
    private const string OwnKey = "unroll_config"; // beside Keras' config: Keras refuses unknown keys only inside of it

    private readonly string _title, _module;
    private readonly Func<string, string>? _spelling;
    private readonly int _builtIn;
    private readonly Lock _lock = new();
    private volatile Registration<T>[] _entries;

    /// <param name="title">What one of them is called in messages.</param>
    /// <param name="module">Keras' module.</param>
    /// <param name="entries">The classes that are there from the start.</param>
    /// <param name="spelling">How people write a class name, if not as it is: losses are called <c>binary_crossentropy</c>.</param>
    internal Catalog(string title, string module, IReadOnlyList<Registration<T>> entries, Func<string, string>? spelling = null)
    {
        (_title, _module, _spelling) = (title, module, spelling);
        _entries = [.. entries];
        _builtIn = _entries.Length;
    }

    /// <summary>Names of all classes.</summary>
    public IReadOnlyList<string> Names => [.. _entries.Select(entry => _spelling?.Invoke(entry.Name) ?? entry.Name)];

    /// <summary>All classes.</summary>
    public IReadOnlyList<Registration<T>> Entries => _entries;

    /// <summary>Entries without effect that files of Keras may have besides a class's own; null: those that nobody knows are passed over.</summary>
    private protected virtual IReadOnlyList<Argument>? AlsoKnown => null;

    /// <summary>What a written <c>none</c> stands for; null: the argument's default.</summary>
    internal virtual T? None => null;

    /// <summary>Makes a class known by name.</summary>
    /// <exception cref="ArgumentException">One of its names is taken.</exception>
    public virtual void Register(Registration<T> registration)
    {
        ArgumentNullException.ThrowIfNull(registration);
        lock (_lock)
        {
            foreach (string name in (IEnumerable<string>)[registration.Name, .. registration.Aliases])
            {
                if (Find(name) is { } taken)
                    throw new ArgumentException($"The name '{name}' is taken by the {_title.ToLowerInvariant()} {taken.Name}; choose another.", nameof(registration));
            }

            _entries = [.. _entries, registration];
        }
    }

    /// <summary>Creates an object.</summary>
    /// <exception cref="ArgumentException">Unknown class or argument (the message names the nearest known), or a wrong value.</exception>
    public T Create(ObjectConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return (Find(config.Type) ?? throw new ArgumentException($"{_title} '{config.Type}' is unknown{OldNames.OfClass(config.Type, Names) ?? NameMatching.Suggestion(config.Type, Names)}"))
            .Create(config, AlsoKnown);
    }

    /// <summary>Creates an object from a text: a name, with arguments in parentheses if need be.</summary>
    /// <exception cref="ArgumentException">Malformed text, unknown class or argument (the message names the nearest known), or a wrong value.</exception>
    public T Create(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            return Create(ObjectConfig.Parse(text));
        }
        catch (FormatException exception)
        {
            throw new ArgumentException(exception.Message, nameof(text), exception);
        }
    }

    /// <summary>An argument that is an object of this kind.</summary>
    /// <param name="name">Keras' name.</param>
    /// <param name="defaultValue">The default.</param>
    public Argument<T> Argument(string name, T defaultValue) => new(name, ArgumentForms.Object(this), defaultValue);

    /// <summary>An argument that is an object of this kind or null, which is the default.</summary>
    /// <param name="name">Keras' name.</param>
    public Argument<T?> OptionalArgument(string name) => new(name, ArgumentForms.OptionalObject(this), null);

    /// <summary>The class of that name, or null.</summary>
    internal Registration<T>? Find(string name) => _entries.FirstOrDefault(entry => entry.IsCalled(name));

    /// <summary>Keras' serialised object: <c>module, class_name, config, registered_name</c>.</summary>
    /// <exception cref="ArgumentException">The class is not registered.</exception>
    internal virtual JsonObject ToKeras(T value)
    {
        ArgumentNullException.ThrowIfNull(value);
        Registration<T>[] entries = _entries;
        int at = Array.FindIndex(entries, entry => entry.IsClassOf(value));
        if (at < 0)
        {
            throw new ArgumentException(
                $"{_title} {value.GetType().Name} is not registered and can't be written. Give it a Registration and call Catalog.Register.");
        }

        (JsonObject config, JsonObject own) = entries[at].Describe(value);
        bool isKeras = at < _builtIn;
        var json = new JsonObject
        {
            ["module"] = isKeras ? _module : KerasJson.OwnModule,
            ["class_name"] = entries[at].Name,
            ["config"] = config,
            ["registered_name"] = isKeras ? null : $"{KerasJson.OwnPackage}>{entries[at].Name}",
        };
        if (own.Count > 0) json[OwnKey] = own;
        return json;
    }

    /// <summary>How an argument holds the object in Keras' files.</summary>
    internal virtual JsonNode ToNode(T value) => ToKeras(value);

    /// <summary>
    /// Reads what Keras 2 or 3 wrote: a serialised object or a plain name. Known entries that have no counterpart here are
    /// refused.
    /// </summary>
    /// <param name="node">The object or the name.</param>
    /// <param name="place">Where it stands in the file, for messages, for example <c>layers[2]</c>.</param>
    /// <exception cref="InvalidDataException">It is malformed, its class is unknown, or a value is not supported.</exception>
    internal T FromKeras(JsonNode? node, string place)
    {
        try
        {
            return Create(KerasJson.ToConfig(node));
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            throw new InvalidDataException($"{place}: {ErrorText.Of(exception)}", exception);
        }
    }
}
