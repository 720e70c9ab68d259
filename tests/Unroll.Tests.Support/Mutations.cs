using System.Buffers.Binary;

namespace Unroll.Tests.Support;

/// <summary>Damages files in the ways that find holes in readers; the same seed gives the same damage.</summary>
public static class Mutations
{
    private static readonly ulong[] Telling =
    [
        0, 1, 2, 7, 8, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, int.MaxValue, 0x80000000, uint.MaxValue,
        0x1_0000_0000, long.MaxValue, 0x8000_0000_0000_0000, ulong.MaxValue - 7, ulong.MaxValue,
    ];

    /// <summary>A damaged copy.</summary>
    public static byte[] Damage(ReadOnlySpan<byte> file, int seed)
    {
        var random = new System.Random(seed);
        byte[] bytes = file.ToArray();
        int times = 1 + (int)Math.Min(7, -Math.Log(1 - random.NextDouble()) * 1.5);
        for (int i = 0; i < times && bytes.Length > 8; i++) bytes = DamageOnce(bytes, random);
        return bytes;
    }

    private static byte[] DamageOnce(byte[] bytes, System.Random random)
    {
        int at = random.Next(bytes.Length);
        switch (random.Next(10))
        {
            case 0:
                return bytes[..at];
            case 1: // a part is missing
                int end = Math.Min(bytes.Length, at + 1 + random.Next(64));
                return [.. bytes[..at], .. bytes[end..]];
            case 2: // a part comes twice
                int repeated = Math.Min(bytes.Length, at + 1 + random.Next(64));
                return [.. bytes[..repeated], .. bytes[at..]];
            case 3: // a part is overwritten by another
                int from = random.Next(bytes.Length), length = Math.Min(random.Next(1, 128), bytes.Length - Math.Max(at, from));
                bytes.AsSpan(from, length).CopyTo(bytes.AsSpan(at));
                return bytes;
            case 4 or 5: // sizes, counts and addresses
                Overwrite(bytes, at, Telling[random.Next(Telling.Length)], 1 << random.Next(4));
                return bytes;
            case 6: // an address within the file
                Overwrite(bytes, at & ~7, (ulong)random.Next(bytes.Length), 8);
                return bytes;
            case 7:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            default:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
        }
    }

    private static void Overwrite(byte[] bytes, int at, ulong value, int size)
    {
        Span<byte> field = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(field, value);
        field[..Math.Min(size, bytes.Length - at)].CopyTo(bytes.AsSpan(at));
    }
}
