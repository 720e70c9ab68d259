namespace Unroll.Kernels.Memory;

/// <summary>A view of floats in native memory of an <see cref="Arena"/>, which must outlive it.</summary>
internal readonly unsafe struct Block
{
    internal Block(float* pointer, int length)
    {
        Pointer = pointer;
        Length = length;
    }

    /// <summary>Number of floats.</summary>
    public int Length { get; }

    /// <summary>True for a view of nothing, used for what is absent (a mask, a dropout).</summary>
    public bool IsEmpty => Length == 0;

    internal float* Pointer { get; }

    /// <summary>The same memory as a span.</summary>
    public Span<float> Span => new(Pointer, Length);

    /// <summary>A part of the view.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The part is not inside.</exception>
    public Block Slice(int offset, int length)
    {
        if ((uint)offset > (uint)Length || (uint)length > (uint)(Length - offset))
            throw new ArgumentOutOfRangeException(nameof(length), $"{offset}+{length} is outside a block of {Length} floats.");
        return new Block(Pointer + offset, length);
    }

    /// <summary>Sets all floats to zero.</summary>
    public void Clear() => Span.Clear();

    /// <summary>Kernels work on bare pointers; this is where sizes are checked, once per sequence.</summary>
    internal void Require(long length, string name)
    {
        if (Length < length)
            throw new ArgumentException($"{name} has {Length} floats, {length} are needed.", name);
    }
}
