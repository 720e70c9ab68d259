using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Unroll.Datasets;

/// <summary>
/// A 64-bit checksum that runs at the speed of memory, against accidents, not against forgers: eight lanes take a word of
/// every 64 bytes in turn, each by an xor and a product with an odd constant. Both can be undone, so damage within one
/// word always shows; other damage goes unseen once in 2⁶⁴ times.
/// </summary>
internal sealed class Checksum64
{
    private const int BlockBytes = 64;
    private const ulong Factor = 0x9E3779B97F4A7C15; // 2⁶⁴ divided by the golden ratio, odd

    private readonly ulong[] _lanes = [1, 2, 3, 4, 5, 6, 7, 8];
    private ulong _length;
    private bool _isClosed;

    /// <summary>The checksum of what was added so far.</summary>
    public ulong Value
    {
        get
        {
            ulong value = _length;
            foreach (ulong lane in _lanes) value = Mix(value, lane);
            value ^= value >> 32;
            value *= Factor;
            return value ^ (value >> 29);
        }
    }

    public static ulong Of(ReadOnlySpan<byte> data)
    {
        var checksum = new Checksum64();
        checksum.Add(data);
        return checksum.Value;
    }

    /// <summary>Adds bytes; only the last piece may have a length that is no multiple of 64.</summary>
    /// <exception cref="InvalidOperationException">Bytes follow such a piece.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<byte> data)
    {
        if (_isClosed && data.Length > 0) throw new InvalidOperationException("Bytes follow a piece whose length is no multiple of 64.");
        _length += (ulong)data.Length;
        (ulong a, ulong b, ulong c, ulong d) = (_lanes[0], _lanes[1], _lanes[2], _lanes[3]);
        (ulong e, ulong f, ulong g, ulong h) = (_lanes[4], _lanes[5], _lanes[6], _lanes[7]);
        while (data.Length >= BlockBytes)
        {
            a = Mix(a, BinaryPrimitives.ReadUInt64LittleEndian(data));
            b = Mix(b, BinaryPrimitives.ReadUInt64LittleEndian(data[8..]));
            c = Mix(c, BinaryPrimitives.ReadUInt64LittleEndian(data[16..]));
            d = Mix(d, BinaryPrimitives.ReadUInt64LittleEndian(data[24..]));
            e = Mix(e, BinaryPrimitives.ReadUInt64LittleEndian(data[32..]));
            f = Mix(f, BinaryPrimitives.ReadUInt64LittleEndian(data[40..]));
            g = Mix(g, BinaryPrimitives.ReadUInt64LittleEndian(data[48..]));
            h = Mix(h, BinaryPrimitives.ReadUInt64LittleEndian(data[56..]));
            data = data[BlockBytes..];
        }

        (_lanes[0], _lanes[1], _lanes[2], _lanes[3]) = (a, b, c, d);
        (_lanes[4], _lanes[5], _lanes[6], _lanes[7]) = (e, f, g, h);
        if (data.Length == 0) return;
        _isClosed = true;
        Span<byte> last = stackalloc byte[BlockBytes];
        last.Clear();
        data.CopyTo(last);
        for (int i = 0; i < _lanes.Length; i++) _lanes[i] = Mix(_lanes[i], BinaryPrimitives.ReadUInt64LittleEndian(last[(8 * i)..]));
    }

    private static ulong Mix(ulong lane, ulong word) => BitOperations.RotateLeft((lane ^ word) * Factor, 29);
}
