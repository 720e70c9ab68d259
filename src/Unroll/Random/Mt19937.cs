namespace Unroll.Random;

/// <summary>
/// NumPy's <c>RandomState(seed)</c>, bit for bit: the Mersenne Twister of Matsumoto and Nishimura (1998) with NumPy's
/// legacy seeding, masked rejection and shuffle. Only for putting data sets in the order that Keras gives them; all other
/// random numbers come from <see cref="Philox"/>.
/// </summary>
internal sealed class Mt19937
{
    private const int Size = 624;
    private const int Middle = 397;

    private readonly uint[] _state = new uint[Size];
    private int _position = Size;

    public Mt19937(uint seed)
    {
        _state[0] = seed;
        for (uint i = 1; i < Size; i++) _state[i] = 1812433253 * (_state[i - 1] ^ (_state[i - 1] >> 30)) + i;
    }

    /// <summary>The state words, for tests.</summary>
    internal ReadOnlySpan<uint> State => _state;

    /// <summary>32 random bits.</summary>
    public uint NextUInt32()
    {
        if (_position == Size) Refill();
        uint y = _state[_position++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9D2C5680;
        y ^= (y << 15) & 0xEFC60000;
        return y ^ (y >> 18);
    }

    /// <summary>Uniform on [0, 1), 53 bits: NumPy's <c>random_sample()</c>.</summary>
    public double NextDouble()
    {
        uint high = NextUInt32() >> 5;
        uint low = NextUInt32() >> 6;
        return (high * 67108864.0 + low) / 9007199254740992.0;
    }

    /// <summary>Uniform on 0 … <paramref name="max"/>, both included. Draws nothing when <paramref name="max"/> is 0.</summary>
    public uint NextInterval(uint max)
    {
        if (max == 0) return 0;
        uint mask = max;
        mask |= mask >> 1;
        mask |= mask >> 2;
        mask |= mask >> 4;
        mask |= mask >> 8;
        mask |= mask >> 16;
        uint value;
        do
        {
            value = NextUInt32() & mask;
        }
        while (value > max);
        return value;
    }

    /// <summary>NumPy's legacy <c>shuffle</c>: Fisher–Yates from the end.</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = (int)NextInterval((uint)i);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>NumPy's <c>permutation(count)</c>: a shuffle of 0 … count − 1.</summary>
    public int[] Permutation(int count)
    {
        var items = new int[count];
        for (int i = 0; i < count; i++) items[i] = i;
        Shuffle<int>(items);
        return items;
    }

    private void Refill()
    {
        for (int k = 0; k < Size; k++)
        {
            uint y = (_state[k] & 0x80000000) | (_state[(k + 1) % Size] & 0x7FFFFFFF);
            _state[k] = _state[(k + Middle) % Size] ^ (y >> 1) ^ ((y & 1) != 0 ? 0x9908B0DFu : 0);
        }

        _position = 0;
    }
}
