namespace Unroll.Formats.Onnx;

/// <summary>One size of a tensor: a number, or a name for what is known only when the model runs.</summary>
internal readonly record struct OnnxDimension
{
    private OnnxDimension(long size, string? name) => (Size, Name) = (size, name);

    /// <summary>The size; 0 if it has a name instead.</summary>
    public long Size { get; }

    /// <summary>The name of a size that is not fixed.</summary>
    public string? Name { get; }

    public static implicit operator OnnxDimension(long size) => new(size, null);

    public static implicit operator OnnxDimension(string name) => new(0, name);
}
