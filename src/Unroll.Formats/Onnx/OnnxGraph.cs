using System.Buffers.Binary;
using Google.Protobuf;
using Unroll.Formats.Onnx.Messages;
using DataType = Unroll.Formats.Onnx.Messages.TensorProto.Types.DataType;

namespace Unroll.Formats.Onnx;

/// <summary>
/// A graph of ONNX operators while it is put together. Values are known by name; every name is made unique with
/// <c>_1</c>, <c>_2</c>… Nodes have to be added in an order in which they can run.
/// </summary>
internal sealed class OnnxGraph
{
    /// <summary>Version of the format: the one that came with <see cref="Opset"/>.</summary>
    public const int IrVersion = 8;

    /// <summary>Version of the operators.</summary>
    public const int Opset = 17;

    /// <summary>Number of an element type, for the operator Cast.</summary>
    public const int Float = (int)DataType.Float, Int32 = (int)DataType.Int32, Int64 = (int)DataType.Int64, Bool = 9;

    private readonly GraphProto _graph;
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>Starts an empty graph.</summary>
    public OnnxGraph(string name) => _graph = new GraphProto { Name = name };

    /// <summary>Adds an input of the graph; the name of its value.</summary>
    public string Input(string name, bool isFloat, IEnumerable<OnnxDimension> shape, string doc)
    {
        string unique = Unique(name);
        _graph.Input.Add(Describe(unique, isFloat ? DataType.Float : DataType.Int32, shape, doc));
        return unique;
    }

    /// <summary>Makes a value an output of the graph.</summary>
    public void Output(string value, IEnumerable<OnnxDimension> shape, string doc) =>
        _graph.Output.Add(Describe(value, DataType.Float, shape, doc));

    /// <summary>Adds weights; the name of their value.</summary>
    public string Constant(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape)
    {
        var raw = new byte[values.Length * sizeof(float)];
        for (int i = 0; i < values.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(raw.AsSpan(i * sizeof(float)), values[i]);
        return Constant(name, DataType.Float, raw, shape);
    }

    /// <summary>Adds 32-bit integers; the name of their value.</summary>
    public string Constant(string name, ReadOnlySpan<int> values, params ReadOnlySpan<long> shape)
    {
        var raw = new byte[values.Length * sizeof(int)];
        for (int i = 0; i < values.Length; i++) BinaryPrimitives.WriteInt32LittleEndian(raw.AsSpan(i * sizeof(int)), values[i]);
        return Constant(name, DataType.Int32, raw, shape);
    }

    /// <summary>Adds 64-bit integers, as sizes, axes and indices are; the name of their value.</summary>
    public string Constant(string name, ReadOnlySpan<long> values, params ReadOnlySpan<long> shape)
    {
        var raw = new byte[values.Length * sizeof(long)];
        for (int i = 0; i < values.Length; i++) BinaryPrimitives.WriteInt64LittleEndian(raw.AsSpan(i * sizeof(long)), values[i]);
        return Constant(name, DataType.Int64, raw, shape);
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
        var node = new NodeProto { Name = unique, OpType = operation };
        node.Input.Add(inputs);
        node.Output.Add(unused.Select(part => part.Length == 0 ? "" : Unique($"{name}/{part}")));
        node.Output.Add(unique);
        foreach (OnnxAttribute attribute in attributes) node.Attribute.Add(attribute.Message);
        _graph.Node.Add(node);
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
        var node = new NodeProto { Name = unique, OpType = operation };
        node.Input.Add(inputs);
        node.Output.Add(outputs.Select(part => Unique($"{unique}/{part}")));
        foreach (OnnxAttribute attribute in attributes) node.Attribute.Add(attribute.Message);
        _graph.Node.Add(node);
        return [.. node.Output];
    }

    /// <summary>Gives a value that no node uses so far another name; the name it got.</summary>
    public string Rename(string value, string name)
    {
        string unique = Unique(name);
        NodeProto node = _graph.Node.Single(node => node.Output.Contains(value));
        node.Output[node.Output.IndexOf(value)] = unique;
        foreach (NodeProto reader in _graph.Node)
            for (int i = 0; i < reader.Input.Count; i++)
                if (reader.Input[i] == value) reader.Input[i] = unique;
        return unique;
    }

    /// <summary>Writes the model file.</summary>
    /// <exception cref="IOException">Writing failed.</exception>
    public void WriteTo(Stream stream, string producer, string producerVersion, string doc, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var model = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = producer,
            ProducerVersion = producerVersion,
            DocString = doc,
            Graph = _graph,
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = Opset } },
        };
        foreach ((string key, string value) in metadata) model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        model.WriteTo(stream);
    }

    private string Constant(string name, DataType type, byte[] raw, ReadOnlySpan<long> shape)
    {
        string unique = Unique(name);
        var tensor = new TensorProto { Name = unique, DataType = type, RawData = UnsafeByteOperations.UnsafeWrap(raw) };
        foreach (long size in shape) tensor.Dims.Add(size);
        _graph.Initializer.Add(tensor);
        return unique;
    }

    private static ValueInfoProto Describe(string name, DataType type, IEnumerable<OnnxDimension> shape, string doc)
    {
        var dimensions = new TensorShapeProto();
        foreach (OnnxDimension dimension in shape)
        {
            dimensions.Dim.Add(dimension.Name is { } symbol
                ? new TensorShapeProto.Types.Dimension { DimParam = symbol }
                : new TensorShapeProto.Types.Dimension { DimValue = dimension.Size });
        }

        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = type, Shape = dimensions } },
            DocString = doc,
        };
    }

    private string Unique(string name)
    {
        string unique = name;
        for (int i = 1; !_names.Add(unique); i++) unique = $"{name}_{i}";
        return unique;
    }
}
