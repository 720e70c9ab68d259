using System.Buffers.Binary;

namespace Unroll.Studies;

/// <summary>
/// Which test examples a trial answered rightly, one bit for each in their order: 25,000 reviews take 3,125 bytes. Two
/// designs, or two seeds of one, can so be compared example by example.
/// </summary>
public sealed class CorrectAnswers
{
    private const int Head = sizeof(int);

    private readonly byte[] _bits;

    private CorrectAnswers(int count, byte[] bits) => (Count, _bits) = (count, bits);

    /// <summary>Number of examples.</summary>
    public int Count { get; }

    /// <summary>Share of right answers, 0 to 1; NaN without examples.</summary>
    public double Share => (double)_bits.Sum(bits => System.Numerics.BitOperations.PopCount(bits)) / Count;

    /// <summary>Whether an example was answered rightly.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such example.</exception>
    public bool this[int example]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(example);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(example, Count);
            return (_bits[example >> 3] >> (example & 7) & 1) != 0;
        }
    }

    /// <summary>Packs answers.</summary>
    /// <param name="answers">True where an example was answered rightly.</param>
    public static CorrectAnswers Of(ReadOnlySpan<bool> answers)
    {
        var bits = new byte[(answers.Length + 7) / 8];
        for (int i = 0; i < answers.Length; i++)
            if (answers[i]) bits[i >> 3] |= (byte)(1 << (i & 7));
        return new CorrectAnswers(answers.Length, bits);
    }

    /// <summary>As stores keep them: the count in four bytes, the least first, then the bits.</summary>
    internal byte[] ToBytes()
    {
        var bytes = new byte[Head + _bits.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, Count);
        _bits.CopyTo(bytes, Head);
        return bytes;
    }

    /// <exception cref="InvalidDataException">These are no answers.</exception>
    internal static CorrectAnswers FromBytes(ReadOnlySpan<byte> bytes)
    {
        int count = bytes.Length < Head ? -1 : BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (count < 0 || bytes.Length - Head != (count + 7L) / 8)
            throw new InvalidDataException($"The store is damaged: answers to {count} examples can't lie in {bytes.Length} bytes.");
        return new CorrectAnswers(count, bytes[Head..].ToArray());
    }
}
