using System.Text.Json.Nodes;

namespace Unroll.Configuration;

/// <summary>All registered classes of one kind, found by name and written as Keras writes them.</summary>
/// <param name="title">What one of them is called in messages.</param>
/// <param name="module">Keras' module.</param>
/// <param name="entries">The classes.</param>
/// <param name="spelling">How people write a class name, if not as it is: losses are called <c>binary_crossentropy</c>.</param>
internal class RegistryKind<T>(string title, string module, IReadOnlyList<Registration<T>> entries, Func<string, string>? spelling = null)
    where T : class
{
    private const string OwnKey = "unroll_config"; // beside Keras' config: Keras refuses unknown keys only inside of it

    /// <summary>Names of all classes.</summary>
    public IReadOnlyList<string> Names { get; } = [.. entries.Select(entry => spelling?.Invoke(entry.Name) ?? entry.Name)];

    /// <summary>All classes.</summary>
    public IReadOnlyList<Registration<T>> Entries => entries;

    /// <summary>Creates an object.</summary>
    /// <exception cref="ArgumentException">Unknown class or argument (the message names the nearest known), or a wrong value.</exception>
    public virtual T Create(ObjectConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return (Find(config.Type) ?? throw new ArgumentException($"{title} '{config.Type}' is unknown{NameMatching.Suggestion(config.Type, [.. Names])}"))
            .Create(config);
    }

    /// <summary>The class of that name, or null.</summary>
    public Registration<T>? Find(string name) => entries.FirstOrDefault(entry => entry.IsCalled(name));

    /// <summary>Keras' serialised object: <c>module, class_name, config, registered_name</c>.</summary>
    public virtual JsonObject ToKeras(T value)
    {
        ArgumentNullException.ThrowIfNull(value);
        Registration<T> entry = entries.FirstOrDefault(entry => entry.IsClassOf(value))
            ?? throw new ArgumentException($"{title} {value.GetType().Name} is not registered and can't be written.");
        (JsonObject config, JsonObject own) = entry.Describe(value);
        var json = new JsonObject { ["module"] = module, ["class_name"] = entry.Name, ["config"] = config, ["registered_name"] = null };
        if (own.Count > 0) json[OwnKey] = own;
        return json;
    }

    /// <summary>
    /// Reads what Keras 2 or 3 wrote: a serialised object or a plain name. Entries that are not known are passed over;
    /// known ones that have no counterpart here are refused.
    /// </summary>
    /// <param name="node">The object or the name.</param>
    /// <param name="place">Where it stands in the file, for messages, for example <c>layers[2]</c>.</param>
    /// <exception cref="InvalidDataException">It is malformed, its class is unknown, or a value is not supported.</exception>
    public T FromKeras(JsonNode? node, string place)
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
