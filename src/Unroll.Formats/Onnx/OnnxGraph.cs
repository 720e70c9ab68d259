using System.Buffers.Binary;
using Unroll.Formats.Protobuf;

namespace Unroll.Formats.Onnx;

/// <summary>
/// A graph of ONNX operators while it is put together. Values are known by name; every name is made unique with
/// <c>_1</c>, <c>_2</c>… Nodes have to be added in an order in which they can run. The numbers of fields are those of
/// onnx.proto, IR version 8.
/// </summary>
internal sealed class OnnxGraph
{
    /// <summary>Version of the format: the one that came with <see cref="Opset"/>.</summary>
    public const int IrVersion = 8;

    /// <summary>Version of the operators.</summary>
    public const int Opset = 17;

    /// <summary>Number of an element type, for the operator Cast.</summary>
    public const int Float = 1, Int32 = 6, Int64 = 7, Bool = 9;

    private readonly string _name;
    private readonly List<NodeText> _nodes = [];
    private readonly List<ProtobufMessage> _constants = [], _inputs = [], _outputs = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>Starts an empty graph.</summary>
    public OnnxGraph(string name) => _name = name;

    /// <summary>Adds an input of the graph; the name of its value.</summary>
    public string Input(string name, bool isFloat, IEnumerable<OnnxDimension> shape, string doc)
    {
        string unique = Unique(name);
        _inputs.Add(Describe(unique, isFloat ? Float : Int32, shape, doc));
        return unique;
    }

    /// <summary>Makes a value an output of the graph.</summary>
    public void Output(string value, IEnumerable<OnnxDimension> shape, string doc) =>
        _outputs.Add(Describe(value, Float, shape, doc));

    /// <summary>Adds weights; the name of their value.</summary>
    public string Constant(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape)
    {
        var raw = new byte[values.Length * sizeof(float)];
        for (int i = 0; i < values.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(raw.AsSpan(i * sizeof(float)), values[i]);
        return Constant(name, Float, raw, shape);
    }

    /// <summary>Adds 32-bit integers; the name of their value.</summary>
    public string Constant(string name, ReadOnlySpan<int> values, params ReadOnlySpan<long> shape)
    {
        var raw = new byte[values.Length * sizeof(int)];
        for (int i = 0; i < values.Length; i++) BinaryPrimitives.WriteInt32LittleEndian(raw.AsSpan(i * sizeof(int)), values[i]);
        return Constant(name, Int32, raw, shape);
    }

    /// <summary>Adds 64-bit integers, as sizes, axes and indices are; the name of their value.</summary>
    public string Constant(string name, ReadOnlySpan<long> values, params ReadOnlySpan<long> shape)
    {
        var raw = new byte[values.Length * sizeof(long)];
        for (int i = 0; i < values.Length; i++) BinaryPrimitives.WriteInt64LittleEndian(raw.AsSpan(i * sizeof(long)), values[i]);
        return Constant(name, Int64, raw, shape);
    }

    /// <summary>Adds a node with one output; the name of the output, which is the node's too.</summary>
    /// <param name="operation">The operator.</param>
    /// <param name="name">Name of the node and of its output.</param>
    /// <param name="inputs">Names of values; empty for an optional input that is left out.</param>
    /// <param name="attributes">Attributes that differ from their defaults.</param>
    public string Node(string operation, string name, IEnumerable<string> inputs, params ReadOnlySpan<OnnxAttribute> attributes) =>
        Node(operation, name, inputs, unused: [], attributes);

    /// <summary>Adds a node of which the output behind the unused ones is used. Those may have no name if they are optional.</summary>
    public string Node(
        string operation, string name, IEnumerable<string> inputs, IEnumerable<string> unused, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        string unique = Unique(name);
        string[] others = [.. unused.Select(part => part.Length == 0 ? "" : Unique($"{name}/{part}"))];
        _nodes.Add(new NodeText(unique, operation, [.. inputs], [.. others, unique], attributes.ToArray()));
        return unique;
    }

    /// <summary>Adds a node all of whose outputs are used.</summary>
    /// <param name="operation">The operator.</param>
    /// <param name="name">Name of the node; a number is added if it is taken.</param>
    /// <param name="inputs">Inputs; an empty name leaves out an optional one.</param>
    /// <param name="outputs">What the outputs are called behind the node's name.</param>
    /// <param name="attributes">Attributes.</param>
    /// <returns>Names of the outputs.</returns>
    public string[] NodeOf(string operation, string name, IEnumerable<string> inputs, IEnumerable<string> outputs, params ReadOnlySpan<OnnxAttribute> attributes)
    {
        string unique = Unique(name);
        string[] names = [.. outputs.Select(part => Unique($"{unique}/{part}"))];
        _nodes.Add(new NodeText(unique, operation, [.. inputs], [.. names], attributes.ToArray()));
        return names;
    }

    /// <summary>Gives a value that no node uses so far another name; the name it got.</summary>
    public string Rename(string value, string name)
    {
        string unique = Unique(name);
        NodeText node = _nodes.Single(node => node.Outputs.Contains(value));
        node.Outputs[Array.IndexOf(node.Outputs, value)] = unique;
        foreach (NodeText reader in _nodes) reader.Inputs.AsSpan().Replace(value, unique);
        return unique;
    }

    /// <summary>Writes the model file.</summary>
    /// <exception cref="IOException">Writing failed.</exception>
    public void WriteTo(Stream stream, string producer, string producerVersion, string doc, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var graph = new ProtobufMessage();
        foreach (NodeText node in _nodes) graph.Add(1, node.Message());
        graph.Add(2, _name);
        foreach (ProtobufMessage constant in _constants) graph.Add(5, constant);
        foreach (ProtobufMessage input in _inputs) graph.Add(11, input);
        foreach (ProtobufMessage output in _outputs) graph.Add(12, output);

        ProtobufMessage model = new ProtobufMessage()
            .Add(1, IrVersion).Add(2, producer).Add(3, producerVersion).Add(6, doc).Add(7, graph)
            .Add(8, new ProtobufMessage().Add(1, "").Add(2, Opset));
        foreach ((string key, string value) in metadata) model.Add(14, new ProtobufMessage().Add(1, key).Add(2, value));
        stream.Write(model.Bytes);
    }

    private string Constant(string name, long type, byte[] raw, ReadOnlySpan<long> shape)
    {
        string unique = Unique(name);
        var tensor = new ProtobufMessage();
        foreach (long size in shape) tensor.Add(1, size);
        _constants.Add(tensor.Add(2, type).Add(8, unique).Add(9, raw));
        return unique;
    }

    private static ProtobufMessage Describe(string name, long type, IEnumerable<OnnxDimension> shape, string doc)
    {
        var dimensions = new ProtobufMessage();
        foreach (OnnxDimension dimension in shape)
            dimensions.Add(1, dimension.Name is { } symbol ? new ProtobufMessage().Add(2, symbol) : new ProtobufMessage().Add(1, dimension.Size));
        ProtobufMessage tensor = new ProtobufMessage().Add(1, type).Add(2, dimensions);
        return new ProtobufMessage().Add(1, name).Add(2, new ProtobufMessage().Add(1, tensor)).Add(3, doc);
    }

    private string Unique(string name)
    {
        string unique = name;
        for (int i = 1; !_names.Add(unique); i++) unique = $"{name}_{i}";
        return unique;
    }

    /// <summary>A node; its inputs and outputs may still be renamed.</summary>
    private sealed record NodeText(string Name, string Operation, string[] Inputs, string[] Outputs, OnnxAttribute[] Attributes)
    {
        public ProtobufMessage Message()
        {
            var message = new ProtobufMessage();
            foreach (string input in Inputs) message.Add(1, input);
            foreach (string output in Outputs) message.Add(2, output);
            message.Add(3, Name).Add(4, Operation);
            foreach (OnnxAttribute attribute in Attributes) message.Add(5, attribute.Message);
            return message;
        }
    }
}
