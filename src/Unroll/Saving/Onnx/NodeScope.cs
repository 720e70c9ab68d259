using Unroll.Formats.Onnx;
using Unroll.Layers;

namespace Unroll.Saving.Onnx;

/// <summary>Adds the nodes of one layer to the graph, named <c>layer/Operator</c>.</summary>
/// <param name="graph">The graph.</param>
/// <param name="integers">Integer constants that the graph has so far.</param>
/// <param name="weights">Weights that the graph has so far: those of shared layers are there once.</param>
/// <param name="layer">The layer that error messages name.</param>
/// <param name="name">What names of nodes and weights begin with.</param>
internal sealed class NodeScope(OnnxGraph graph, Dictionary<string, string> integers, Dictionary<(Layer, string), string> weights, Layer layer, string name)
{
    /// <summary>A scope inside this one.</summary>
    public NodeScope Inner(string part) => new(graph, integers, weights, layer, $"{name}/{part}");

    /// <summary>Adds a node with one output.</summary>
    public string Node(string operation, IEnumerable<string> inputs, params ReadOnlySpan<OnnxAttribute> attributes) =>
        graph.Node(operation, $"{name}/{operation}", inputs, attributes);

    /// <summary>Adds a node of which the output behind the unused ones is used. Those may have no name if they are optional.</summary>
    public string Node(string operation, IEnumerable<string> inputs, IEnumerable<string> unused, params ReadOnlySpan<OnnxAttribute> attributes) =>
        graph.Node(operation, $"{name}/{operation}", inputs, unused, attributes);

    /// <summary>Adds weights.</summary>
    public string Weights(string part, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape)
    {
        if (!weights.TryGetValue((layer, $"{name}/{part}"), out string? constant))
            weights.Add((layer, $"{name}/{part}"), constant = graph.Constant($"{name}/{part}", values, shape));
        return constant;
    }

    /// <summary>Adds a node all of whose outputs are used.</summary>
    public string[] NodeOf(string operation, IEnumerable<string> inputs, IEnumerable<string> outputs, params ReadOnlySpan<OnnxAttribute> attributes) =>
        graph.NodeOf(operation, $"{name}/{operation}", inputs, outputs, attributes);

    /// <summary>A number.</summary>
    public string Float(float value) => graph.Constant($"{name}/constant", [value]);

    /// <summary>A vector of integers (axes, sizes), shared by the whole graph.</summary>
    public string Integers(params ReadOnlySpan<long> values)
    {
        string key = $"integers/{string.Join('_', values.ToArray())}";
        if (!integers.TryGetValue(key, out string? constant)) integers.Add(key, constant = graph.Constant(key, values, values.Length));
        return constant;
    }

    /// <summary>An integer, shared by the whole graph.</summary>
    public string Integer(long value)
    {
        string key = $"integer/{value}";
        if (!integers.TryGetValue(key, out string? constant)) integers.Add(key, constant = graph.Constant(key, [value]));
        return constant;
    }

    /// <summary>A 32-bit integer, shared by the whole graph.</summary>
    public string Int32(int value)
    {
        string key = $"int32/{value}";
        if (!integers.TryGetValue(key, out string? constant)) integers.Add(key, constant = graph.Constant(key, [value]));
        return constant;
    }

    /// <summary>The tensor with an axis in reverse order.</summary>
    public string Flip(string value, int axis) =>
        Node("Slice", [value, Integers(-1), Integers(int.MinValue), Integers(axis), Integers(-1)]);

    /// <summary>An error that says what ONNX can't do.</summary>
    public NotSupportedException Refuse(string reason) =>
        new($"{layer.ClassName} '{layer.Name}' can't be exported to ONNX: {reason}");
}
