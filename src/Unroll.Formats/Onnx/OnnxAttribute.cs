using Unroll.Formats.Protobuf;

namespace Unroll.Formats.Onnx;

/// <summary>An attribute of a node.</summary>
internal sealed class OnnxAttribute
{
    // AttributeProto: numbers of the fields, and of the types in the last of them.
    private const uint Name = 1, F = 2, I = 3, S = 4, Floats = 7, Ints = 8, Strings = 9, Type = 20;
    private const long Float = 1, Int = 2, String = 3, ManyFloats = 6, ManyInts = 7, ManyStrings = 8;

    public OnnxAttribute(string name, long value) => Message = new ProtobufMessage().Add(Name, name).Add(I, value).Add(Type, Int);

    public OnnxAttribute(string name, float value) => Message = new ProtobufMessage().Add(Name, name).Add(F, value).Add(Type, Float);

    public OnnxAttribute(string name, string value) => Message = new ProtobufMessage().Add(Name, name).Add(S, value).Add(Type, String);

    public OnnxAttribute(string name, IEnumerable<long> values)
    {
        Message = new ProtobufMessage().Add(Name, name);
        foreach (long value in values) Message.Add(Ints, value);
        Message.Add(Type, ManyInts);
    }

    public OnnxAttribute(string name, IEnumerable<float> values)
    {
        Message = new ProtobufMessage().Add(Name, name);
        foreach (float value in values) Message.Add(Floats, value);
        Message.Add(Type, ManyFloats);
    }

    public OnnxAttribute(string name, IEnumerable<string> values)
    {
        Message = new ProtobufMessage().Add(Name, name);
        foreach (string value in values) Message.Add(Strings, value);
        Message.Add(Type, ManyStrings);
    }

    internal ProtobufMessage Message { get; }
}
