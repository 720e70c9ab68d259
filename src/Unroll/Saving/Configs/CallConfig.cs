using System.Text.Json.Nodes;
using Unroll.Layers;

namespace Unroll.Saving;

/// <summary>A tensor as configurations name it.</summary>
/// <param name="Layer">The layer that puts it out.</param>
/// <param name="Call">Number of the layer's call.</param>
/// <param name="Output">Number among the call's outputs.</param>
internal readonly record struct TensorPlace(string Layer, int Call, int Output)
{
    /// <summary>Reads <c>["dense", 0, 0]</c>, to which Keras 2 adds the call's other arguments; null: it is something else.</summary>
    public static TensorPlace? Read(JsonNode? node) =>
        node is JsonArray { Count: 3 or 4 } array && array[0] is JsonValue name && name.TryGetValue(out string? layer)
        && array[1] is JsonValue call && call.TryGetValue(out int number) && array[2] is JsonValue output && output.TryGetValue(out int index)
            ? new TensorPlace(layer, number, index) : null;

    /// <summary>The form in which Keras 3 writes arguments of calls.</summary>
    public static TensorPlace? ReadArgument(JsonNode? node) =>
        node is JsonObject json && json.Text("class_name") is "__keras_tensor__" && json["config"] is JsonObject config ? Read(config["keras_history"]) : null;

    public JsonArray Write() => new(Layer, Call, Output); // not [Layer, …], which adds by reflection
}

/// <summary>An argument of a call in a configuration.</summary>
/// <param name="Name">Keras' name; null: given by position.</param>
/// <param name="Tensors">The tensors, if there are any.</param>
/// <param name="IsList">Whether they are given as a list.</param>
/// <param name="Value">What is given instead of tensors.</param>
internal sealed record ArgumentConfig(string? Name, IReadOnlyList<TensorPlace> Tensors, bool IsList, JsonNode? Value);

/// <summary>A call of a layer in a configuration.</summary>
/// <param name="Arguments">Those by position first.</param>
/// <param name="IsLegacy">True for the form of Keras 2.</param>
internal sealed record CallConfig(IReadOnlyList<ArgumentConfig> Arguments, bool IsLegacy)
{
    public IEnumerable<TensorPlace> Tensors => Arguments.SelectMany(argument => argument.Tensors);

    /// <summary>Reads an entry of <c>inbound_nodes</c>.</summary>
    /// <param name="node">The entry.</param>
    /// <param name="takesStates">Whether further tensors of Keras 2's list are initial states.</param>
    /// <param name="place">For messages.</param>
    /// <exception cref="InvalidDataException">It is no call.</exception>
    public static CallConfig Read(JsonNode? node, bool takesStates, string place) => node switch
    {
        JsonObject json => Read(json, place),
        JsonArray entries => ReadLegacy(entries, takesStates, place),
        _ => throw new InvalidDataException($"{place}: {node?.ToJsonString() ?? "null"} is no call of a layer."),
    };

    private static CallConfig Read(JsonObject json, string place)
    {
        if (json["args"] is not JsonArray args || (json["kwargs"] ?? new JsonObject()) is not JsonObject kwargs)
            throw new InvalidDataException($"{place}: a call needs a list 'args' and an object 'kwargs'.");
        return new CallConfig(
            [
                .. args.Select(argument => Argument(null, argument, TensorPlace.ReadArgument)),
                .. kwargs.Select(argument => Argument(argument.Key, argument.Value, TensorPlace.ReadArgument)),
            ],
            IsLegacy: false);
    }

    /// <summary>One list per call, of <c>[layer, call, output, further arguments]</c>; one entry is a tensor, several are a list.</summary>
    private static CallConfig ReadLegacy(JsonArray entries, bool takesStates, string place)
    {
        TensorPlace[] tensors =
            [.. entries.Select(entry => TensorPlace.Read(entry) ?? throw new InvalidDataException($"{place}: {entry?.ToJsonString() ?? "null"} is no tensor."))];
        var arguments = new List<ArgumentConfig>();
        if (takesStates && tensors.Length > 1)
        {
            arguments.Add(new ArgumentConfig(null, tensors[..1], IsList: false, null));
            arguments.Add(new ArgumentConfig(RecurrentLayer.StateRole, tensors[1..], IsList: true, null));
        }
        else
        {
            arguments.Add(new ArgumentConfig(null, tensors, tensors.Length > 1, null));
        }

        if (entries.Count > 0 && entries[0] is JsonArray { Count: 4 } first && first[3] is JsonObject further)
            arguments.AddRange(further.Select(argument => Argument(argument.Key, argument.Value, TensorPlace.Read)));
        return new CallConfig(arguments, IsLegacy: true);
    }

    private static ArgumentConfig Argument(string? name, JsonNode? node, Func<JsonNode?, TensorPlace?> read)
    {
        if (read(node) is { } single) return new ArgumentConfig(name, [single], IsList: false, null);
        if (node is JsonArray { Count: > 0 } list)
        {
            TensorPlace[] tensors = [.. list.Select(read).OfType<TensorPlace>()];
            if (tensors.Length == list.Count || tensors.Length > 0 && list.All(entry => entry is null || read(entry) is not null))
                return new ArgumentConfig(name, tensors, IsList: true, tensors.Length == list.Count ? null : node);
        }

        return new ArgumentConfig(name, [], IsList: false, node);
    }
}
