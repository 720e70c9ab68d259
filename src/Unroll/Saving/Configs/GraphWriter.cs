using System.Text.Json.Nodes;
using Unroll.Layers;

namespace Unroll.Saving;

/// <summary>Writes a functional model's graph as Keras 3 does.</summary>
internal sealed class GraphWriter
{
    private readonly Graph _graph;
    private readonly Dictionary<Node, int> _numbers = []; // calls of a layer, counted in this model

    private GraphWriter(Graph graph)
    {
        _graph = graph;
        HashSet<Node> nodes = [.. graph.Nodes];
        foreach (Layer layer in graph.Operations)
        {
            int number = 0;
            foreach (Node call in layer.Calls.Where(nodes.Contains)) _numbers.Add(call, number++);
        }
    }

    /// <summary>The entries that make up a model's configuration: <c>layers, input_layers, output_layers</c>.</summary>
    public static void Write(Graph graph, JsonObject config)
    {
        var writer = new GraphWriter(graph);
        config["layers"] = new JsonArray([.. graph.Operations.Select(writer.Entry)]);
        config["input_layers"] = writer.Structure(graph.Inputs);
        config["output_layers"] = writer.Structure(graph.Outputs);
    }

    private JsonObject Entry(Layer layer)
    {
        JsonObject json = layer switch
        {
            Operation operation => OperationEntry(operation),
            _ => ModelConfig.WriteLayer(layer),
        };
        json["name"] = layer.Name;
        json["inbound_nodes"] = new JsonArray(
            [.. layer is InputLayer ? [] : layer.Calls.Where(_numbers.ContainsKey).Select(call => layer is Operation operation ? OperationCall(operation, call) : Call(call))]);
        return json;
    }

    private static JsonObject OperationEntry(Operation operation)
    {
        var config = new JsonObject { ["name"] = operation.Name };
        foreach ((string key, JsonNode? value) in operation.Config) config[key] = value?.DeepClone();
        return new JsonObject
        {
            ["module"] = ModuleOf(operation.ClassName),
            ["class_name"] = operation.ClassName,
            ["config"] = config,
            ["registered_name"] = operation.ClassName,
        };
    }

    private static string ModuleOf(string operation) => operation switch
    {
        "Sigmoid" or "Relu" => "keras.src.ops.nn",
        "ConvertToTensor" or "Cast" => "keras.src.ops.core",
        _ => "keras.src.ops.numpy",
    };

    private JsonObject Call(Node call)
    {
        JsonArray args = [];
        JsonObject kwargs = [];
        foreach (CallArgument argument in call.Arguments)
        {
            JsonNode value = argument.Constant is { } constant ? constant.DeepClone() : argument.IsList ? new JsonArray([.. argument.Symbols.Select(Tensor)]) : Tensor(argument.Symbols[0]);
            if (argument.Name is null) args.Add(value);
            else kwargs[argument.Name] = value;
        }

        return new JsonObject { ["args"] = args, ["kwargs"] = kwargs };
    }

    /// <summary>Symbols and constants, each in its place.</summary>
    private JsonObject OperationCall(Operation operation, Node call)
    {
        IReadOnlyDictionary<int, JsonNode?> constants = operation.Constants.GetValueOrDefault(call) ?? new Dictionary<int, JsonNode?>();
        var tensors = new Queue<JsonNode>(call.Arguments.Select(argument => argument.IsList ? new JsonArray([.. argument.Symbols.Select(Tensor)]) : (JsonNode)Tensor(argument.Symbols[0])));
        JsonArray args = [];
        for (int i = 0; tensors.Count > 0 || constants.ContainsKey(i); i++)
            args.Add(constants.TryGetValue(i, out JsonNode? constant) ? constant?.DeepClone() : tensors.Dequeue());
        return new JsonObject { ["args"] = args, ["kwargs"] = new JsonObject() };
    }

    private JsonObject Tensor(Symbol symbol) => new()
    {
        ["class_name"] = "__keras_tensor__",
        ["config"] = new JsonObject
        {
            ["shape"] = ModelConfig.BatchShape(symbol.Shape),
            ["dtype"] = symbol.IsTexts ? "string" : !symbol.IsIds ? "float32" : symbol.Layer is InputLayer ? "int32" : "int64",
            ["keras_history"] = Place(symbol, first: 0),
        },
    };

    private JsonNode Structure(Symbols symbols)
    {
        if (symbols.IsSingle) return Leaf(symbols[0]);
        return symbols.Keys is { } keys
            ? new JsonObject(keys.Select((key, i) => KeyValuePair.Create(key, (JsonNode?)Leaf(symbols[i]))))
            : new JsonArray([.. symbols.Select(Leaf)]);

        // Here Keras counts the calls of a functional model from 1.
        JsonArray Leaf(Symbol symbol) => Place(symbol, symbol.Layer is Model and not Sequential ? 1 : 0);
    }

    private JsonArray Place(Symbol symbol, int first) => new TensorPlace(symbol.Layer.Name, _numbers[symbol.Node] + first, symbol.Index).Write();
}
