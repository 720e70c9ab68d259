using System.Text.Json.Nodes;
using Unroll.Configuration;
using Unroll.Layers;

namespace Unroll.Saving;

/// <summary>A model as configuration files describe it: name, layers that are in no model yet, and the shape of a sample.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Layers">The layers, without weights.</param>
/// <param name="SampleShape">Input shape without the batch dimension; null: not said.</param>
internal sealed record ModelConfig(string Name, IReadOnlyList<Layer> Layers, int?[]? SampleShape)
{
    private const int MaxLayers = 4096;

    /// <summary>Reads what Keras 2 or 3 wrote.</summary>
    /// <param name="json">The serialised model.</param>
    /// <param name="isKeras2">Whether some names mean what they did in Keras 2.</param>
    /// <param name="place">File and member, for messages.</param>
    /// <exception cref="InvalidDataException">It is no Sequential, or something in it is unknown or not supported.</exception>
    public static ModelConfig Read(JsonObject json, bool isKeras2, string place)
    {
        if (json.Text("class_name") is not "Sequential")
            throw new InvalidDataException($"{place}: the model is of the class '{json.Text("class_name")}'; only Sequential is supported.");

        // Before Keras 2.2.3 the configuration was the list of layers itself.
        var config = json["config"] as JsonObject;
        JsonArray layers = json["config"] as JsonArray ?? config?["layers"] as JsonArray
            ?? throw new InvalidDataException($"{place}: the model has no list of layers.");
        if (layers.Count > MaxLayers) throw new InvalidDataException($"{place}: {layers.Count} layers are more than the {MaxLayers} that are accepted.");

        int?[]? shape = null;
        var made = new List<Layer>();
        for (int i = 0; i < layers.Count; i++)
        {
            string here = $"{place}: layers[{i}]";
            JsonObject layer = layers[i] as JsonObject ?? throw new InvalidDataException($"{here}: is no object.");
            var arguments = layer["config"] as JsonObject;
            if (i == 0) shape = Shape(arguments?["batch_shape"] ?? arguments?["batch_input_shape"], here);
            if (layer.Text("class_name") is "InputLayer")
            {
                if (i > 0) throw new InvalidDataException($"{here}: an InputLayer can only come first.");
                continue;
            }

            if (isKeras2) Keras2.Modernise(layer);
            made.Add(Catalog.Layers.FromKeras(layer, here));
        }

        shape ??= Shape(config?["build_input_shape"] ?? (json["build_config"] as JsonObject)?["input_shape"], place);
        return new ModelConfig(config?.Text("name") ?? "sequential", made, shape);
    }

    /// <summary>How many weights the model would have.</summary>
    /// <exception cref="ArgumentException">The layers don't fit each other.</exception>
    public long CountWeights()
    {
        if (Layers.Count == 0) return 0;
        IReadOnlyList<int?> shape = SampleShape ?? (Layers[0].KnowsItsInput ? [null]
            : throw new InvalidDataException($"the configuration does not say what shape the input of '{Layers[0].Name}' has"));
        long count = 0;
        foreach (Layer layer in Layers)
        {
            count = checked(count + layer.CountWeights(CallInputs.Single(shape)));
            shape = layer.InferOutputShapes(CallInputs.Single(shape))[0];
        }

        return count;
    }

    /// <summary>The serialised form of a model that has weights, as Keras 3 reads it.</summary>
    public static JsonObject Write(Model model, JsonObject? compileConfig)
    {
        IReadOnlyList<int?> input = model.Layers[0].InputShape!;
        string inputName = "input_layer";
        while (model.Layers.Any(layer => layer.Name == inputName)) inputName += "_";
        var layers = new JsonArray(new JsonObject
        {
            ["module"] = "keras.layers",
            ["class_name"] = "InputLayer",
            ["config"] = new JsonObject
            {
                ["batch_shape"] = BatchShape(),
                ["dtype"] = model.Layers[0].KnowsItsInput ? "int32" : "float32",
                ["sparse"] = false,
                ["name"] = inputName,
            },
            ["registered_name"] = null,
        });
        foreach (Layer layer in model.Layers) layers.Add((JsonNode)Catalog.Layers.ToKeras(layer));
        var json = new JsonObject
        {
            ["module"] = "keras",
            ["class_name"] = "Sequential",
            ["config"] = new JsonObject
            {
                ["name"] = model.Name,
                ["trainable"] = true,
                ["dtype"] = DType.Policy(),
                ["layers"] = layers,
                ["build_input_shape"] = BatchShape(),
            },
            ["registered_name"] = null,
            ["build_config"] = new JsonObject { ["input_shape"] = BatchShape() },
        };
        if (compileConfig is not null) json["compile_config"] = compileConfig;
        return json;

        JsonArray BatchShape() => [null, .. input.Select(size => size is { } known ? JsonValue.Create(known) : null)];
    }

    private static int?[]? Shape(JsonNode? node, string place)
    {
        if (node is null) return null;
        if (node is not JsonArray { Count: > 1 and <= 8 } array) throw Wrong();
        var shape = new int?[array.Count - 1];
        for (int i = 1; i < array.Count; i++)
        {
            if (array[i] is null) continue;
            shape[i - 1] = array[i] is JsonValue value && value.TryGetValue(out int size) && size > 0 ? size : throw Wrong();
        }

        return shape;

        InvalidDataException Wrong() => new($"{place}: {node.ToJsonString()} is no input shape; one like [null, 30] was expected.");
    }
}
