using System.Text.Json.Nodes;
using Unroll.Configuration;
using Unroll.Layers;

namespace Unroll.Saving;

/// <summary>Models as configuration files describe them.</summary>
/// <param name="isKeras2">Whether some names mean what they did in Keras 2.</param>
/// <param name="budget">What the file has weights for.</param>
internal sealed class ModelConfig(bool isKeras2, WeightBudget budget)
{
    private const int MaxLayers = 4096, MaxNesting = 16;

    private int _nesting;

    public bool IsKeras2 => isKeras2;

    public WeightBudget Budget => budget;

    /// <summary>Makes the model that Keras 2 or 3 described. One whose input's shape is not said has no weights yet.</summary>
    /// <param name="json">The serialised model.</param>
    /// <param name="seed">The model's seed.</param>
    /// <param name="place">File and member, for messages.</param>
    /// <exception cref="InvalidDataException">Something is malformed, unknown or not supported.</exception>
    public Model Read(JsonObject json, int seed, string place)
    {
        if (++_nesting > MaxNesting) throw new InvalidDataException($"{place}: models nest deeper than the {MaxNesting} levels that are accepted.");
        Model model = json.Text("class_name") switch
        {
            "Sequential" => ReadSequential(json, seed, place),
            "Functional" or "Model" => ReadFunctional(json, seed, place),
            var other => throw new InvalidDataException(
                $"{place}: the model is of the class '{other}'; only Sequential and Functional can be read. A model that is a class of its own holds its graph in code."),
        };
        _nesting--;
        if ((json["config"] as JsonObject)?["trainable"] is JsonValue value && value.TryGetValue(out bool isTrainable)) model.MarkTrainable(isTrainable);
        return model;
    }

    /// <summary>Makes a layer, or a model inside of the model.</summary>
    public Layer MakeLayer(JsonObject json, string place)
    {
        if (json.Text("class_name") is "Sequential" or "Functional" or "Model") return Read(json, seed: 0, place);
        if (isKeras2) Keras2.Modernise(json, place);
        return json.Text("class_name") is "TimeDistributed" && json["config"] is JsonObject config && config["layer"] is JsonObject applied && HoldsModel(applied)
            ? MakeDistributed(json, applied, place)
            : Catalog.Layers.FromKeras(json, place);
    }

    /// <summary>True for a model, and for a wrapper around one.</summary>
    private static bool HoldsModel(JsonObject json) => json.Text("class_name") switch
    {
        "Sequential" or "Functional" or "Model" => true,
        "TimeDistributed" => json["config"] is JsonObject config && config["layer"] is JsonObject applied && HoldsModel(applied),
        _ => false,
    };

    /// <summary>Layers know nothing of models: the wrapper is read around another layer first.</summary>
    private TimeDistributed MakeDistributed(JsonObject json, JsonObject applied, string place)
    {
        var around = (JsonObject)json.DeepClone();
        around["config"]!["layer"] = Catalog.Layers.ToKeras(new Flatten());
        var distributed = (TimeDistributed)Catalog.Layers.FromKeras(around, place);
        return distributed.Around(MakeLayer(applied, $"{place}: layer"));
    }

    /// <summary>The list of layers; before Keras 2.2.3 a Sequential's configuration was that list itself.</summary>
    public static JsonArray LayersOf(JsonNode? config, string place)
    {
        JsonArray layers = config as JsonArray ?? (config as JsonObject)?["layers"] as JsonArray
            ?? throw new InvalidDataException($"{place}: the model has no list of layers.");
        return layers.Count <= MaxLayers ? layers
            : throw new InvalidDataException($"{place}: {layers.Count} layers are more than the {MaxLayers} that are accepted.");
    }

    /// <summary>Where data come in.</summary>
    public static InputLayer ReadInput(JsonObject config, string name, string place)
    {
        JsonNode? batch = config["batch_shape"] ?? config["batch_input_shape"];
        int?[] shape = Shape(batch, place) ?? throw new InvalidDataException($"{place}: the input '{name}' has no batch_shape.");
        int? size = batch is JsonArray { Count: > 0 } array && array[0] is JsonValue value && value.TryGetValue(out int known) && known > 0 ? known : null;
        string? type = config.Text("dtype") ?? config.Text("input_dtype"); // the latter in Keras 1
        bool areIds = type is not null && (type.StartsWith("int", StringComparison.Ordinal) || type.StartsWith("uint", StringComparison.Ordinal));
        return new InputLayer(shape, areIds, size) { Name = name, IsTexts = type is "string" };
    }

    /// <summary>The serialised form of a model that has weights, as Keras 3 reads it.</summary>
    public static JsonObject Write(Model model, JsonObject? compileConfig)
    {
        JsonObject json = model is Sequential stack ? WriteSequential(stack) : WriteFunctional(model);
        if (compileConfig is not null) json["compile_config"] = compileConfig;
        return json;
    }

    /// <summary>The serialised form of a layer, or of a model inside of the model.</summary>
    public static JsonObject WriteLayer(Layer layer) => layer switch
    {
        InputLayer input => WriteInput(input, input.Name),
        Model model => Write(model, compileConfig: null),
        TimeDistributed distributed => WriteDistributed(distributed),
        _ => Catalog.Layers.ToKeras(layer),
    };

    private static JsonObject WriteDistributed(TimeDistributed distributed)
    {
        JsonObject json = Catalog.Layers.ToKeras(distributed);
        json["config"]!["layer"] = WriteLayer(distributed.Layer);
        return json;
    }

    public static JsonArray BatchShape(IReadOnlyList<int?> shape, int? batch = null) =>
        new([Node(batch), .. shape.Select(Node)]); // an array first: what is added one by one goes by reflection

    private Sequential ReadSequential(JsonObject json, int seed, string place)
    {
        JsonArray entries = LayersOf(json["config"], place);
        var config = json["config"] as JsonObject;
        var model = new Sequential(config?.Text("name") ?? "sequential", seed);
        int?[]? said = null; // the shape of a sample
        var layers = new List<(Layer Layer, string Place)>();
        for (int i = 0; i < entries.Count; i++)
        {
            string here = $"{place}: layers[{i}]";
            JsonObject entry = entries[i] as JsonObject ?? throw new InvalidDataException($"{here}: is no object.");
            JsonObject arguments = entry["config"] as JsonObject ?? [];
            if (i == 0) said = Shape(arguments["batch_shape"] ?? arguments["batch_input_shape"], here);
            if (entry.Text("class_name") is not "InputLayer") layers.Add((MakeLayer(entry, here), here));
            else if (i > 0) throw new InvalidDataException($"{here}: an InputLayer can only come first.");
            else model.Add(ReadInput(arguments, arguments.Text("name") ?? entry.Text("name") ?? "input_layer", here).Symbol);
        }

        said ??= Shape(config?["build_input_shape"] ?? (json["build_config"] as JsonObject)?["input_shape"], place);
        IReadOnlyList<int?>? shape = said ?? (layers.Count > 0 ? layers[0].Layer.OwnInputShape : null);
        foreach ((Layer layer, string here) in layers)
        {
            if (shape is not null)
            {
                CallInputs inputs = CallInputs.Single(shape);
                budget.Require(layer, inputs, here);
                shape = layer.InferOutputShapes(inputs)[0];
            }

            model.Add(layer);
        }

        if (model.InputLayer is { } input) input.IsIds |= model.KnowsItsInput;
        if (said is not null && layers.Count > 0) model.Build(said);
        return model;
    }

    private Model ReadFunctional(JsonObject json, int seed, string place)
    {
        JsonObject config = json["config"] as JsonObject ?? throw new InvalidDataException($"{place}: the model has no configuration.");
        (Symbols inputs, Symbols outputs) = new GraphReader(this, place).Read(config);
        return new Model(inputs, outputs, config.Text("name") ?? "functional", seed);
    }

    private static JsonObject WriteFunctional(Model model)
    {
        var config = new JsonObject { ["name"] = model.Name, ["trainable"] = model.Trainable };
        GraphWriter.Write(model.Graph!, config);
        return new JsonObject
        {
            ["module"] = "keras.src.models.functional",
            ["class_name"] = "Functional",
            ["config"] = config,
            ["registered_name"] = "Functional",
            ["build_config"] = new JsonObject { ["input_shape"] = null },
        };
    }

    private static JsonObject WriteSequential(Sequential model)
    {
        model.BuildAsAtFirst();
        // A stack that was never built knows what its first layer was made for.
        InputLayer input = model.InputLayer ?? new InputLayer(model.Layers[0].InputShape!, model.ComingIn == InputKind.Ids, batchSize: null) { IsTexts = model.ComingIn == InputKind.Texts };
        string name = input.Name.Length > 0 ? input.Name : "input_layer";
        while (model.Layers.Any(layer => layer.Name == name)) name += "_";
        return new JsonObject
        {
            ["module"] = "keras",
            ["class_name"] = "Sequential",
            ["config"] = new JsonObject
            {
                ["name"] = model.Name,
                ["trainable"] = model.Trainable,
                ["dtype"] = DType.Policy(),
                ["layers"] = new JsonArray([WriteInput(input, name), .. model.Layers.Select(WriteLayer)]),
                ["build_input_shape"] = BatchShape(input.Symbol.Shape, input.BatchSize),
            },
            ["registered_name"] = null,
            ["build_config"] = new JsonObject { ["input_shape"] = BatchShape(input.Symbol.Shape, input.BatchSize) },
        };
    }

    private static JsonObject WriteInput(InputLayer input, string name) => new()
    {
        ["module"] = "keras.layers",
        ["class_name"] = "InputLayer",
        ["config"] = new JsonObject
        {
            ["batch_shape"] = BatchShape(input.Symbol.Shape, input.BatchSize),
            ["dtype"] = input.IsTexts ? "string" : input.IsIds ? "int32" : "float32",
            ["sparse"] = false,
            ["name"] = name,
        },
        ["registered_name"] = null,
    };

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

    private static JsonValue? Node(int? size) => size is { } known ? JsonValue.Create(known) : null;
}
