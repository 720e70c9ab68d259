using System.Runtime.CompilerServices;

namespace Unroll.Kernels.Random;

/// <summary>
/// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011) for as many counters at a time as
/// a vector has words.
/// </summary>
internal static class PhiloxLanes<TSimd, TWords>
    where TSimd : struct, IWords<TWords>
    where TWords : unmanaged
{
    /// <summary>Turns counters into their random words, in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run(ref TWords c0, ref TWords c1, ref TWords c2, ref TWords c3, uint key0, uint key1)
    {
        TWords m0 = TSimd.Broadcast(0xD2511F53), m1 = TSimd.Broadcast(0xCD9E8D57);
        for (int round = 0; round < 10; round++)
        {
            TWords p0 = TSimd.Multiply(c0, m0), p1 = TSimd.Multiply(c2, m1);
            c0 = TSimd.ExclusiveOr(TSimd.ExclusiveOr(TSimd.Upper(p1), c1), TSimd.Broadcast(key0));
            c2 = TSimd.ExclusiveOr(TSimd.ExclusiveOr(TSimd.Upper(p0), c3), TSimd.Broadcast(key1));
            (c1, c3) = (p1, p0);
            key0 += 0x9E3779B9;
            key1 += 0xBB67AE85;
        }
    }
}
