using Google.Protobuf;
using Unroll.Formats.Onnx.Messages;
using AttributeType = Unroll.Formats.Onnx.Messages.AttributeProto.Types.AttributeType;

namespace Unroll.Formats.Onnx;

/// <summary>An attribute of a node.</summary>
internal sealed class OnnxAttribute
{
    private OnnxAttribute(AttributeProto message) => Message = message;

    public OnnxAttribute(string name, long value) : this(new AttributeProto { Name = name, Type = AttributeType.Int, I = value })
    {
    }

    public OnnxAttribute(string name, float value) : this(new AttributeProto { Name = name, Type = AttributeType.Float, F = value })
    {
    }

    public OnnxAttribute(string name, string value)
        : this(new AttributeProto { Name = name, Type = AttributeType.String, S = ByteString.CopyFromUtf8(value) })
    {
    }

    public OnnxAttribute(string name, IEnumerable<long> values)
        : this(new AttributeProto { Name = name, Type = AttributeType.Ints, Ints = { values } })
    {
    }

    public OnnxAttribute(string name, IEnumerable<float> values)
        : this(new AttributeProto { Name = name, Type = AttributeType.Floats, Floats = { values } })
    {
    }

    public OnnxAttribute(string name, IEnumerable<string> values)
        : this(new AttributeProto { Name = name, Type = AttributeType.Strings, Strings = { values.Select(ByteString.CopyFromUtf8) } })
    {
    }

    internal AttributeProto Message { get; }
}
