using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Unroll.Layers;

/// <summary>
/// The hashes of texts that Keras takes from TensorFlow, all over UTF-8 bytes: FarmHash64 (the variant <c>farmhashna</c> of Geoff
/// Pike's FarmHash, a fingerprint that never changes), SipHash-2-4 (Aumasson and Bernstein 2012), and the function that joins two
/// fingerprints.
/// </summary>
internal static class Fingerprints
{
    private const ulong K0 = 0xc3a5c85c97cb3127, K1 = 0xb492b66fbe98f273, K2 = 0x9ae16a3b2f90404f;
    private const ulong JoinFactor = 0xc6a4a7935bd1e995;

    /// <summary>The hash of a text by a function of its bytes.</summary>
    public static ulong Of(string text, IReadOnlyList<long>? salt)
    {
        int most = Encoding.UTF8.GetMaxByteCount(text.Length);
        Span<byte> buffer = most <= 512 ? stackalloc byte[512] : new byte[most];
        ReadOnlySpan<byte> bytes = buffer[..Encoding.UTF8.GetBytes(text, buffer)];
        return salt is null ? FarmHash64(bytes) : SipHash24(bytes, (ulong)salt[0], (ulong)salt[^1]);
    }

    /// <summary>One fingerprint of two.</summary>
    public static ulong Join(ulong first, ulong second)
    {
        ulong joined = first ^ JoinFactor;
        joined ^= Fold(second * JoinFactor) * JoinFactor;
        joined *= JoinFactor;
        return Fold(Fold(joined) * JoinFactor);
    }

    /// <summary>SipHash with two rounds for each word and four at the end.</summary>
    public static ulong SipHash24(ReadOnlySpan<byte> bytes, ulong k0, ulong k1)
    {
        ulong v0 = k0 ^ 0x736f6d6570736575, v1 = k1 ^ 0x646f72616e646f6d, v2 = k0 ^ 0x6c7967656e657261, v3 = k1 ^ 0x7465646279746573;
        int whole = bytes.Length / 8;
        Span<byte> last = stackalloc byte[8];
        last.Clear();
        bytes[(whole * 8)..].CopyTo(last);
        last[7] = (byte)bytes.Length;
        for (int i = 0; i <= whole; i++)
        {
            ulong word = i < whole ? Word(bytes, i * 8) : Word(last, 0);
            v3 ^= word;
            Round(ref v0, ref v1, ref v2, ref v3);
            Round(ref v0, ref v1, ref v2, ref v3);
            v0 ^= word;
        }

        v2 ^= 0xff;
        for (int i = 0; i < 4; i++) Round(ref v0, ref v1, ref v2, ref v3);
        return v0 ^ v1 ^ v2 ^ v3;
    }

    /// <summary>FarmHash64, which treats lengths up to 16, 32, 64 and above by formulas of their own.</summary>
    public static ulong FarmHash64(ReadOnlySpan<byte> s)
    {
        int n = s.Length;
        ulong mul = K2 + 2 * (ulong)n;
        if (n > 64) return Long(s);
        if (n > 16)
        {
            ulong a = Word(s, 0) * (n <= 32 ? K1 : K2), b = Word(s, 8), c = Word(s, n - 8) * mul, d = Word(s, n - 16) * K2;
            ulong y = Turn(a + b, 43) + Turn(c, 30) + d, x = a + Turn(b + K2, 18) + c;
            if (n <= 32) return Mix(y, x, mul);
            ulong z = Mix(y, x, mul), e = Word(s, 16) * mul, f = Word(s, 24), g = (y + Word(s, n - 32)) * mul, h = (z + Word(s, n - 24)) * mul;
            return Mix(Turn(e + f, 43) + Turn(g, 30) + h, e + Turn(f + a, 18) + g, mul);
        }

        if (n >= 8)
        {
            ulong a = Word(s, 0) + K2, b = Word(s, n - 8);
            return Mix(Turn(b, 37) * mul + a, (Turn(a, 25) + b) * mul, mul);
        }

        if (n >= 4) return Mix((ulong)n + ((ulong)Half(s, 0) << 3), Half(s, n - 4), mul);
        if (n == 0) return K2;
        ulong start = s[0] + ((ulong)s[n >> 1] << 8), end = (ulong)n + ((ulong)s[n - 1] << 2);
        return Fold(start * K2 ^ end * K0) * K2;
    }

    /// <summary>Blocks of 64 bytes, the last of which overlaps the one before it.</summary>
    private static ulong Long(ReadOnlySpan<byte> s)
    {
        ulong seed = 81, x = seed * K2 + Word(s, 0), y = seed * K1 + 113, z = Fold(y * K2 + 113) * K2;
        (ulong First, ulong Second) v = (0, 0), w = (0, 0);
        int end = (s.Length - 1) / 64 * 64, rest = (s.Length - 1) & 63, at = 0;
        do
        {
            Block(s, at, K1, 1);
            at += 64;
        }
        while (at != end);

        ulong mul = K1 + ((z & 0xff) << 1);
        w.First += (ulong)rest;
        v.First += w.First;
        w.First += v.First;
        Block(s, end + rest - 63, mul, 9);
        return Mix(Mix(v.First, w.First, mul) + Fold(y) * K0 + z, Mix(v.Second, w.Second, mul) + x, mul);

        void Block(ReadOnlySpan<byte> bytes, int offset, ulong factor, ulong weight)
        {
            x = Turn(x + y + v.First + Word(bytes, offset + 8), 37) * factor;
            y = Turn(y + v.Second + Word(bytes, offset + 48), 42) * factor;
            x ^= w.Second * weight;
            y += v.First * weight + Word(bytes, offset + 40);
            z = Turn(z + w.First, 33) * factor;
            v = Half32(bytes[offset..], v.Second * factor, x + w.First);
            w = Half32(bytes[(offset + 32)..], z + w.Second, y + Word(bytes, offset + 16));
            (x, z) = (z, x);
        }
    }

    private static (ulong First, ulong Second) Half32(ReadOnlySpan<byte> s, ulong a, ulong b)
    {
        a += Word(s, 0);
        b = Turn(b + a + Word(s, 24), 21);
        ulong c = a;
        a += Word(s, 8) + Word(s, 16);
        return (a + Word(s, 24), b + Turn(a, 44) + c);
    }

    private static ulong Mix(ulong u, ulong v, ulong mul) => Fold((v ^ Fold((u ^ v) * mul)) * mul) * mul;

    private static ulong Fold(ulong value) => value ^ (value >> 47);

    private static ulong Turn(ulong value, int bits) => BitOperations.RotateRight(value, bits);

    private static ulong Word(ReadOnlySpan<byte> s, int at) => BinaryPrimitives.ReadUInt64LittleEndian(s[at..]);

    private static uint Half(ReadOnlySpan<byte> s, int at) => BinaryPrimitives.ReadUInt32LittleEndian(s[at..]);

    private static void Round(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v0 += v1;
        v2 += v3;
        v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
        v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
        v0 = BitOperations.RotateLeft(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
        v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
        v2 = BitOperations.RotateLeft(v2, 32);
    }
}
