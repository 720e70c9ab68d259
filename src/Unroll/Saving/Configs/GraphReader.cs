using System.Text.Json.Nodes;
using Unroll.Layers;

namespace Unroll.Saving;

/// <summary>Puts a functional model together from its configuration.</summary>
/// <param name="models">Makes layers, and models inside of the model.</param>
/// <param name="place">File and member, for messages.</param>
internal sealed class GraphReader(ModelConfig models, string place)
{
    private readonly Dictionary<string, Layer> _layers = [];
    private readonly Dictionary<string, List<Symbols>> _outputs = []; // of every call of a layer in this model
    private readonly CarriedMasks _masks = new();

    /// <summary>Reads the graph.</summary>
    /// <param name="config">The model's configuration.</param>
    /// <exception cref="InvalidDataException">Something is malformed, unknown, or not connected.</exception>
    public (Symbols Inputs, Symbols Outputs) Read(JsonObject config)
    {
        JsonArray entries = ModelConfig.LayersOf(config, place);
        var waiting = new List<(Layer Layer, CallConfig Call, string Place)>();
        for (int i = 0; i < entries.Count; i++)
        {
            string here = $"{place}: layers[{i}]";
            JsonObject entry = entries[i] as JsonObject ?? throw new InvalidDataException($"{here}: is no object.");
            string name = entry.Text("name") ?? (entry["config"] as JsonObject)?.Text("name") ?? throw new InvalidDataException($"{here}: has no name.");
            Layer layer = Make(entry, name, here);
            if (!_layers.TryAdd(name, layer)) throw new InvalidDataException($"{here}: the name '{name}' is used twice in the model.");
            _outputs.Add(name, layer is InputLayer input ? [input.Symbol] : []);
            if (layer is InputLayer) continue;
            JsonArray calls = entry["inbound_nodes"] as JsonArray ?? throw new InvalidDataException($"{here}: has no list inbound_nodes.");
            if (layer is Operation && calls.Count > 1) throw new InvalidDataException($"{here}: the operation '{name}' is called {calls.Count} times; once was expected.");
            foreach (JsonNode? call in calls) waiting.Add((layer, CallConfig.Read(call, layer is IRecurrentLayer or Bidirectional, here), here));
        }

        MakeCalls(waiting);
        Symbols inputs = Structure(config["input_layers"], "input_layers"), outputs = Structure(config["output_layers"], "output_layers");
        return (inputs, outputs);
    }

    private Layer Make(JsonObject entry, string name, string here)
    {
        if (entry.Text("class_name") is "InputLayer") return ModelConfig.ReadInput(entry["config"] as JsonObject ?? [], name, here);
        if (FindOperation(entry) is not { } kind) return models.MakeLayer(entry, here);
        JsonObject parameters = entry["config"] is JsonObject config ? (JsonObject)config.DeepClone() : [];
        parameters.Remove("name");
        var operation = new Operation(kind, parameters);
        operation.Rename(name);
        return operation;
    }

    /// <summary>The operation that an entry describes; null: it is a layer. Legacy files name no modules.</summary>
    private static OperationKind? FindOperation(JsonObject entry)
    {
        string? name = entry.Text("class_name"), module = entry.Text("module");
        if (name is null) return null;
        if (module?.StartsWith("keras.src.ops", StringComparison.Ordinal) == true || module?.StartsWith("keras.ops", StringComparison.Ordinal) == true)
            return OperationKind.Find(name) ?? throw new InvalidDataException($"The operation '{name}' is not supported; there are {string.Join(", ", OperationKind.Names)}.");
        bool hasLayerEntries = entry["config"] is JsonObject config && (config.ContainsKey("trainable") || config.ContainsKey("dtype"));
        return module is null && (!hasLayerEntries || Layer.Catalog.Find(name) is null) && name is not ("Sequential" or "Functional" or "Model") ? OperationKind.Find(name) : null;
    }

    private const string CausalMask = "use_causal_mask", Scores = "return_attention_scores";

    /// <summary>As Keras does it: calls are made as soon as what they need is there, those of one layer in their order.</summary>
    private void MakeCalls(List<(Layer Layer, CallConfig Call, string Place)> waiting)
    {
        while (waiting.Count > 0)
        {
            int before = waiting.Count;
            var held = new HashSet<Layer>();
            waiting.RemoveAll(entry =>
            {
                if (held.Contains(entry.Layer) || !entry.Call.Tensors.All(tensor => Find(tensor, entry.Call.IsLegacy) is not null))
                {
                    held.Add(entry.Layer);
                    return false;
                }

                Call(entry.Layer, entry.Call, entry.Place);
                return true;
            });
            if (waiting.Count == before)
            {
                throw new InvalidDataException(
                    $"{place}: the calls of {string.Join(", ", waiting.Select(entry => $"'{entry.Layer.Name}'").Distinct().Take(5))} need tensors that nothing puts out; the graph has a loop or a gap.");
            }
        }
    }

    private void Call(Layer layer, CallConfig call, string here)
    {
        if (layer is Operation operation)
        {
            _outputs[layer.Name].Add(CallOperation(operation, call, here));
            return;
        }

        var arguments = new List<CallArgument>();
        foreach (ArgumentConfig argument in call.Arguments)
        {
            if (IsSetting(layer, argument)) arguments.Add(new CallArgument(argument.Name!, argument.Value!.DeepClone()));
            else if (argument.Tensors.Count == 0 && !IsWithoutEffect(argument))
                throw new InvalidDataException($"{here}: the argument {argument.Name ?? "by position"} = {argument.Value!.ToJsonString()} of a call is not supported.");
            if (argument.Tensors.Count > 0)
                arguments.Add(new CallArgument(argument.Name, [.. argument.Tensors.Select(tensor => Find(tensor, call.IsLegacy)!)], argument.IsList));
        }

        arguments = [.. arguments.Select(argument => argument with { IsAutomatic = IsAutomatic(layer, argument, arguments, here) })];
        Symbols outputs = layer.AddCall(arguments);
        models.Budget.Require(layer, outputs[0].Node.Call, here);
        MarkIds(layer, outputs[0].Node);
        _outputs[layer.Name].Add(outputs);
    }

    private static bool IsWithoutEffect(ArgumentConfig argument) => argument.Value switch
    {
        null => true,
        JsonArray list => list.All(entry => entry is null),
        JsonValue value when argument.Name is CausalMask or Scores => value.TryGetValue(out bool isOn) && !isOn,
        _ => argument.Name is "training", // the call of the model decides
    };

    /// <summary>Whether it is a setting of a call that attention layers take.</summary>
    private static bool IsSetting(Layer layer, ArgumentConfig argument) =>
        layer is Attention or AdditiveAttention or MultiHeadAttention
        && argument is { Name: CausalMask or Scores, Value: JsonValue value } && value.TryGetValue(out bool isOn) && isOn;

    /// <summary>Whether Keras filled in a mask by itself: only where nothing else but the data are given.</summary>
    private bool IsAutomatic(Layer layer, CallArgument argument, List<CallArgument> all, string here)
    {
        if (argument.Name is not RecurrentLayer.MaskRole) return false;
        Symbol[] data = [.. all.Where(other => other != argument).SelectMany(other => other.Symbols)];
        if (all.Count(other => other.Constant is null) == 2 && argument.Symbols.All(mask => _masks.IsCarried(mask, data))) return true;
        return layer is IRecurrentLayer or Bidirectional ? false : throw new InvalidDataException(
            $"{here}: {layer.ClassName} '{layer.Name}' is given a mask that is not the one its input carries; that is supported for recurrent layers only.");
    }

    private Symbol CallOperation(Operation operation, CallConfig call, string here)
    {
        var operands = new List<Symbol>();
        var constants = new Dictionary<int, JsonNode?>();
        bool isList = false;
        for (int i = 0; i < call.Arguments.Count; i++)
        {
            ArgumentConfig argument = call.Arguments[i];
            isList |= argument.IsList;
            operands.AddRange(argument.Tensors.Select(tensor => Find(tensor, call.IsLegacy)!));
            if (argument.Tensors.Count > 0) continue;
            if (argument.Name is null) constants.Add(i, argument.Value?.DeepClone());
            else if (argument.Value is not null) throw new InvalidDataException($"{here}: the argument {argument.Name} of {operation.ClassName} is not supported.");
        }

        return operands.Count > 0
            ? operation.Call(operands, constants, isList)
            : throw new InvalidDataException($"{here}: the operation '{operation.Name}' is given no tensor.");
    }

    /// <summary>What an Embedding reads are ids, whatever the input says of itself.</summary>
    private static void MarkIds(Layer layer, Node node)
    {
        for (int i = 0; i < node.Operands.Count; i++)
        {
            bool areIds = layer.KnowsItsInput || layer is Model { Graph: { } graph } && graph.Inputs[i].IsIds;
            if (areIds && node.Operands[i].Layer is InputLayer input) input.IsIds = true;
        }
    }

    private Symbol? Find(TensorPlace tensor, bool isLegacy)
    {
        if (!_outputs.TryGetValue(tensor.Layer, out List<Symbols>? calls))
            throw new InvalidDataException($"{place}: there is no layer '{tensor.Layer}'; a call takes its output.");
        int call = isLegacy ? CountedFromZero(tensor) : tensor.Call;
        if (call < 0 || call >= calls.Count) return null;
        return tensor.Output >= 0 && tensor.Output < calls[call].Count
            ? calls[call][tensor.Output]
            : throw new InvalidDataException($"{place}: '{tensor.Layer}' has {calls[call].Count} outputs; number {tensor.Output} is asked for.");
    }

    /// <summary>Keras counts the calls of functional models, Keras 2 of all models, from 1 in places, since they have one of their own before.</summary>
    private int CountedFromZero(TensorPlace tensor) =>
        _layers[tensor.Layer] is Model model && (models.IsKeras2 || model is not Sequential) && tensor.Call > 0 ? tensor.Call - 1 : tensor.Call;

    /// <summary>A tensor, a list, or tensors by name.</summary>
    private Symbols Structure(JsonNode? node, string entry)
    {
        if (TensorPlace.Read(node) is { } single) return Leaf(single);
        return node switch
        {
            JsonArray { Count: > 0 } list => Symbols.Create([.. list.Select(leaf => Leaf(TensorPlace.Read(leaf)))]),
            JsonObject { Count: > 0 } dictionary => Symbols.Named(dictionary.Select(leaf => (leaf.Key, Leaf(TensorPlace.Read(leaf.Value))))),
            _ => throw new InvalidDataException($"{place}: {entry} names no tensors."),
        };

        Symbol Leaf(TensorPlace? tensor)
        {
            if (tensor is not { } known) throw new InvalidDataException($"{place}: {entry} nests tensors deeper than one list or dictionary, which is not supported.");
            return Find(known, isLegacy: true) ?? throw new InvalidDataException($"{place}: {entry} names the output of '{known.Layer}', which there is not.");
        }
    }
}
