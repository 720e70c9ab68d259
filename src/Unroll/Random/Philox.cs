using Unroll.Kernels.Math;

namespace Unroll.Random;

/// <summary>What a stream of random numbers is for. The values are part of the reproducibility contract.</summary>
internal enum RandomPurpose
{
    InitialWeights = 1,
    Shuffle = 2,
    Dropout = 3,
    RecurrentDropout = 4,
    SyntheticReviews = 5,
    TrainTestSplit = 20,
    TimeseriesWindows = 21,
    Noise = 6,
    WordOrder = 22,
    Resampling = 30,
    SimulatedStudies = 31,
    BenchmarkData = 100,
}

/// <summary>
/// Counter-based random numbers, Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
/// A stream is named by (seed, purpose, a, b, c): what was drawn elsewhere, or in which order, changes nothing.
/// </summary>
internal sealed class Philox(int seed, RandomPurpose purpose, int a = 0, int b = 0, int c = 0)
{
    private uint _block;
    private uint _r0, _r1, _r2, _r3;
    private int _left;
    private double _spareNormal = double.NaN;

    /// <summary>The four 32-bit words for one counter and key.</summary>
    public static (uint R0, uint R1, uint R2, uint R3) Block(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1)
    {
        for (int round = 0; round < 10; round++)
        {
            ulong p0 = 0xD2511F53ul * c0;
            ulong p1 = 0xCD9E8D57ul * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }

        return (c0, c1, c2, c3);
    }

    /// <summary>32 random bits.</summary>
    public uint NextUInt32()
    {
        if (_left == 0)
        {
            (_r0, _r1, _r2, _r3) = Block(_block++, (uint)a, (uint)b, (uint)c, (uint)seed, (uint)purpose);
            _left = 4;
        }

        return _left-- switch { 4 => _r0, 3 => _r1, 2 => _r2, _ => _r3 };
    }

    /// <summary>Uniform on [0, 1), 53 bits.</summary>
    public double NextDouble()
    {
        uint high = NextUInt32() >> 5;
        uint low = NextUInt32() >> 6;
        return (high * 67108864.0 + low) / 9007199254740992.0;
    }

    /// <summary>Uniform on 0 … <paramref name="bound"/> − 1, without bias.</summary>
    public int NextInt32(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        uint range = (uint)bound;
        while (true)
        {
            ulong product = (ulong)NextUInt32() * range;
            // Rejected below 2^32 mod range; the remainder, which is slow to find, is less than the range.
            if ((uint)product >= range || (uint)product >= (uint)((0x1_0000_0000ul - range) % range)) return (int)(product >> 32);
        }
    }

    /// <summary>Standard normal deviate by Marsaglia's polar method.</summary>
    public double NextNormal()
    {
        if (!double.IsNaN(_spareNormal))
        {
            double spare = _spareNormal;
            _spareNormal = double.NaN;
            return spare;
        }

        while (true)
        {
            double u = 2 * NextDouble() - 1;
            double v = 2 * NextDouble() - 1;
            double s = u * u + v * v;
            if (s is >= 1 or 0) continue;
            double factor = Math.Sqrt(-2 * Portable.Log(s) / s);
            _spareNormal = v * factor;
            return u * factor;
        }
    }

    /// <summary>Fisher–Yates shuffle in place.</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = NextInt32(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
